"""Sessions for the published loops: every state as new, or all goals that are left as one state."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from prover.lean.interface import (
    Closed,
    LeanSession,
    Outcome,
    Premise,
    Progress,
    Rejected,
    State,
    TacticLimit,
)
from prover.theorem import Theorem


class TreeSession:
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


class WholeStateSession:
    """A session whose states are whole: a tactic runs on the first goal, the others wait.

    What stands behind a whole state are the independent states of another session.
    """

    def __init__(self, session: LeanSession) -> None:
        self._session = session
        self._parts: dict[int, tuple[State, ...]] = {}
        self._uses: Counter[int] = Counter()
        """In how many whole states each independent one is, by its handle."""
        self._handles = itertools.count()

    @property
    def workers(self) -> int:
        """As many as the other session has."""
        return self._session.workers

    async def open(self, theorem: Theorem) -> State:
        """The state at the theorem's hole."""
        return self._whole([await self._session.open(theorem)])

    async def run(self, state: State, tactics: Sequence[str], limit: TacticLimit) -> list[Outcome]:
        """The outcome of each tactic on the first goal; closed is only what leaves no goal."""
        first, *others = self._parts[state.handle]
        outcomes: list[Outcome] = []
        while len(outcomes) < len(tactics) and Closed() not in outcomes[-1:]:
            left = tactics[len(outcomes) :]
            found = await self._session.run(first, left, limit)
            outcomes += [self._outcome(outcome, others) for outcome in found]
        return outcomes

    async def premises(self, state: State, count: int) -> tuple[Premise, ...]:
        """The premises for the first goal."""
        return await self._session.premises(self._parts[state.handle][0], count)

    async def free(self, states: Sequence[State]) -> None:
        """Forgets the independent states that are in no whole state any more."""
        unused: list[State] = []
        for state in states:
            for part in self._parts.pop(state.handle):
                self._uses[part.handle] -= 1
                if not self._uses[part.handle]:
                    unused.append(part)
        await self._session.free(unused)

    def _outcome(self, outcome: Outcome, others: Sequence[State]) -> Outcome:
        match outcome:
            case Progress(states):
                whole = self._whole([*states, *others])
                return Progress((whole,), seconds=outcome.seconds)
            case Closed() if others:
                return Progress((self._whole(others),), seconds=outcome.seconds)
        return outcome

    def _whole(self, parts: Sequence[State]) -> State:
        handle = next(self._handles)
        self._parts[handle] = tuple(parts)
        self._uses.update(part.handle for part in parts)
        goals = tuple(goal for part in parts for goal in part.goals)
        return State(handle, goals, "+".join(part.key for part in parts))
