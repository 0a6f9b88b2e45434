"""LeanDojo behind the prover's protocol; `prover.lean.dojo` is what the rest of the prover sees."""
