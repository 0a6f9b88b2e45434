"""What the gate answers: whether a fresh Lean accepts a theorem with a script in its hole."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from prover.theorem import Theorem

STANDARD = ("propext", "Quot.sound", "Classical.choice")
"""The axioms that a proof may rest on: those of Lean itself."""


@dataclass(frozen=True)
class Verification:
    """The gate's verdict on one script."""

    accepted: bool
    reason: str = ""
    """Why it was refused; empty when it was accepted."""
    axioms: tuple[str, ...] = ()
    """The axioms that the declaration depends on."""
    trusted: int = 0
    """How many theorems of the library it uses whose proofs were not looked into, as they were not
    there."""
    whole: bool = True
    """Whether for all of the declaration, and not for the goal of the hole alone."""
    note: str = ""
    """What else its author should know."""
    seconds: float = 0.0
    """Wall-clock time that the check took."""


Verify = Callable[[Theorem, str], Awaitable[Verification]]
"""Checks a theorem with a tactic script in its hole; may raise `LeanDied`."""
