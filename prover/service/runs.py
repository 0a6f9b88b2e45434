"""The runs: what was asked for, under way or ended a while ago, each with its events.

A run belongs to the client that asked for it and ends when that client goes away; others may follow
it meanwhile and afterwards.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
import time
from collections import OrderedDict
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing

from prover.errors import ProverError
from prover.service.fair_queue import FairQueue, Ticket
from prover.service.schemas import Json
from prover.web.graph_data import LiveGraph

BIG = ("expanded",)
"""Events that are not kept for those who come late, and dropped for those who read too slowly."""
PASSING = ("progress",)
"""Events of which only the latest matters."""
KEPT_RUNS = 64
"""How many ended runs can still be asked for."""
KEPT_GRAPHS = 16
"""Of how many of them the graph."""
SILENCE_SECONDS = 2.0
"""How long those who follow a run hear nothing."""
BEHIND = 1_000
"""Events that a reader may be behind before it is spared the big and the passing ones."""

LOG = logging.getLogger(__name__)
Work = AsyncGenerator[Json, None]
"""What a run does, in events. The last is its `result`, unless it raises or is closed."""


class Run:
    """One request's work in a task of its own. Made by `Runs.start`."""

    def __init__(self, kind: str, ticket: Ticket) -> None:
        self.id = secrets.token_hex(8)
        self.kind = kind
        self.ticket = ticket
        self.status = "queued"
        """`queued`, `running`, or how it ended."""
        self.ended = asyncio.Event()
        self.task: asyncio.Task[Json] | None = None
        self.linger = 0.0
        """Seconds for which it goes on when nobody asks after it; 0 for as long as it takes."""
        self.recording: LiveGraph | None = None
        """The graph of its search, if that is kept."""
        self._alone: asyncio.TimerHandle | None = None
        self._began = time.monotonic()
        self._history: list[Json] = []
        self._readers: set[asyncio.Queue[Json | None]] = set()

    @property
    def seconds(self) -> float:
        """Wall-clock time since it was asked for, until now or its end."""
        return float(self._history[-1]["t"]) if self.ended.is_set() else self._now

    @property
    def _now(self) -> float:
        return round(time.monotonic() - self._began, 3)

    def to_json(self) -> Json:
        """What is known of it."""
        return {
            "run": self.id,
            "kind": self.kind,
            "status": self.status,
            "seconds": self.seconds,
        }

    @property
    def told(self) -> list[Json]:
        """Its events so far, without the big ones."""
        return list(self._history)

    def seen(self) -> None:
        """Somebody has asked after it: it need not end for being left alone yet."""
        if self._alone is not None:
            self._alone.cancel()
        if self.linger and not self.ended.is_set():
            loop = asyncio.get_running_loop()
            self._alone = loop.call_later(self.linger, self.cancel)

    def cancel(self) -> None:
        """Has it stop as soon as it can; its last event says so."""
        if self.task is not None:
            self.task.cancel()

    def tell(self, event: Json) -> None:
        """Sends an event to all who follow."""
        event = {**event, "t": self._now}
        kind = event["event"]
        if kind in PASSING:
            self._history = [old for old in self._history if old["event"] != kind]
        if kind not in BIG:
            self._history.append(event)
        for reader in self._readers:
            if reader.qsize() < BEHIND or kind not in BIG + PASSING:
                reader.put_nowait(event)

    def end(self, result: Json) -> None:
        """Sends the last event."""
        self.status = result["status"]
        self.tell(result)
        self.ended.set()
        self.seen()
        for reader in self._readers:
            reader.put_nowait(None)

    def follow(self) -> AsyncGenerator[Json, None]:
        """What has been told so far, then all that is told from this call on, to the last event.

        While nothing is told it says now and then that it is `waiting`.
        """
        reader: asyncio.Queue[Json | None] = asyncio.Queue()
        for event in self._history:
            reader.put_nowait(event)
        if self.ended.is_set():
            reader.put_nowait(None)
        self._readers.add(reader)
        return self._read(reader)

    async def _read(self, reader: asyncio.Queue[Json | None]) -> AsyncGenerator[Json, None]:
        try:
            while True:
                try:
                    async with asyncio.timeout(SILENCE_SECONDS):
                        event = await reader.get()
                except TimeoutError:
                    event = {"event": "waiting", "status": self.status, "t": self._now}
                if event is None:
                    return
                self.seen()
                yield event
        finally:
            self._readers.discard(reader)


class Runs:
    """All runs that are known. `on_end` is told of each that has ended."""

    def __init__(self, on_end: Callable[[Run], None] = lambda _: None) -> None:
        self._runs: OrderedDict[str, Run] = OrderedDict()
        self._on_end = on_end
        self.closed = False
        """Whether no new ones are taken."""

    def start(self, kind: str, turns: FairQueue, client: str, work: Callable[[], Work]) -> Run:
        """A run that does its work when its turn has come. Raises `QueueFullError`.

        Its first event, `queued`, is told at once.
        """
        run = Run(kind, turns.ticket(client))
        self._runs[run.id] = run
        self._forget()
        run.tell({"event": "queued", "run": run.id, "position": turns.position(run.ticket)})
        run.task = asyncio.create_task(_result(run, work), name=f"run {run.id}")
        run.task.add_done_callback(lambda task: self._end(run, turns, task))
        return run

    def get(self, name: str) -> Run | None:
        """The run with this id, if it is known."""
        return self._runs.get(name)

    @property
    def alive(self) -> list[Run]:
        """Those that have not ended, oldest first."""
        return [run for run in self._runs.values() if not run.ended.is_set()]

    async def close(self) -> None:
        """Takes no more and ends all; returns when the last has ended."""
        self.closed = True
        alive = self.alive
        for run in alive:
            run.cancel()
        await asyncio.gather(*(run.ended.wait() for run in alive))

    def _end(self, run: Run, turns: FairQueue, task: asyncio.Task[Json]) -> None:
        turns.leave(run.ticket)
        run.end(_outcome(run, task))
        self._on_end(run)

    def _forget(self) -> None:
        """Lets go of the oldest runs that have ended."""
        ended = [name for name, run in self._runs.items() if run.ended.is_set()]
        for name in ended[:-KEPT_GRAPHS]:
            self._runs[name].recording = None
        for name in ended[:-KEPT_RUNS]:
            del self._runs[name]


async def _result(run: Run, work: Callable[[], Work]) -> Json:
    """Does the work when its turn has come, and tells its events; its last event."""
    await run.ticket.called.wait()
    run.status = "running"
    async with aclosing(work()) as events:
        async for event in events:
            if event["event"] == "result":
                return event
            run.tell(event)
    raise AssertionError("the work had no result")


def _outcome(run: Run, task: asyncio.Task[Json]) -> Json:
    """The last event of a run whose task has ended."""
    if task.cancelled():
        return failed("cancelled", "it was cancelled")
    match task.exception():
        case None:
            return task.result()
        case ProverError() as problem:
            return failed("error", problem.message, problem.hint)
        case problem:
            LOG.error("run %s failed", run.id, exc_info=problem)
            return failed("error", "the service has a bug", "Its log says more: report it.")


def failed(status: str, message: str, hint: str = "") -> Json:
    """The last event of a run that has found nothing."""
    return {"event": "result", "status": status, "message": message, "hint": hint}
