"""The service: takes requests, gives each its turn, knows its runs, loads its prover meanwhile.

HTTP is one way to it (`prover.service.http.app`); others may be put on top.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, aclosing
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import Self

from prover.api import Prover
from prover.errors import ProverError
from prover.search.budget import Limit
from prover.service import handlers
from prover.service.fair_queue import FairQueue
from prover.service.handlers import ReportCache, generate, goals
from prover.service.prometheus import ServiceCounters
from prover.service.runs import Run, Runs, Work
from prover.service.schemas import (
    DEFAULT_SECONDS,
    SUGGEST_SECONDS,
    CheckRequest,
    GenerateRequest,
    GoalsRequest,
    Json,
    ProveRequest,
    SuggestRequest,
)
from prover.service.suggestions import suggest
from prover.web.graph_data import LiveGraph

LOG = logging.getLogger(__name__)


class BackgroundLoader:
    """Makes the parts in the background, and lets go of them at the end of the block."""

    def __init__(self, make: Callable[[], AbstractAsyncContextManager[Prover]]) -> None:
        self._make = make
        self._closing = asyncio.Event()
        self._parts: asyncio.Future[Prover] = asyncio.get_running_loop().create_future()
        self.failed = asyncio.Event()
        """Set when the parts can't be made."""

    async def __aenter__(self) -> Self:
        self._task = asyncio.create_task(self._hold())
        return self

    async def __aexit__(self, *_: object) -> None:
        self._closing.set()
        if not self._parts.done():
            self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)

    @property
    def ready(self) -> Prover | None:
        """The parts, once they are made."""
        made = self._parts.done() and not self._parts.cancelled() and not self._parts.exception()
        return self._parts.result() if made else None

    @property
    def problem(self) -> ProverError | None:
        """Why they could not be made, if so."""
        if not self._parts.done() or self._parts.cancelled():
            return None
        match self._parts.exception():
            case None:
                return None
            case ProverError() as problem:
                return problem
            case error:
                return ProverError(f"the service has a bug: {error!r}", "Report it.")

    async def parts(self) -> Prover:
        """Waits for the parts. Raises what kept them from being made."""
        return await asyncio.shield(self._parts)

    async def _hold(self) -> None:
        try:
            async with self._make() as parts:
                self._parts.set_result(parts)
                await self._closing.wait()
        # Whatever it is: who waits for the parts has to know.
        except Exception as error:
            if self._parts.done():
                LOG.exception("the parts could not be let go of")
                return
            self._parts.set_exception(error)
            self.failed.set()
        finally:
            self._parts.cancel()


@dataclass(frozen=True)
class Settings:
    """What the user decided when the service was started."""

    workers: int = 1
    """How many searches, and as many checks, run at once."""
    limit: Limit = field(default_factory=lambda: Limit(seconds=300.0))
    """The most that one request may use."""
    waiting: int = 64
    """How many requests may wait for a search, and as many for a check."""
    root: Path = Path()
    """The folder under which clients may name files."""


class Service:
    """Made with what makes its parts, which happens in the background of the `async with` block."""

    def __init__(
        self, make: Callable[[], AbstractAsyncContextManager[Prover]], settings: Settings
    ) -> None:
        self.settings = settings
        self.metrics = ServiceCounters()
        self.runs = Runs(self.metrics.ended)
        self._make = make
        self._searches = FairQueue(settings.workers, settings.waiting)
        self._checks = FairQueue(settings.workers, settings.waiting)
        self._reports = ReportCache()
        self._began = time.monotonic()
        self._stack = AsyncExitStack()

    async def __aenter__(self) -> Self:
        self.opening = await self._stack.enter_async_context(BackgroundLoader(self._make))
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.runs.close()
        await self._stack.aclose()

    def prove(self, request: ProveRequest, client: str) -> Run:
        """Starts a search. Raises `QueueFullError`."""
        limit = request.limit.within(self.settings.limit, DEFAULT_SECONDS)
        recording = LiveGraph() if request.graph else None
        note = recording.take if recording else lambda _: None
        run = self._start(
            "prove",
            self._searches,
            client,
            lambda parts: handlers.prove(parts, self.settings.root, limit, request, note),
        )
        run.linger = request.linger
        run.recording = recording
        run.seen()
        return run

    def suggest(self, request: SuggestRequest, client: str) -> Run:
        """Starts looking for suggestions. Raises `QueueFullError`."""
        limit = request.limit.within(self.settings.limit, SUGGEST_SECONDS)
        return self._start(
            "suggest",
            self._searches,
            client,
            lambda parts: suggest(parts, self.settings.root, limit, request),
        )

    def check(self, request: CheckRequest, client: str) -> Run:
        """Starts a check. Raises `QueueFullError`."""
        limit = request.limit.within(self.settings.limit, DEFAULT_SECONDS)
        return self._start(
            "check",
            self._checks,
            client,
            lambda parts: handlers.check(parts, self.settings.root, limit, request),
        )

    def goals(self, request: GoalsRequest, client: str) -> Run:
        """Starts a look at a file that is being written. Raises `QueueFullError`."""
        limit = request.limit.within(self.settings.limit, DEFAULT_SECONDS)
        return self._start(
            "goals",
            self._checks,
            client,
            lambda parts: goals(parts, self.settings.root, limit, request, self._reports),
        )

    def generate(self, request: GenerateRequest, client: str) -> Run:
        """Starts to ask the policy for LeanCopilot. Raises `QueueFullError`."""
        return self._start(
            "generate", self._searches, client, lambda parts: generate(parts, request)
        )

    def status(self) -> Json:
        """How it stands."""
        parts, problem = self.opening.ready, self.opening.problem
        return {
            "version": version("prover"),
            "ready": parts is not None,
            "problem": problem.message if problem else "",
            "policy": parts.policy.name if parts else "",
            "lean": parts.lean if parts else "",
            "workers": self.settings.workers,
            "running": self._searches.running + self._checks.running,
            "waiting": self._searches.waiting + self._checks.waiting,
            "seconds": round(time.monotonic() - self._began, 3),
            "runs": [run.to_json() for run in self.runs.alive],
        }

    def measured(self) -> bytes:
        """Its metrics, as text."""
        for name, turns in (("search", self._searches), ("check", self._checks)):
            self.metrics.queue(name, turns.running, turns.waiting)
        return self.metrics.text()

    def _start(
        self, kind: str, turns: FairQueue, client: str, begin: Callable[[Prover], Work]
    ) -> Run:
        return self.runs.start(kind, turns, client, lambda: self._with_parts(begin))

    async def _with_parts(self, begin: Callable[[Prover], Work]) -> Work:
        """The work's events, as soon as there are parts to do it with."""
        if self.opening.ready is None:
            yield {"event": "loading"}
        async with aclosing(begin(await self.opening.parts())) as events:
            async for event in events:
                yield event
