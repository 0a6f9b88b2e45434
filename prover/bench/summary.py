"""What came of a run, in a few numbers."""

from __future__ import annotations

import statistics
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
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
    hints: dict[str, str] = field(default_factory=dict)
    """What to do about some of these reasons, by reason."""
    refusals: dict[str, str] = field(default_factory=dict)
    """Why the gate refused the first proof of each problem that is counted as refused, by name."""

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
