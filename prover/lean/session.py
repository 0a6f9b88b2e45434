"""One theorem being proved, with its states named by handles.

A tactic that ends its Lean, by crashing it or by not stopping, costs only itself: its outcome says
so, and the session goes on in a fresh process (see `prover.lean.state_replay`).
"""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager

from prover.errors import LeanDiedError
from prover.lean import codec
from prover.lean.interface import Closed, Outcome, Premise, State, TacticError, TacticLimit, Timeout
from prover.lean.state_replay import ANSWER_SECONDS, KnownState, StateReplay, Take
from prover.lean.worker import GRACE_SECONDS, OutOfMemory, Overdue, Worker, WorkerSlots
from prover.theorem import Theorem


class Session:
    """Implements `LeanSession` with a worker of its own, and with helpers while nobody wants them.

    Its methods may be called concurrently. Each call has a worker to itself, preferably one that
    holds the state; calls for which there is none take their turns.
    """

    def __init__(
        self,
        take: Take,
        keep: Callable[[Worker], None],
        *,
        help_out: Take | None = None,
        open_seconds: float = ANSWER_SECONDS,
        settle_seconds: float = GRACE_SECONDS,
        helpers: WorkerSlots | None = None,
    ) -> None:
        """Gets its worker by `take`, its helpers by `help_out`, and gives back those that live by
        `keep`.

        A worker that is still at work when the session ends has `settle_seconds` to finish.
        """
        self._take = take
        self._help_out = help_out or take
        self._keep = keep
        self._open_seconds = open_seconds
        self._settle_seconds = settle_seconds
        self._helpers = helpers or WorkerSlots(0)
        self._theorem: Theorem | None = None
        self._replays: list[StateReplay] = []
        """The session's own first, then the helpers."""
        self._idle: list[StateReplay] = []
        self._turns = asyncio.Semaphore(0)
        """As many as are idle."""
        self._dropped: dict[StateReplay, list[KnownState]] = {}
        """What each is still to forget."""
        self._known: dict[int, KnownState] = {}
        self._handles = itertools.count()

    @property
    def workers(self) -> int:
        """How many calls have a worker at once."""
        return len(self._replays) + self._helpers.free

    async def open(self, theorem: Theorem) -> State:
        """The state at the theorem's hole. A session opens one theorem.

        Raises `InputError` when the header or the statement does not elaborate, or `LeanDiedError`.
        """
        assert self._theorem is None, "a session opens one theorem"
        self._theorem = theorem
        async with self._claimed(self._added(self._take)) as replay:
            json, root = await replay.open()
            return codec.state(json, self._handle(root))

    async def run(self, state: State, tactics: Sequence[str], limit: TacticLimit) -> list[Outcome]:
        """The outcome of each tactic on the state, up to the first that closes it.

        Raises `LeanDiedError` when the state is lost and cannot be rebuilt.
        """
        known = self._known[state.handle]
        outcomes: list[Outcome] = []
        async with self._somewhere(known) as replay:
            while len(outcomes) < len(tactics) and Closed() not in outcomes[-1:]:
                await replay.place(known)
                try:
                    await self._run(replay, known, tactics, limit, outcomes)
                except LeanDiedError as death:
                    if len(outcomes) < len(tactics) and Closed() not in outcomes[-1:]:
                        outcomes.append(outcome_of_death(death, limit))
        return outcomes

    async def premises(self, state: State, count: int) -> tuple[Premise, ...]:
        """At most `count` theorems of the environment, most relevant to the state first."""
        known = self._known[state.handle]
        async with self._somewhere(known) as replay:
            await replay.place(known)
            return tuple(map(codec.premise, await replay.premises(known, count)))

    async def free(self, states: Sequence[State]) -> None:
        """Forgets states that the search has dropped; who is busy forgets them afterwards."""
        known = [self._known.pop(state.handle) for state in states]
        for replay in self._replays:
            self._dropped[replay] += known
        for replay in list(self._idle):
            if replay in self._idle and not self._turns.locked():
                async with self._claimed(await self._idler(replay)):
                    pass

    async def close(self) -> None:
        """Gives back all workers, with all that the session made there forgotten."""
        self._known.clear()
        for replay in reversed(self._replays[1:]):
            await self._dismiss(replay)
        if self._replays:
            await self._give_back(self._replays[0])

    @asynccontextmanager
    async def _somewhere(self, known: KnownState) -> AsyncIterator[StateReplay]:
        """A worker that nobody else uses meanwhile; a helper if there is none and one is free."""
        assert self._theorem is not None, "no theorem is open"
        if not self._idle and self._helpers.free:
            await self._helpers.take()
            replay = self._added(self._help_out)
        else:
            replay = await self._idler(known)
        async with self._claimed(replay):
            yield replay

    async def _idler(self, wanted: StateReplay | KnownState) -> StateReplay:
        """One that was idle: that one, or the one where the state is at hand."""
        await self._turns.acquire()
        replay = (
            wanted
            if isinstance(wanted, StateReplay)
            else max(self._idle, key=lambda idle: (idle.ready, idle.holds(wanted)))
        )
        self._idle.remove(replay)
        return replay

    @asynccontextmanager
    async def _claimed(self, replay: StateReplay) -> AsyncIterator[StateReplay]:
        """Has it forget what it should, and lets it go afterwards."""
        try:
            dropped, self._dropped[replay] = self._dropped[replay], []
            await replay.free(dropped)
            yield replay
        finally:
            if self._helpers.wanted and replay is not self._replays[0]:
                await self._dismiss(replay)
            else:
                self._idle.append(replay)
                self._turns.release()

    def _added(self, take: Take) -> StateReplay:
        assert self._theorem is not None, "no theorem is open"
        replay = StateReplay(take, self._theorem, self._open_seconds)
        self._replays.append(replay)
        self._dropped[replay] = []
        return replay

    async def _dismiss(self, helper: StateReplay) -> None:
        self._replays.remove(helper)
        del self._dropped[helper]
        try:
            await self._give_back(helper)
        finally:
            self._helpers.give_back()

    async def _give_back(self, replay: StateReplay) -> None:
        worker = await replay.close(self._settle_seconds)
        if worker is not None:
            self._keep(worker)

    def _handle(self, known: KnownState) -> int:
        handle = next(self._handles)
        self._known[handle] = known
        return handle

    async def _run(
        self,
        replay: StateReplay,
        known: KnownState,
        tactics: Sequence[str],
        limit: TacticLimit,
        outcomes: list[Outcome],
    ) -> None:
        """Runs the tactics that have no outcome yet, and adds theirs as they come."""
        async for reply, left in replay.run(known, tactics[len(outcomes) :], limit):
            states = [
                codec.state(json, self._handle(child))
                for json, child in zip(reply.get("states", ()), left, strict=True)
            ]
            outcomes.append(codec.outcome(reply, states))


def outcome_of_death(death: LeanDiedError, limit: TacticLimit) -> Outcome:
    """What a tactic gets that ended its Lean."""
    if isinstance(death, Overdue):
        return Timeout(f"did not stop within {limit.seconds:g} seconds, so its Lean was ended")
    if isinstance(death, OutOfMemory):
        return Timeout(death.message)
    return TacticError(f"Lean ended while running it: {death.message}")
