"""A name that a file must declare, closed and within the three standard axioms.

Names are all that is looked at, in a report of a process that ran the file's own programs: whether
a declaration says what it should, nobody has judged.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from prover.errors import closest
from prover.file_check import Declaration, FileReport
from prover.lean.interface import STANDARD

EXAMPLE = "example"
"""What reports call declarations that have no name."""


@dataclass(frozen=True)
class Requirement:
    """A name with what there is against it."""

    name: str
    objection: str = ""
    """Why the file does not meet it; empty when it does."""
    hint: str = ""

    @property
    def met(self) -> bool:
        """Whether the file has what is required."""
        return not self.objection

    def to_json(self) -> dict[str, Any]:
        """The `requirement` event for clients."""
        return {
            "event": "requirement",
            "name": self.name,
            "met": self.met,
            "message": self.objection,
            "hint": self.hint,
        }


def requirements(report: FileReport, names: Sequence[str]) -> list[Requirement]:
    """Whether a file meets what is required of it, for each of these full names."""
    return [_requirement(report, name) for name in dict.fromkeys(names)]


def _requirement(report: FileReport, name: str) -> Requirement:
    found = [one for one in report.declarations if one.name == name != EXAMPLE]
    if not found:
        return Requirement(name, f"`{name}` is required and not there", _similar(report, name))
    if any(hole.name == name for hole in report.holes):
        return Requirement(name, f"`{name}` is required and has a `sorry`")
    for declaration in found:
        if reason := _fault(declaration):
            return Requirement(name, f"`{name}` is required and not accepted: {reason}")
    return Requirement(name)


def _fault(declaration: Declaration) -> str:
    """What is wrong with a declaration; empty when nothing is."""
    if not declaration.accepted:
        return declaration.reason or "Lean gave no reason"
    others = [axiom for axiom in declaration.axioms if axiom not in STANDARD]
    return f"it rests on the axiom {others[0]}" if others else ""


def _similar(report: FileReport, name: str) -> str:
    """Which declarations may have been meant: those whose names end so, or the one most like it."""
    known = [one.name for one in report.declarations if one.name != EXAMPLE]
    ends = [f"`{other}`" for other in known if other.endswith(f".{name}")]
    if ends:
        return f"Did you mean {' or '.join(ends)}?"
    return closest(known, name) if known else "The file declares nothing."
