"""What a search says while it runs, one JSON object an event.

Together the events of a search are a trace: `opened` and `expanded` hold all that is needed to
build its graph again without Lean. Clients ignore events and fields that they don't know.
"""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from typing import Any

from prover.lean.interface import (
    Closed,
    Outcome,
    Progress,
    Rejected,
    State,
    TacticError,
    Timeout,
    Verification,
)
from prover.policy.policy import Candidate
from prover.search.budget import Limit
from prover.search.configuration import Configuration
from prover.search.result import Result


@dataclass(frozen=True)
class Accepted:
    """The search begins."""

    theorem: str
    """Its name."""
    policy: str
    configuration: Configuration
    limit: Limit

    def to_json(self) -> dict[str, Any]:
        """The event for clients."""
        return {"event": "accepted", **asdict(self)}


@dataclass(frozen=True)
class Opened:
    """Lean has opened the theorem."""

    state: State
    seconds: float
    """Wall-clock time that it took."""

    def to_json(self) -> dict[str, Any]:
        """The event for clients."""
        return {"event": "opened", "state": _state(self.state), "seconds": self.seconds}


@dataclass(frozen=True)
class Trial:
    """A candidate that was run, and what came of it."""

    candidate: Candidate
    outcome: Outcome

    def to_json(self) -> dict[str, Any]:
        """The entry among the candidates of `expanded`."""
        seconds = self.outcome.seconds
        return {**_candidate(self.candidate), "seconds": seconds, **_outcome(self.outcome)}


@dataclass(frozen=True)
class Expanded:
    """Candidates were run on a state."""

    state: State
    cost: float
    """The state's priority when it was chosen, lower is sooner."""
    depth: int
    """How many tactics led to it."""
    trials: tuple[Trial, ...]
    """In the order in which they were run."""
    waiting: int
    """How many candidates are still to be run on it."""
    next: Candidate | None = None
    """The one of them that has its turn first, as unlikely as it has become."""
    problem: str = ""
    """Why the state was given up, if it was."""
    policy_seconds: float = 0.0
    lean_seconds: float = 0.0

    def to_json(self) -> dict[str, Any]:
        """The event for clients."""
        return {
            "event": "expanded",
            "state": _state(self.state),
            "cost": self.cost,
            "depth": self.depth,
            "candidates": [trial.to_json() for trial in self.trials],
            "waiting": self.waiting,
            "next": _candidate(self.next) if self.next else None,
            "problem": self.problem,
            "policy_seconds": self.policy_seconds,
            "lean_seconds": self.lean_seconds,
        }


@dataclass(frozen=True)
class Progressed:
    """Where the search stands, after each expansion."""

    expansions: int
    tactics: int
    states: int
    frontier: int
    """How many states wait to be expanded."""
    depth: int
    """Of the state expanded last."""
    seconds: float
    """Wall-clock time since the search began."""

    def to_json(self) -> dict[str, Any]:
        """The event for clients."""
        return {"event": "progress", **asdict(self)}


@dataclass(frozen=True)
class Verified:
    """The verifier's verdict on a script."""

    script: str
    verification: Verification

    def to_json(self) -> dict[str, Any]:
        """The event for clients."""
        return {
            "event": "verified",
            "script": self.script,
            "accepted": self.verification.accepted,
            "reason": self.verification.reason,
            "axioms": list(self.verification.axioms),
            "trusted": self.verification.trusted,
            "whole": self.verification.whole,
            "note": self.verification.note,
            "seconds": self.verification.seconds,
        }


Event = Accepted | Opened | Expanded | Progressed | Verified | Result


def _candidate(candidate: Candidate) -> dict[str, Any]:
    return {
        "tactic": candidate.tactic,
        "logprob": _finite(candidate.logprob),
        "tokens": candidate.tokens,
        "policy": candidate.policy,
    }


def _state(state: State) -> dict[str, Any]:
    goals = [goal.pretty for goal in state.goals]
    return {"key": state.key, "goals": goals}


def _outcome(outcome: Outcome) -> dict[str, Any]:
    match outcome:
        case Progress(states):
            return {"outcome": "progress", "states": [_state(state) for state in states]}
        case Closed():
            return {"outcome": "closed", "states": []}
        case TacticError(message):
            return {"outcome": "error", "message": message}
        case Timeout(message):
            return {"outcome": "timeout", "message": message}
        case Rejected(reason):
            return {"outcome": "rejected", "message": reason}


def _finite(number: float) -> float | None:
    """The number, or None where JSON has none."""
    return number if math.isfinite(number) else None
