"""A pool of Lean workers: warm ones for searches, fresh ones for the verifier.

Processes start when they are first wanted, are kept warm by header between sessions, and are
replaced when they die or are worn. A spare is started ahead as soon as a session begins: it stands
in when a worker dies, and is there when a proof is to be checked.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Self

from prover.errors import LeanDiedError
from prover.lean.process import Command
from prover.lean.session import Session
from prover.lean.state_replay import ANSWER_SECONDS
from prover.lean.worker import GRACE_SECONDS, MEMORY, Refused, Worker, WorkerSlots

START_SECONDS = 120.0


class LeanPool:
    """Hands out sessions, at most `workers` at a time, and fresh workers, twice as many.

    `memory` in bytes and `start_seconds` are for each process, `open_seconds` for each theorem.
    Each process loads the modules of `imports`, in their order, before it is first wanted. A worker
    that is still at work when its session ends has `settle_seconds` to finish, or is ended.
    With `ready`, so many spares are started at once, and each that is used is replaced at once: for
    a service, whose proofs are to be checked without waiting for a process. With `at_once`, so many
    are started at once and not replaced: for what is known to be wanted one after the other.
    With `patience`, a session has more processes started only after so many seconds: a start takes
    the processors from what is to be proved, and many a theorem is proved sooner.
    There are never more than `4 * workers` processes beside the spares, and none after the
    `async with` block.
    """

    def __init__(
        self,
        command: Command,
        workers: int = 1,
        *,
        memory: int = MEMORY,
        start_seconds: float = START_SECONDS,
        open_seconds: float = ANSWER_SECONDS,
        settle_seconds: float = GRACE_SECONDS,
        spare: bool = True,
        ready: int = 0,
        at_once: int = 0,
        patience: float = 0.0,
        imports: Sequence[str] = (),
    ) -> None:
        self.command = command
        """What each process is started with."""
        self._imports = "".join(f"import {module}\n" for module in imports)
        self.expected = ""
        """The header, if any, that each process reads before it is first wanted. Worth it for a
        long one that the theorems to come have in common; counts for those that start afterwards.
        """
        self._memory = memory
        self._start_seconds = start_seconds
        self._open_seconds = open_seconds
        self._settle_seconds = settle_seconds
        self._ready = ready
        self._at_once = at_once
        self._patience = patience
        self._preparing: asyncio.TimerHandle | None = None
        self._most_spares = max(ready, int(spare))
        self._workers = workers
        self._sessions = WorkerSlots(workers)
        self._checks = asyncio.Semaphore(2 * workers)
        self._version = ""
        self._warm: list[Worker] = []
        self._spares: list[asyncio.Task[Worker]] = []
        """Oldest first."""
        self._starts: set[asyncio.Task[Worker]] = set()
        self._started: set[Worker] = set()

    async def __aenter__(self) -> Self:
        self._fill(max(self._at_once, self._ready))
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def close(self) -> None:
        """Ends every process of the pool."""
        if self._preparing is not None:
            self._preparing.cancel()
        starts = {*self._starts, *self._spares}
        for start in starts:
            start.cancel()
        await asyncio.gather(*starts, return_exceptions=True)
        for worker in self._started:
            worker.kill()
        await self._bury()
        self._warm.clear()
        self._spares.clear()

    def prepare(self) -> None:
        """Starts in the background what is missing of the spare processes."""
        self._fill(self._most_spares)

    async def version(self) -> str:
        """What Lean says it is. A process that is started to be asked stays warm for a session."""
        if not self._version:
            self._keep(await self._fresh())
        return self._version

    @asynccontextmanager
    async def session(self, *, alone: bool = False) -> AsyncIterator[Session]:
        """A session of its own, for one theorem.

        It has one worker and, unless it is to stay alone, the others as helpers while no other
        session waits for one.
        """
        await self._sessions.take()
        helpers = None if alone else self._sessions
        session = Session(
            self._take,
            self._keep,
            help_out=self._take_later,
            open_seconds=self._open_seconds,
            settle_seconds=self._settle_seconds,
            helpers=helpers,
        )
        try:
            yield session
        finally:
            try:
                await session.close()
            finally:
                self._sessions.give_back()

    @asynccontextmanager
    async def fresh(self, header: str = "", *, stays: bool = False) -> AsyncIterator[Worker]:
        """A worker in which nothing has run, or this header alone.

        Nobody uses it afterwards but, where it `stays`, sessions.
        """
        async with self._checks, self._lent(await self._unread(header), stays=stays) as worker:
            yield worker

    @asynccontextmanager
    async def reading(self, header: str) -> AsyncIterator[Worker]:
        """The worker that knows most of a text, whatever has run in it; it stays for sessions."""
        async with self._checks, self._lent(await self._take(header), stays=True) as worker:
            yield worker

    @asynccontextmanager
    async def _lent(self, worker: Worker, *, stays: bool) -> AsyncIterator[Worker]:
        """The worker, which afterwards is kept for sessions if it `stays` and all went well."""
        kept = False
        try:
            yield worker
            kept = stays and worker.alive
        finally:
            if kept:
                self._keep(worker)
            else:
                await self._end(worker)

    async def _take(self, header: str) -> Worker:
        """The warm worker that knows most of the header, or a fresh one if there is none."""
        self._warm = [worker for worker in self._warm if worker.alive]
        if self._warm:
            worker = max(self._warm, key=lambda warm: alike(warm.header or "", header))
            self._warm.remove(worker)
        else:
            worker = await self._fresh()
        self._prepare_later()
        return worker

    async def _take_later(self, header: str) -> Worker:
        """The same for a session that has one: there is no hurry to start a process."""
        if not any(worker.alive for worker in self._warm):
            await asyncio.sleep(self._patience)
        return await self._take(header)

    def _prepare_later(self) -> None:
        if not self._patience:
            self.prepare()
        elif self._preparing is None:
            loop = asyncio.get_running_loop()
            self._preparing = loop.call_later(self._patience, self._prepare_now)

    def _prepare_now(self) -> None:
        self._preparing = None
        self.prepare()

    def _keep(self, worker: Worker) -> None:
        """Keeps for the next session what was given back, as many as there can be sessions."""
        if worker.worn:
            worker.kill()
            return
        self._warm.append(worker)
        if len(self._warm) > self._workers:
            self._warm.pop(0).kill()

    async def _unread(self, header: str) -> Worker:
        """One in which nothing has run, or this header alone."""
        worker = await self._fresh()
        if worker.header in (None, header):
            return worker
        await self._end(worker)
        return await self._anew("")

    async def _fresh(self) -> Worker:
        """The oldest spare, or a process started now if there is none that has not died."""
        await self._bury()
        while self._spares:
            with contextlib.suppress(LeanDiedError):
                worker = await self._patiently(self._spares.pop(0))
                if worker.alive:
                    self._replace_used()
                    return worker
        return await self._anew(self.expected)

    def _replace_used(self) -> None:
        if self._ready:
            self.prepare()

    async def _anew(self, header: str) -> Worker:
        """A process started now. One that dies before its first answer is replaced once."""
        with contextlib.suppress(LeanDiedError):
            return await self._patiently(self._begin(header))
        return await self._patiently(self._begin(header))

    def _fill(self, count: int) -> None:
        while len(self._spares) < count:
            self._spares.append(self._begin(self.expected))

    def _begin(self, header: str) -> asyncio.Task[Worker]:
        start = asyncio.create_task(self._start(header))
        self._starts.add(start)
        start.add_done_callback(self._starts.discard)
        return start

    async def _start(self, header: str) -> Worker:
        worker = await Worker.start(self.command, seconds=self._start_seconds, memory=self._memory)
        self._started.add(worker)
        self._version = worker.version
        try:
            if self._imports:
                await self._ahead(worker, "check", text=self._imports)
            if header:
                worker.header = header
                await self._ahead(worker, "header", header=header)
        except BaseException:
            worker.kill()
            raise
        return worker

    async def _ahead(self, worker: Worker, op: str, **fields: str) -> None:
        """What it can't load or read is told to who asks for it."""
        seconds = max(self._start_seconds, self._open_seconds)
        limit = {"milliseconds": round(seconds * 1000)}
        with contextlib.suppress(Refused):
            await worker.request(op, {**fields, **limit}, seconds=seconds + GRACE_SECONDS)

    async def _patiently(self, start: asyncio.Task[Worker]) -> Worker:
        """The process that is being started; whoever stops waiting leaves it as a spare."""
        try:
            return await asyncio.shield(start)
        except asyncio.CancelledError:
            if len(self._spares) < max(1, self._most_spares):
                self._spares.insert(0, start)
            else:
                start.cancel()
            raise

    async def _end(self, worker: Worker) -> None:
        worker.kill()
        await self._bury()

    async def _bury(self) -> None:
        """Lets go of the processes that have ended."""
        for worker in [worker for worker in self._started if not worker.alive]:
            self._started.discard(worker)
            await worker.close()


def alike(one: str, other: str) -> int:
    """How many characters two texts have in common from the start."""
    pairs = enumerate(zip(one, other, strict=False))
    return next((place for place, (a, b) in pairs if a != b), min(len(one), len(other)))
