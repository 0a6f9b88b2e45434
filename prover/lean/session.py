"""One theorem being proved, with its states named by handles.

A tactic that ends its Lean, by crashing it or by not stopping, costs only itself: its outcome says
so, and the session goes on in a fresh process (see `prover.lean.replay`).
"""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Sequence

from prover.errors import LeanDied
from prover.lean import codec
from prover.lean.base import Closed, Outcome, Premise, State, TacticError, TacticLimit, Timeout
from prover.lean.replay import ANSWER_SECONDS, Known, Replay, Take
from prover.lean.worker import OutOfMemory, Overdue, Worker
from prover.theorem import Theorem


class Session:
    """Implements `LeanSession` with one worker at a time, got by `take`.

    Its methods may be called concurrently; they take their turns.
    """

    def __init__(self, take: Take, *, open_seconds: float = ANSWER_SECONDS) -> None:
        self._take = take
        self._open_seconds = open_seconds
        self._turn = asyncio.Lock()
        self._replay: Replay | None = None
        self._known: dict[int, Known] = {}
        self._handles = itertools.count()

    async def open(self, theorem: Theorem) -> State:
        """The state at the theorem's hole. A session opens one theorem.

        Raises `InputProblem` when the header or the statement does not elaborate, or `LeanDied`.
        """
        async with self._turn:
            assert self._replay is None, "a session opens one theorem"
            self._replay = Replay(self._take, theorem, self._open_seconds)
            json, root = await self._replay.open()
            return codec.state(json, self._handle(root))

    async def run(self, state: State, tactics: Sequence[str], limit: TacticLimit) -> list[Outcome]:
        """The outcome of each tactic on the state, up to the first that closes it.

        Raises `LeanDied` when the state is lost and cannot be rebuilt.
        """
        async with self._turn:
            known = self._known[state.handle]
            outcomes: list[Outcome] = []
            while len(outcomes) < len(tactics) and Closed() not in outcomes[-1:]:
                await self._opened.place(known)
                try:
                    await self._run(known, tactics, limit, outcomes)
                except LeanDied as death:
                    if len(outcomes) < len(tactics) and Closed() not in outcomes[-1:]:
                        outcomes.append(price(death, limit))
            return outcomes

    async def premises(self, state: State, count: int) -> tuple[Premise, ...]:
        """At most `count` theorems of the environment, most relevant to the state first."""
        async with self._turn:
            known = self._known[state.handle]
            await self._opened.place(known)
            return tuple(map(codec.premise, await self._opened.premises(known, count)))

    async def free(self, states: Sequence[State]) -> None:
        """Forgets states that the search has dropped."""
        async with self._turn:
            await self._opened.free([self._known.pop(state.handle) for state in states])

    async def close(self) -> Worker | None:
        """Gives back the worker, if it lives, with all that the session made there forgotten."""
        self._known.clear()
        return await self._replay.close() if self._replay else None

    @property
    def _opened(self) -> Replay:
        assert self._replay is not None, "no theorem is open"
        return self._replay

    def _handle(self, known: Known) -> int:
        handle = next(self._handles)
        self._known[handle] = known
        return handle

    async def _run(
        self, known: Known, tactics: Sequence[str], limit: TacticLimit, outcomes: list[Outcome]
    ) -> None:
        """Runs the tactics that have no outcome yet, and adds theirs as they come."""
        async for reply, left in self._opened.run(known, tactics[len(outcomes) :], limit):
            states = [
                codec.state(json, self._handle(child))
                for json, child in zip(reply.get("states", ()), left, strict=True)
            ]
            outcomes.append(codec.outcome(reply, states))


def price(death: LeanDied, limit: TacticLimit) -> Outcome:
    """What a tactic gets that ended its Lean."""
    if isinstance(death, Overdue):
        return Timeout(f"did not stop within {limit.seconds:g} seconds, so its Lean was ended")
    if isinstance(death, OutOfMemory):
        return Timeout(death.message)
    return TacticError(f"Lean ended while running it: {death.message}")
