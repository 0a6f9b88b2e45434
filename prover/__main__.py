"""`python -m prover` is `prover`."""

from prover.cli import main

main()
