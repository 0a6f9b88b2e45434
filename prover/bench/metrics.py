"""The numbers of a run: what was proved, how surely, how fast, and what stood in the way."""

from __future__ import annotations

import itertools
import math
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any, NamedTuple

from prover.bench.attempt import Attempt
from prover.bench.outcomes import ProblemResult, ProblemStatus, problem_results
from prover.bench.results import RunResults
from prover.problems.dialect import unreadable
from prover.search.result import Counters

NORMAL_95 = 1.959963984540054
"""The normal distribution has 95 % of its mass within so many standard deviations."""


class Interval(NamedTuple):
    """Bounds of a share, between 0 and 1."""

    low: float
    high: float


def wilson(solved: int, tried: int) -> Interval:
    """The 95 % score interval for a share (Wilson 1927); it knows nothing when nothing was tried.

    Unlike the textbook interval it stays within 0 and 1 and has a width at 0 of n.
    """
    if tried == 0:
        return Interval(0.0, 1.0)
    share, square = solved / tried, NORMAL_95**2
    middle = (share + square / (2 * tried)) / (1 + square / tried)
    spread = share * (1 - share) / tried + square / (4 * tried**2)
    half = NORMAL_95 * math.sqrt(spread) / (1 + square / tried)
    low = 0.0 if solved == 0 else middle - half
    return Interval(low, 1.0 if solved == tried else middle + half)


def pass_at(k: int, attempts: int, proved: int) -> float:
    """The chance that at least one of k attempts proves the problem, without bias from the sample.

    Of Chen et al. 2021, "Evaluating Large Language Models Trained on Code": the share of the ways
    to choose k of the attempts that have a proof among them. `attempts` must not depend on how they
    came out, and k must be at most as many.
    """
    return 1.0 - math.comb(attempts - proved, k) / math.comb(attempts, k)


def mcnemar(won: int, lost: int) -> float:
    """The two-sided p-value that both are equally good (McNemar 1947), exact.

    Problems on which both came out the same say nothing. Of the others as many would be won as
    lost: a binomial distribution with one half.
    """
    differing = won + lost
    tail = sum(math.comb(differing, count) for count in range(min(won, lost) + 1))
    return min(1.0, 2 * tail / (1 << differing))


GROUPS = ("topic", "split", "difficulty")
"""The fields of a problem by which shares are told."""
KINDS = ("lean", "policy", "verify")
NUMBER = re.compile(r"\b\d+(\.\d+)?\b")

Point = tuple[float, int]


@dataclass(frozen=True)
class Share:
    """So many proved of so many attempted."""

    name: str
    proved: int
    attempted: int

    @property
    def share(self) -> float:
        """Between 0 and 1; 0 where nothing was attempted."""
        return self.proved / self.attempted if self.attempted else 0.0

    @property
    def interval(self) -> Interval:
        """With 95 % confidence."""
        return wilson(self.proved, self.attempted)

    def to_json(self) -> dict[str, Any]:
        """All of it."""
        low, high = self.interval
        return {**asdict(self), "share": self.share, "low": low, "high": high}


@dataclass(frozen=True)
class Passes:
    """pass@k for k = 1, 2, …, as far as every problem has attempts for it."""

    values: tuple[float, ...]
    unbiased: bool
    """Estimated from all attempts (`prover.bench.metrics.pass_at`). Where a problem is not tried
    again once it is proved, that would be biased, and these are the shares of the problems that the
    first k attempts proved."""


@dataclass(frozen=True)
class Reason:
    """A way in which attempts ended without a proof."""

    status: str
    message: str
    """Its first line, with `…` for numbers that differ."""
    attempts: int


@dataclass(frozen=True)
class Time:
    """Seconds of all attempts together, by what they were spent on."""

    lean: float
    policy: float
    verify: float
    engine: float
    """All the rest: the search itself."""


@dataclass(frozen=True)
class Metrics:
    """All that a report says in numbers."""

    overall: Share
    groups: dict[str, tuple[Share, ...]]
    """By each of `GROUPS` that the problems have."""
    passes: Passes
    by_seconds: tuple[Point, ...]
    """How many problems were proved within so many seconds each, at every rise."""
    by_tactics: tuple[Point, ...]
    time: Time
    counters: Counters
    reasons: tuple[Reason, ...]
    not_applicable: tuple[tuple[str, str], ...]
    """Names of problems, and why."""
    refused: int
    """For how many of those attempted proofs were found, and the verifier accepted none."""
    errors: int
    """How many of those attempted ended in errors only."""
    untried: int
    attempts: int
    worker_use: float | None
    """The share of the workers' time in which they had an attempt; None where it is not known."""

    @classmethod
    def of(cls, run: RunResults) -> Metrics:
        """Those of a run, finished or not."""
        problems = problem_results(run)
        counting = [item for item in problems if item.counts]
        attempts = [attempt for item in counting for attempt in item.attempts]
        return cls(
            overall=_share("all", counting),
            groups={name: shares for name in GROUPS if (shares := _shares(counting, name))},
            passes=passes(counting),
            by_seconds=tuple(curve(counting, "seconds")),
            by_tactics=tuple(curve(counting, "tactics")),
            time=_time(attempts),
            counters=sum(map(_counters, attempts), Counters()),
            reasons=_reasons(attempts),
            not_applicable=tuple(
                (item.problem.name, unreadable(item.refusal, run.dialect))
                for item in problems
                if item.way is ProblemStatus.NOT_APPLICABLE
            ),
            refused=sum(item.way is ProblemStatus.REFUSED for item in problems),
            errors=sum(item.way is ProblemStatus.ERROR for item in problems),
            untried=sum(item.way is ProblemStatus.UNTRIED for item in problems),
            attempts=len(attempts),
            worker_use=worker_use(run.attempts, run.config.get("workers")),
        )

    def to_json(self) -> dict[str, Any]:
        """All of it, with the intervals."""
        groups = {name: [share.to_json() for share in some] for name, some in self.groups.items()}
        return {**asdict(self), "overall": self.overall.to_json(), "groups": groups}


def passes(problems: Sequence[ProblemResult]) -> Passes:
    """pass@k of the problems attempted."""
    most = max((len(item.attempts) for item in problems), default=0)
    stopped = any(
        item.way is ProblemStatus.PROVED and len(item.attempts) < most for item in problems
    )
    counts = [len(item.attempts) for item in problems if not (stopped and item.proving)]
    values = [
        sum(_passed(item, k, unbiased=not stopped) for item in problems) / len(problems)
        for k in range(1, min(counts, default=most) + 1)
    ]
    return Passes(tuple(values), unbiased=not stopped)


def _passed(item: ProblemResult, k: int, *, unbiased: bool) -> float:
    proved = [attempt.proved for attempt in item.attempts]
    return pass_at(k, len(proved), sum(proved)) if unbiased else float(any(proved[:k]))


def curve(problems: Iterable[ProblemResult], what: str) -> Iterator[Point]:
    """For each amount of `seconds` or `tactics` that proved a problem, how many it proved.

    What failed attempts took before the first proof of a problem counts as well.
    """
    spent = sorted(item.spent(what) for item in problems if item.way is ProblemStatus.PROVED)
    for amount, some in itertools.groupby(enumerate(spent, 1), key=lambda pair: pair[1]):
        yield amount, max(count for count, _ in some)


def worker_use(attempts: Sequence[Attempt], workers: Any) -> float | None:
    """The share of the workers' time, from 0 to 1, in which they had an attempt, while anything
    was tried; None where it is not known.

    Where a run was stopped and went on later, the time between does not count.
    """
    if not isinstance(workers, int) or workers < 1 or not attempts:
        return None
    spans = sorted((item.started, item.started + item.result["seconds"]) for item in attempts)
    busy = sum(end - start for start, end in spans)
    covered, until = 0.0, float("-inf")
    for start, end in spans:
        covered += max(0.0, end - max(start, until))
        until = max(until, end)
    return min(1.0, busy / (workers * covered)) if covered else None


def _share(name: str, problems: Sequence[ProblemResult]) -> Share:
    return Share(name, sum(item.way is ProblemStatus.PROVED for item in problems), len(problems))


def _shares(problems: Iterable[ProblemResult], field: str) -> tuple[Share, ...]:
    groups: dict[str, list[ProblemResult]] = {}
    for item in problems:
        groups.setdefault(getattr(item.problem, field), []).append(item)
    if groups.keys() <= {""}:
        return ()
    return tuple(_share(name or "none", groups[name]) for name in sorted(groups))


def _time(attempts: Sequence[Attempt]) -> Time:
    spent = {
        kind: sum(float(attempt.result[f"{kind}_seconds"]) for attempt in attempts)
        for kind in KINDS
    }
    total = sum(float(attempt.result["seconds"]) for attempt in attempts)
    # What overlapped counts in each of its kinds, so that the rest can't be told then.
    return Time(**spent, engine=max(0.0, total - sum(spent.values())))


def _counters(attempt: Attempt) -> Counters:
    return Counters(**{name: attempt.result[name] for name in Counters.__dataclass_fields__})


def _reasons(attempts: Iterable[Attempt]) -> tuple[Reason, ...]:
    found: dict[tuple[str, str], list[str]] = {}
    for attempt in attempts:
        if not attempt.proved:
            message = _first_line(attempt)
            alike = attempt.result["status"], NUMBER.sub("…", message)
            found.setdefault(alike, []).append(message)
    reasons = [
        Reason(status, messages[0] if len({*messages}) == 1 else pattern, len(messages))
        for (status, pattern), messages in found.items()
    ]
    return tuple(sorted(reasons, key=lambda reason: -reason.attempts))


def _first_line(attempt: Attempt) -> str:
    lines = str(attempt.result.get("message") or "").splitlines()
    return lines[0] if lines else ""
