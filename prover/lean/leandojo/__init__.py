"""LeanDojo behind the prover's protocol; `prover.lean.leandojo.dojo_lean` is what the rest of the prover sees."""
