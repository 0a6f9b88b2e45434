"""What Lean and the verifier said once, for all searches for proofs of one theorem.

The searches that are compared ask Lean much the same: the candidates for the theorem itself are
those of the policy, however the search goes on. What Lean says does not depend on who asks, so a
tactic runs once, and everyone who asks again is told the same and charged the same time.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace

from prover.errors import InputError
from prover.lean.interface import (
    Closed,
    LeanSession,
    Outcome,
    Premise,
    State,
    TacticLimit,
    Timeout,
    Verification,
    Verify,
)
from prover.theorem import Theorem

WHOLE_SECONDS = TacticLimit().seconds


@dataclass(frozen=True)
class Opening:
    """What came of opening the theorem."""

    found: State | InputError
    seconds: float


class Remembered:
    """A session for one search after the other, each of which may open the theorem.

    What a search frees is kept for the next.
    """

    workers = 1

    def __init__(self, session: LeanSession) -> None:
        self._session = session
        self._charged = 0.0
        self._opening: Opening | None = None
        self._outcomes: dict[tuple[str, str, int], Outcome] = {}
        self._premises: dict[tuple[str, int], tuple[float, tuple[Premise, ...]]] = {}

    def clock(self) -> float:
        """Seconds that have passed, those included that were charged without having passed."""
        return time.monotonic() + self._charged

    async def open(self, theorem: Theorem) -> State:
        """The state at the theorem's hole."""
        if self._opening is None:
            began, found = time.monotonic(), await self._opened(theorem)
            self._opening = Opening(found, time.monotonic() - began)
        else:
            self._charged += self._opening.seconds
        if isinstance(self._opening.found, InputError):
            raise self._opening.found
        return self._opening.found

    async def run(self, state: State, tactics: Sequence[str], limit: TacticLimit) -> list[Outcome]:
        """The outcome of each tactic on the state, up to the first that closes it."""
        outcomes: list[Outcome] = []
        for tactic in tactics:
            outcomes.append(await self._ran(state, tactic, limit))
            if outcomes[-1] == Closed():
                break
        return outcomes

    async def premises(self, state: State, count: int) -> tuple[Premise, ...]:
        """The premises for the state."""
        key = state.key, count
        if key in self._premises:
            seconds, premises = self._premises[key]
            self._charged += seconds
            return premises
        began, premises = time.monotonic(), await self._session.premises(state, count)
        self._premises[key] = time.monotonic() - began, premises
        return premises

    async def free(self, states: Sequence[State]) -> None:
        """Nothing: the next search may find them again."""

    async def _opened(self, theorem: Theorem) -> State | InputError:
        try:
            return await self._session.open(theorem)
        except InputError as problem:
            return problem

    async def _ran(self, state: State, tactic: str, limit: TacticLimit) -> Outcome:
        key = state.key, tactic, limit.heartbeats
        if known := self._outcomes.get(key):
            if limit.seconds < min(known.seconds, WHOLE_SECONDS):
                self._charged += limit.seconds
                return Timeout(f"took over {limit.seconds:g} seconds", seconds=limit.seconds)
            self._charged += known.seconds
            # To other tasks it is a call to Lean as any other.
            await asyncio.sleep(0)
            return known
        began = time.monotonic()
        [outcome] = await self._session.run(state, [tactic], limit)
        outcome = replace(outcome, seconds=time.monotonic() - began)
        if limit.seconds >= WHOLE_SECONDS or not isinstance(outcome, Timeout):
            # With less time than others have, a tactic that ran out might be one that does not.
            self._outcomes[key] = outcome
        return outcome


class Verdicts:
    """The verifier, asked once for each script."""

    def __init__(self, verify: Verify) -> None:
        self._verify = verify
        self._known: dict[tuple[str, str], Verification] = {}

    async def __call__(self, theorem: Theorem, script: str) -> Verification:
        """The verifier's answer."""
        key = theorem.name, script
        if key not in self._known:
            self._known[key] = await self._verify(theorem, script)
        return self._known[key]
