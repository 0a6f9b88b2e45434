"""What of a state's candidates is still to be run, and with which budget.

A state is not expanded in one go: its candidates run a few at a time, and between turns it waits
in the frontier with the cost of its best candidate left. So an unlikely tactic on a good state
competes with a likely one on a worse state, and what is never needed is never run.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, replace

from prover.lean.interface import TacticLimit
from prover.policy.base import Candidate
from prover.search.configuration import Configuration
from prover.search.limit import Limit
from prover.search.openers import is_opener
from prover.search.score import logprob

OUT_OF_BUDGET = 2.0
"""What running out of the first budget costs a candidate, as a negative log-probability."""


@dataclass(frozen=True)
class Attempt:
    """A candidate to run, for the first time or again with the whole budget."""

    candidate: Candidate
    loss: float = 0.0
    """What it costs more than others, as a negative log-probability."""
    again: bool = False

    @property
    def worth(self) -> Candidate:
        """The candidate, as unlikely as if it cost no more than others."""
        if not self.loss:
            return self.candidate
        return replace(self.candidate, logprob=-self.cost)

    @property
    def cost(self) -> float:
        """As a negative log-probability."""
        return self.loss - self.candidate.logprob


class Expansion:
    """The candidates of one state, most likely first."""

    def __init__(self, limit: Limit, configuration: Configuration) -> None:
        self._limit = limit
        self._first_share = configuration.first_share
        self._opener_loss = configuration.opener_loss
        self._waiting: deque[Attempt] = deque()
        self._known: set[str] = set()
        self.taken = 0
        """How many attempts were taken so far."""

    def add(self, candidates: Iterable[Candidate]) -> None:
        """Further candidates, each at its place; those that say nothing new are left out."""
        for candidate in candidates:
            tactic = candidate.tactic.strip()
            if tactic and tactic not in self._known and len(self._known) < self._limit.candidates:
                self._known.add(tactic)
                clean = replace(candidate, tactic=tactic, logprob=logprob(candidate))
                loss = self._opener_loss if is_opener(tactic) else 0.0
                self._waiting.append(Attempt(clean, loss))
        self._sort()

    def __len__(self) -> int:
        return len(self._waiting)

    @property
    def next(self) -> Candidate | None:
        """The candidate to be run next, as unlikely as it has become; None when all were run."""
        if not self._waiting:
            return None
        return self._waiting[0].worth

    def take(self, most: int) -> list[Attempt]:
        """Removes the next attempts that have one budget, at most so many."""
        taken: list[Attempt] = []
        while self._waiting and len(taken) < most:
            if taken and self._waiting[0].again != taken[0].again:
                break
            taken.append(self._waiting.popleft())
        self.taken += len(taken)
        return taken

    def clear(self) -> None:
        """Nothing of it is to be run any more."""
        self._waiting.clear()

    def put_back(self, attempts: Iterable[Attempt]) -> None:
        """These were taken and not run."""
        returned = list(attempts)
        if returned:
            self.taken -= len(returned)
            self._waiting.extendleft(reversed(returned))
            self._sort()

    def ran_out(self, attempt: Attempt) -> None:
        """The attempt used up its heartbeats; it is made again, once, when its turn comes."""
        if not attempt.again and self._first_share < 1:
            loss = attempt.loss + OUT_OF_BUDGET
            self._waiting.append(replace(attempt, loss=loss, again=True))
            self._sort()

    def budget(self, attempt: Attempt, seconds: float) -> TacticLimit:
        """What the attempt may use when the search has so many seconds left.

        Only heartbeats are rationed: how many a tactic needs does not depend on the machine.
        """
        whole = self._limit.tactic
        share = 1.0 if attempt.again else self._first_share
        return replace(whole.with_share(share), seconds=min(whole.seconds, seconds))

    def _sort(self) -> None:
        """Most likely first; among equals those that were first before."""
        self._waiting = deque(sorted(self._waiting, key=lambda attempt: attempt.cost))
