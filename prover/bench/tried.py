"""A problem with all attempts at it, and what came of them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from prover.bench.attempt import Attempt
from prover.bench.problem import Problem
from prover.bench.reading import Run
from prover.search.result import Status


class Way(StrEnum):
    """How a problem came out."""

    PROVED = "proved"
    """The gate accepted a proof."""
    REFUSED = "refused"
    """Proofs were found, and the gate accepted none: counted as not proved."""
    NOT_PROVED = "not proved"
    ERROR = "error"
    """Every attempt ended in an error: counted as not proved."""
    NOT_APPLICABLE = "not applicable"
    """Lean could not read the statement in the run's dialect: counted apart."""
    UNTRIED = "untried"
    """The run has not come to it, or was stopped while it was tried: counted apart."""


@dataclass(frozen=True)
class Tried:
    """One problem of a run."""

    problem: Problem
    attempts: tuple[Attempt, ...]
    """By their number; without those that the user stopped."""

    @property
    def way(self) -> Way:
        """How it came out."""
        if self.proving is not None:
            return Way.PROVED
        if not self.attempts:
            return Way.UNTRIED
        if any(not attempt.applicable for attempt in self.attempts):
            return Way.NOT_APPLICABLE
        statuses = {attempt.result["status"] for attempt in self.attempts}
        if Status.REFUSED in statuses:
            return Way.REFUSED
        return Way.ERROR if statuses == {Status.ERROR} else Way.NOT_PROVED

    @property
    def counts(self) -> bool:
        """Whether it was attempted: it is one of those of which a share is proved."""
        return self.way not in (Way.NOT_APPLICABLE, Way.UNTRIED)

    @property
    def proving(self) -> Attempt | None:
        """The first attempt that proved it."""
        return next((attempt for attempt in self.attempts if attempt.proved), None)

    @property
    def shown(self) -> Attempt | None:
        """The attempt that stands for all: the first that proved it, else the last refused one,
        else the last."""
        refused = [one for one in self.attempts if one.result["status"] == Status.REFUSED]
        return self.proving or next(reversed(refused or self.attempts), None)

    @property
    def refusal(self) -> str:
        """What Lean said when it could not read the statement."""
        said = (one.result.get("message") for one in self.attempts if not one.applicable)
        return str(next(said, None) or "")

    def spent(self, what: str) -> float:
        """How much of `seconds` or `tactics` went into it, up to and with its first proof."""
        total = 0.0
        for attempt in self.attempts:
            total += attempt.result[what]
            if attempt.proved:
                break
        return total


def tried(run: Run) -> tuple[Tried, ...]:
    """Every problem of the run, in their order."""
    by_name: dict[str, list[Attempt]] = {problem.name: [] for problem in run.problems.problems}
    for attempt in run.attempts:
        if attempt.result["status"] != Status.CANCELLED:
            by_name[attempt.name].append(attempt)
    return tuple(
        Tried(problem, tuple(sorted(by_name[problem.name], key=lambda one: one.attempt)))
        for problem in run.problems.problems
    )
