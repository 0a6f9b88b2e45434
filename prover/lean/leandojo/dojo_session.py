"""One theorem that LeanDojo has entered, as a session of the prover.

LeanDojo gives whole states as printed text, and blocks; each session therefore has a Python process
of its own (`dojo_server.py`), which enters the theorem and answers for it. When a tactic ends it,
or does not stop, it is killed with all that it started, and the states that are still wanted are
rebuilt in a fresh one from the tactics that made them.
"""

from __future__ import annotations

import asyncio
import itertools
import re
from collections.abc import Callable, Sequence
from contextlib import suppress

import psutil

from prover.errors import InputError, LeanDiedError, ProverError, SetupError, TheoremNotFoundError
from prover.lean import codec
from prover.lean.interface import Closed, Outcome, Premise, State, TacticError, TacticLimit
from prover.lean.leandojo import goal_parser
from prover.lean.leandojo.dojo_server import HINT
from prover.lean.process import Command
from prover.lean.session import outcome_of_death
from prover.lean.state_replay import KnownState, StateReplay
from prover.lean.worker import Refused, Worker
from prover.theorem import Theorem

REPL = "lean_dojo_repl"
MEMORY = 16 * 2**30
"""Bytes that one Lean may hold besides the library, which is mapped from its files."""
START_SECONDS = 120.0
QUIT_SECONDS = 2.0
"""For ending Lean and removing the file that it read."""
OPEN_SECONDS = 600.0
"""As LeanDojo's own limit: a large library is imported, and the file elaborated to the theorem."""
HINTS = {
    "theorem": "Check the file and the full name, and that `lake build` succeeds there.",
    "lean": "Run `lake build` in the repository and try again.",
    "leandojo": "Run `prover doctor`; with VERBOSE=1 in the environment LeanDojo says more.",
}

NOT_LOCATED = re.compile("Failed to locate the theorem|Cannot find the .* file")
"""What LeanDojo says of a theorem, or a file, that is not in its trace."""

Start = Callable[[Theorem], Command]
"""The command of the child process for a theorem."""


class DojoWorker(Worker):
    """A child process, which is worn as soon as its Lean has ended."""

    ended = False

    async def reply(self, seconds: float) -> codec.Json:
        """As for any worker; takes note of the end of Lean."""
        reply = await super().reply(seconds)
        self.ended = self.ended or "ended" in reply
        return reply

    @property
    def worn(self) -> bool:
        """Whether Lean has ended, or has grown too large: LeanDojo can't forget states."""
        return self.ended or super().worn


class DojoSession:
    """Implements `LeanSession` for one theorem; its states are whole, not split.

    Its methods may be called concurrently, and take turns.
    """

    workers = 1

    def __init__(
        self, start: Start, *, memory: int = MEMORY, open_seconds: float = OPEN_SECONDS
    ) -> None:
        """Starts its processes by the command that `start` gives."""
        self._start = start
        self._memory = memory
        self._open_seconds = open_seconds
        self._theorem: Theorem | None = None
        self._worker: Worker | None = None
        self._below: set[psutil.Process] = set()
        """What the present process has started."""
        self._replay: StateReplay | None = None
        self._turn = asyncio.Lock()
        self._known: dict[int, KnownState] = {}
        self._handles = itertools.count()

    async def open(self, theorem: Theorem) -> State:
        """The state at the theorem's hole. A session opens one theorem.

        Raises `InputError` when LeanDojo can't enter it, `SetupError` or `LeanDiedError`.
        """
        assert self._theorem is None, "a session opens one theorem"
        self._theorem = theorem
        self._replay = StateReplay(self._take, theorem.filled(REPL), self._open_seconds)
        async with self._turn:
            try:
                json, root = await self._replay.open()
            except InputError as problem:
                raise _refusal(problem) from problem.__cause__
            return self._state(json, root)

    async def run(self, state: State, tactics: Sequence[str], limit: TacticLimit) -> list[Outcome]:
        """The outcome of each tactic on the state, up to the first that closes it.

        Heartbeats count only from Lean 4.12 on; LeanDojo's own Repl takes them off. Raises
        `LeanDiedError` when the state is lost and cannot be rebuilt.
        """
        known = self._known[state.handle]
        outcomes: list[Outcome] = []
        async with self._turn:
            for tactic in tactics:
                outcomes.append(await self._run(known, tactic, limit))
                if isinstance(outcomes[-1], Closed):
                    break
        return outcomes

    async def premises(self, state: State, count: int) -> tuple[Premise, ...]:
        """Premises that the theorem may use, where LeanDojo has traced the repository."""
        known = self._known[state.handle]
        async with self._turn:
            await self._replayed.place(known)
            return tuple(map(codec.premise, await self._replayed.premises(known, count)))

    async def free(self, states: Sequence[State]) -> None:
        """Forgets states that the search has dropped."""
        known = [self._known.pop(state.handle) for state in states]
        async with self._turn:
            await self._replayed.free(known)

    async def close(self) -> None:
        """Ends the process and all that it started.

        Lean runs in a session of its own below it, out of reach of a kill of the process group.
        """
        worker, self._worker = self._worker, None
        if worker is not None:
            below = self._below | descendants(worker)
            self._below = set()
            try:
                with suppress(LeanDiedError, Refused):
                    if worker.alive and worker.settled:
                        await worker.request("quit", {}, seconds=QUIT_SECONDS)
            finally:
                worker.kill()
                for process in below:
                    with suppress(psutil.Error):
                        process.kill()
            await worker.close()

    @property
    def _replayed(self) -> StateReplay:
        assert self._replay is not None, "no theorem is open"
        return self._replay

    async def _take(self, _header: str) -> Worker:
        """A fresh process, in the place of the one that has ended."""
        assert self._theorem is not None, "no theorem is open"
        await self.close()
        self._worker = await DojoWorker.start(
            self._start(self._theorem), seconds=START_SECONDS, memory=self._memory
        )
        return self._worker

    async def _run(self, known: KnownState, tactic: str, limit: TacticLimit) -> Outcome:
        """Runs one tactic, in a request of its own: a Dojo may not outlive it."""
        replay = self._replayed
        await replay.place(known)
        self._note()
        try:
            [(reply, left)] = [answer async for answer in replay.run(known, [tactic], limit)]
        except LeanDiedError as death:
            await self.close()
            return outcome_of_death(death, limit)
        try:
            states = [
                self._state(json, child)
                for json, child in zip(reply.get("states", ()), left, strict=True)
            ]
        except LeanDiedError as unreadable:
            return TacticError(unreadable.message)
        return codec.outcome(reply, states)

    def _note(self) -> None:
        """Takes note of what the process has started by now, once: Lean, above all."""
        if self._worker is not None and not self._below:
            self._worker.note_members()
            self._below = descendants(self._worker)

    def _state(self, json: codec.Json, known: KnownState) -> State:
        """The state under a new handle. Raises `LeanDiedError` where it can't be read."""
        handle = next(self._handles)
        try:
            state = goal_parser.state(json["text"], handle)
        except goal_parser.NoState as error:
            raise LeanDiedError(str(error)) from error
        self._known[handle] = known
        return state


def descendants(worker: Worker) -> set[psutil.Process]:
    """All processes below a worker's."""
    with suppress(psutil.Error):
        return set(psutil.Process(worker.pid).children(recursive=True))
    return set()


def _refusal(problem: InputError) -> ProverError:
    """Why a theorem could not be entered: something here is missing, or it is the theorem."""
    refused = problem.__cause__
    if not isinstance(refused, Refused):
        return problem
    message, _, hint = problem.message.partition(HINT)
    hint = hint or HINTS.get(refused.kind, "")
    if refused.kind != "theorem":
        return SetupError(message, hint)
    missing = NOT_LOCATED.search(message)
    return TheoremNotFoundError(message, hint) if missing else InputError(message, hint)
