"""What a search has done and what it cost, against its limit."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace

from prover.lean.interface import Outcome, Rejected, TacticError, Timeout
from prover.search.limit import Limit
from prover.search.result import Counters, Seconds

Clock = Callable[[], float]


class Ledger:
    """Counters and times of one search. Its time counts from `start`, its total from the making."""

    def __init__(self, limit: Limit, clock: Clock) -> None:
        self._limit = limit
        self._clock = clock
        self._began = self._started = clock()
        self._seconds = Seconds()
        self._running: Counter[str] = Counter()
        self._since: dict[str, float] = {}
        self.counters = Counters()

    def start(self) -> None:
        """From now on the limit's seconds count."""
        self._started = self._clock()

    @property
    def total(self) -> float:
        """Seconds since the search began, the opening of its theorem included."""
        return self._clock() - self._began

    @property
    def seconds(self) -> Seconds:
        """Where the time went so far."""
        return replace(self._seconds, total=self.total, opening=self._started - self._began)

    @property
    def left(self) -> float:
        """Seconds that the search still has; negative when it has overrun."""
        return self._limit.seconds - (self._clock() - self._started)

    def limit_reached(self) -> str | None:
        """The name of the limit that is reached; None while the search may go on."""
        return self._limit.reached(self.counters, self._limit.seconds - self.left)

    def may_verify(self) -> bool:
        """Whether there is time for another check, which has a reserve beyond the search's."""
        return self.left > -self._limit.verify_seconds

    def count(self, **counts: int) -> None:
        """Adds to counters."""
        self.counters += Counters(**counts)

    def note(self, outcome: Outcome) -> None:
        """Counts a tactic that was run."""
        self.count(
            tactics=1,
            errors=isinstance(outcome, TacticError),
            timeouts=isinstance(outcome, Timeout),
            rejected=isinstance(outcome, Rejected),
        )

    @contextmanager
    def timing(self, what: str) -> Iterator[None]:
        """Adds the time that the block takes to `lean`, `policy` or `verify`.

        Where blocks for the same thing overlap, time counts once.
        """
        if not self._running[what]:
            self._since[what] = self._clock()
        self._running[what] += 1
        try:
            yield
        finally:
            self._running[what] -= 1
            if not self._running[what]:
                spent = getattr(self._seconds, what) + self._clock() - self._since[what]
                self._seconds = replace(self._seconds, **{what: spent})
