"""LeanDojo behind the prover's protocols; the rest of the prover sees `dojo_lean` alone."""
