"""Under which header the statements of a problem set are read.

A header of miniF2F imports Mathlib, sets `maxHeartbeats 0` and opens namespaces. Where a dialect
replaces it, all of it goes: the search sets the heartbeats of each tactic itself, and a namespace
whose names are not there can't be opened. The statement stays as it is, byte for byte.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import cached_property

from prover.problems.problem import Problem
from prover.resources import resource

UNKNOWN = re.compile(r"Unknown (?:identifier|constant) `([^`]+)`")
NO_INSTANCE = re.compile(r"failed to synthesize instance of type class\s+(.+?)(?: \?m|\n|$)")


@dataclass(frozen=True)
class Dialect:
    """A way of reading problems."""

    name: str
    description: str
    """What a result in it says."""
    prelude: str
    """The file in `lean_project/Preludes` that takes the place of every header."""

    @cached_property
    def header(self) -> str:
        """What takes the place of a problem's header."""
        return resource(f"lean_project/Preludes/{self.prelude}").read_text(encoding="utf-8")

    def read(self, problem: Problem) -> Problem:
        """The problem with the dialect's header."""
        return replace(problem, header=self.header)


DIALECTS = {
    dialect.name: dialect
    for dialect in (
        Dialect(
            "minif2f-embedded",
            "core Lean with small definitions of its own instead of Mathlib; ℝ is any ordered "
            "field, ℂ any field of characteristic zero",
            prelude="MiniF2F.lean",
        ),
    )
}


def shared_header(dialect: str) -> str:
    """What all problems in a dialect are read under; empty where each has a header of its own."""
    return DIALECTS[dialect].header if dialect else ""


def unreadable(message: str, dialect: str) -> str:
    """Why a problem is not applicable, in a line, from what Lean said when it could not read it."""
    reason = needs_mathlib(message) if dialect else message
    return reason.strip().partition("\n")[0]


def needs_mathlib(message: str) -> str:
    """What a statement that does not open needs of Mathlib, or Lean's message where it is another.

    Only where the message names something that the dialect has not is Mathlib what is missing.
    """
    if unknown := UNKNOWN.search(message):
        return f"needs Mathlib: unknown `{unknown[1]}`"
    if instance := NO_INSTANCE.search(message):
        return f"needs Mathlib: no `{instance[1].strip()}`"
    return message
