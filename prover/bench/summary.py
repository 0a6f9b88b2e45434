"""What came of a run, in a few numbers."""

from __future__ import annotations

import statistics
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from prover.bench.attempt import Attempt
from prover.bench.dialect import unreadable
from prover.search.result import Status


@dataclass(frozen=True)
class Summary:
    """How many problems ended in which way. Each is counted once."""

    problems: int
    proved: int
    refused: int
    """Proofs were found, and the gate accepted none."""
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

    @classmethod
    def of(cls, names: Iterable[str], attempts: Sequence[Attempt], dialect: str = "") -> Summary:
        """Of problems with these names, tried in this dialect."""
        by_name: dict[str, list[Attempt]] = {name: [] for name in names}
        for attempt in attempts:
            by_name[attempt.name].append(attempt)
        ways = [_way(tries) for tries in by_name.values()]
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
            unreadable={
                attempt.name: unreadable(str(attempt.result["message"]), dialect)
                for attempt in attempts
                if not attempt.applicable
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


def worker_use(attempts: Sequence[Attempt], began: float, workers: int) -> float | None:
    """The share of the time in which a worker had something to do, on average over all.

    Counted from `began`, in seconds since the epoch, until the last attempt set out; afterwards
    workers have nothing to do. None when all set out at once.
    """
    if len(attempts) <= workers:
        return None
    stop = max(attempt.started for attempt in attempts)
    ends = [min(one.started + float(one.result["seconds"]), stop) for one in attempts]
    busy = sum(ends) - sum(one.started for one in attempts)
    return busy / (workers * (stop - began))
