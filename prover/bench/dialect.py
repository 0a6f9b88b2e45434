"""Under which header the statements of a problem set are read.

A header of miniF2F imports Mathlib, sets `maxHeartbeats 0` and opens namespaces. Where a dialect
replaces it, all of it goes: the search sets the heartbeats of each tactic itself, and a namespace
whose names are not there can't be opened. The statement stays as it is, byte for byte.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

from prover.bench.problem import Problem
from prover.errors import InputProblem

PACKAGE = Path(__file__).parents[1]
UNKNOWN = re.compile(r"Unknown (?:identifier|constant) `([^`]+)`")
NO_INSTANCE = re.compile(r"failed to synthesize instance of type class\s+(.+?)(?: \?m|\n|$)")


@dataclass(frozen=True)
class Dialect:
    """A way of reading problems."""

    name: str
    description: str
    """What a result in it says."""
    prelude: str = ""
    """The file in `lean_project/Preludes` that takes the place of every header, if any."""

    @cached_property
    def header(self) -> str:
        """What takes the place of a problem's header."""
        # The wheel holds a copy of the project; in a checkout it lies beside the package.
        folders = (PACKAGE / "lean_project", PACKAGE.parent / "lean_project")
        files = (folder / "Preludes" / self.prelude for folder in folders)
        return next(file for file in files if file.is_file()).read_text(encoding="utf-8")

    def read(self, problem: Problem) -> Problem:
        """The problem with the dialect's header."""
        return replace(problem, header=self.header) if self.prelude else problem


AS_IS = "as-is"
DIALECTS = {
    dialect.name: dialect
    for dialect in (
        Dialect(AS_IS, "every statement under the header that it came with"),
        Dialect(
            "minif2f-embedded",
            "core Lean with small definitions of its own instead of Mathlib; ℝ is any ordered "
            "field, ℂ any field of characteristic zero",
            prelude="MiniF2F.lean",
        ),
    )
}


def needs_mathlib(refusal: InputProblem) -> str:
    """Why a statement does not open: what it needs of Mathlib, or else Lean's first message."""
    if unknown := UNKNOWN.search(refusal.message):
        return f"needs Mathlib: unknown `{unknown[1]}`"
    if instance := NO_INSTANCE.search(refusal.message):
        return f"needs Mathlib: no `{instance[1]}`"
    return refusal.message.partition("\n\n")[0]
