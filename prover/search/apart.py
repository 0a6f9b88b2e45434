"""Every state as new, so that the search's graph is a tree."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import replace

from prover.lean.interface import (
    LeanSession,
    Outcome,
    Premise,
    Progress,
    Rejected,
    State,
    TacticLimit,
)
from prover.theorem import Theorem


class Apart:
    """A session in which no two states have one key.

    A tactic that leads to a state that tactics were run on already is rejected. That is all that
    llemma_formal2formal does against doing things twice: a state may wait many times before it is
    expanded first, and is then expanded as many times.
    """

    def __init__(self, session: LeanSession) -> None:
        self._session = session
        self._keys: dict[int, str] = {}
        self._visited: set[str] = set()
        self._numbers = itertools.count()

    @property
    def workers(self) -> int:
        """As many as the other session has."""
        return self._session.workers

    async def open(self, theorem: Theorem) -> State:
        """The state at the theorem's hole."""
        return self._new(await self._session.open(theorem))

    async def run(self, state: State, tactics: Sequence[str], limit: TacticLimit) -> list[Outcome]:
        """The outcome of each tactic, rejected if it leads to where the search was."""
        self._visited.add(self._keys[state.handle])
        outcomes = await self._session.run(state, tactics, limit)
        return [await self._outcome(outcome) for outcome in outcomes]

    async def premises(self, state: State, count: int) -> tuple[Premise, ...]:
        """The premises for the state."""
        return await self._session.premises(state, count)

    async def free(self, states: Sequence[State]) -> None:
        """Forgets states; that they were visited is remembered."""
        for state in states:
            del self._keys[state.handle]
        await self._session.free(states)

    async def _outcome(self, outcome: Outcome) -> Outcome:
        if not isinstance(outcome, Progress):
            return outcome
        if any(state.key in self._visited for state in outcome.states):
            await self._session.free(outcome.states)
            return Rejected("it leads to a state that was expanded", seconds=outcome.seconds)
        return Progress(tuple(map(self._new, outcome.states)), seconds=outcome.seconds)

    def _new(self, state: State) -> State:
        self._keys[state.handle] = state.key
        return replace(state, key=f"{state.key}/{next(self._numbers)}")
