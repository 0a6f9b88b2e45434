"""What came of each problem, with all attempts at it, and of all of them."""

from __future__ import annotations

import statistics
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any

from prover.bench.attempt import Attempt
from prover.bench.results import RunResults
from prover.problems.dialect import unreadable
from prover.problems.problem import Problem
from prover.search.result import Status


class ProblemStatus(StrEnum):
    """How a problem came out."""

    PROVED = "proved"
    """The verifier accepted a proof."""
    REFUSED = "refused"
    """Proofs were found, and the verifier accepted none: counted as not proved."""
    NOT_PROVED = "not proved"
    ERROR = "error"
    """Every attempt ended in an error: counted as not proved."""
    NOT_APPLICABLE = "not applicable"
    """Lean could not read the statement in the run's dialect: counted apart."""
    UNTRIED = "untried"
    """The run has not come to it, or was stopped while it was tried: counted apart."""


@dataclass(frozen=True)
class ProblemResult:
    """One problem of a run."""

    problem: Problem
    attempts: tuple[Attempt, ...]
    """By their number; without those that the user stopped."""

    @property
    def way(self) -> ProblemStatus:
        """How it came out."""
        if self.proving is not None:
            return ProblemStatus.PROVED
        if not self.attempts:
            return ProblemStatus.UNTRIED
        if any(not attempt.applicable for attempt in self.attempts):
            return ProblemStatus.NOT_APPLICABLE
        statuses = {attempt.result["status"] for attempt in self.attempts}
        if Status.REFUSED in statuses:
            return ProblemStatus.REFUSED
        return ProblemStatus.ERROR if statuses == {Status.ERROR} else ProblemStatus.NOT_PROVED

    @property
    def counts(self) -> bool:
        """Whether it was attempted: it is one of those of which a share is proved."""
        return self.way not in (ProblemStatus.NOT_APPLICABLE, ProblemStatus.UNTRIED)

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


def problem_results(run: RunResults) -> tuple[ProblemResult, ...]:
    """Every problem of the run, in their order."""
    by_name: dict[str, list[Attempt]] = {problem.name: [] for problem in run.problems.problems}
    for attempt in run.attempts:
        if attempt.result["status"] != Status.CANCELLED:
            by_name[attempt.name].append(attempt)
    return tuple(
        ProblemResult(problem, tuple(sorted(by_name[problem.name], key=lambda one: one.attempt)))
        for problem in run.problems.problems
    )


@dataclass(frozen=True)
class Summary:
    """How many problems ended in which way. Each is counted once."""

    problems: int
    proved: int
    refused: int
    """Proofs were found, and the verifier accepted none."""
    not_proved: int
    not_applicable: int
    """Lean could not read the statement."""
    errors: int
    """No attempt got as far as that; running it again tries them again."""
    untried: int
    attempts: int
    median_seconds: float | None
    """Of the attempts that proved something, wall-clock."""
    unreadable: dict[str, str]
    """Why each problem that is not applicable is not, by name."""
    hints: dict[str, str] = field(default_factory=dict)
    """What to do about some of these reasons, by reason."""
    refusals: dict[str, str] = field(default_factory=dict)
    """Why the verifier refused the first proof of each problem that counts as refused, by name."""

    @classmethod
    def of(cls, names: Iterable[str], attempts: Sequence[Attempt], dialect: str = "") -> Summary:
        """Of problems with these names, tried in this dialect."""
        by_name: dict[str, list[Attempt]] = {name: [] for name in names}
        for attempt in attempts:
            by_name[attempt.name].append(attempt)
        way_of = {name: _way(tries) for name, tries in by_name.items()}
        ways = list(way_of.values())
        unread = [
            (attempt, unreadable(str(attempt.result["message"]), dialect))
            for attempt in attempts
            if not attempt.applicable
        ]
        proofs = [attempt.result["seconds"] for attempt in attempts if attempt.proved]
        return cls(
            problems=len(ways),
            proved=ways.count("proved"),
            refused=ways.count("refused"),
            not_proved=ways.count("not_proved"),
            not_applicable=ways.count("not_applicable"),
            errors=ways.count("errors"),
            untried=ways.count("untried"),
            attempts=len(attempts),
            median_seconds=statistics.median(proofs) if proofs else None,
            unreadable={one.name: reason for one, reason in unread},
            hints={reason: str(hint) for one, reason in unread if (hint := one.result.get("hint"))},
            refusals={
                attempt.name: str(refusal["reason"]).partition("\n")[0]
                for attempt in reversed(attempts)
                if way_of[attempt.name] == "refused" and (refusal := attempt.result.get("refusal"))
            },
        )

    @property
    def all_proved(self) -> bool:
        """Whether there was something to prove and all of it is."""
        return self.proved > 0 and self.proved == self.problems - self.not_applicable

    def to_json(self) -> dict[str, Any]:
        """All of it."""
        return asdict(self)


def _way(tries: Sequence[Attempt]) -> str:
    if any(attempt.proved for attempt in tries):
        return "proved"
    if any(not attempt.applicable for attempt in tries):
        return "not_applicable"
    statuses = {attempt.result["status"] for attempt in tries}
    if Status.REFUSED in statuses:
        return "refused"
    if statuses - {Status.ERROR}:
        return "not_proved"
    return "errors" if tries else "untried"
