"""What one search may use, and what it has used."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, fields, replace

from prover.errors import InputError
from prover.lean.interface import Outcome, Rejected, TacticError, TacticLimit, Timeout
from prover.search.result import Counters, Seconds


@dataclass(frozen=True)
class Limit:
    """The bounds of a search. The first one reached ends it.

    Raises `InputError` unless every bound is finite and above 0.
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
        raise InputError(f"the limit `{name}` is {value}", "Give a finite number above 0.")


Clock = Callable[[], float]


class Budget:
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
