"""LeanDojo's own `Dojo` in a repository that it has traced, for Lean up to 4.11."""

from __future__ import annotations

import itertools
import re
from pathlib import Path

from lean_dojo import Dojo, LeanError, Theorem
from lean_dojo.interaction import dojo as interaction

from prover.lean.leandojo.child import USES_ITSELF

IDENTIFIER = re.compile(r"(?:«[^»\n]*»|[\w'!?₀-₉.])+")


class TracedDojo(Dojo):  # type: ignore[misc]
    """LeanDojo as it is, but for a tactic that names what it is to prove.

    The theorem itself is in the context of its proof, and LeanDojo's Repl takes it for a proof.
    """

    def __init__(self, entry: Theorem, traced: Path, *, timeout: int) -> None:
        # Else it would ask GitHub for a repository whose traced copy is at hand.
        interaction.get_traced_repo_path = lambda _repository, _build_deps=True: traced
        super().__init__(entry, timeout)

    def run_tac(self, state: object, tactic: str) -> object:
        """As LeanDojo's, where the tactic doesn't name the theorem."""
        if names(tactic, self.entry.full_name):
            return LeanError(USES_ITSELF)
        return super().run_tac(state, tactic)


def names(tactic: str, theorem: str) -> bool:
    """Whether an identifier of the tactic starts with the theorem's name or an end of that.

    `foo.symm` names `My.foo` as `foo` does.
    """
    parts = theorem.split(".")
    ends = {".".join(parts[start:]) for start in range(len(parts))}
    words = (word.removeprefix("_root_.") for word in IDENTIFIER.findall(tactic))
    return any(
        start in ends
        for word in words
        for start in itertools.accumulate(word.split("."), "{}.{}".format)
    )
