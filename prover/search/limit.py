"""What one search may use."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, fields

from prover.errors import InputProblem
from prover.lean.interface import TacticLimit
from prover.search.result import Counters


@dataclass(frozen=True)
class Limit:
    """The bounds of a search. The first one reached ends it.

    Raises `InputProblem` unless every bound is finite and above 0.
    """

    seconds: float = 60.0
    """Wall-clock time from the moment that Lean has opened the theorem."""
    expansions: int = 1_000
    """States for which the policy is asked; to be asked again to repair counts as well."""
    tactics: int = 50_000
    """Tactics run in Lean."""
    candidates: int = 160
    """Tactics tried on one state."""
    characters: int = 10_000
    """The largest state that is kept, as printed."""
    states: int = 50_000
    """Different states found."""
    tactic: TacticLimit = field(default_factory=TacticLimit)
    """For each tactic."""
    minimise_seconds: float = 5.0
    """For making a found proof shorter, even beyond `seconds`."""
    verify_seconds: float = 300.0
    """For each check of a found proof, even beyond `seconds`, and before it as much again for a
    fresh Lean to be there. Where there is none the search ends: the proof does not count.

    Only a Lean that hangs needs it: what a check may do is bounded by heartbeats, so that its
    verdict does not depend on how busy the machine is."""

    def __post_init__(self) -> None:
        for entry in fields(self):
            if entry.name != "tactic":
                _require_positive(entry.name, getattr(self, entry.name))
        _require_positive("tactic.seconds", self.tactic.seconds)
        _require_positive("tactic.heartbeats", self.tactic.heartbeats)

    def reached(self, counters: Counters, seconds: float) -> str | None:
        """The name of the limit that is reached; None while the search may go on."""
        if seconds >= self.seconds:
            return "seconds"
        for name in ("expansions", "tactics", "states"):
            if getattr(counters, name) >= getattr(self, name):
                return name
        return None

    def message(self, name: str) -> str:
        """Says that the limit with this name is reached."""
        value = getattr(self, name)
        return (
            f"Reached the limit of {value:.15g} {name.removesuffix('s') if value == 1 else name}."
        )


def _require_positive(name: str, value: float) -> None:
    if not (math.isfinite(value) and value > 0):
        raise InputProblem(f"the limit `{name}` is {value}", "Give a finite number above 0.")
