"""Runs of the service that go on when the call that began them has had to answer.

Agents' clients give a call up after a while. So a call answers in time, and a later one may ask
for what came of the run.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing
from typing import Self

from prover.errors import InputError
from prover.service.client import Client
from prover.service.schemas import Json
from prover.service.service_launcher import ServiceLauncher

CLIENT = "mcp"
KEPT = 16
"""How many ended searches can still be asked for."""
Ask = Callable[[Client], AsyncGenerator[Json, None]]


class BackgroundRun:
    """One run, whose events are taken as they come, in a task of its own."""

    def __init__(self, name: str, events: AsyncGenerator[Json, None]) -> None:
        self.name = name
        self.events: list[Json] = []
        """Those that have come."""
        self._news = asyncio.Event()
        self.task = asyncio.create_task(self._follow(events))
        self.task.add_done_callback(lambda _: self._news.set())

    def cancel(self) -> None:
        """Ends it, and the run."""
        self.task.cancel()

    async def result(self, seconds: float, tell: Callable[[Json], Awaitable[None]]) -> Json | None:
        """Its last event, or None when that has not come within so many seconds.

        `tell` gets the events that come meanwhile. Raises what the run raised. Cancelled, it ends
        the run.
        """
        seen = len(self.events)
        try:
            async with asyncio.timeout(seconds):
                while not self.task.done():
                    self._news.clear()
                    await self._news.wait()
                    while seen < len(self.events):
                        await tell(self.events[seen])
                        seen += 1
        except TimeoutError:
            return None
        except asyncio.CancelledError:
            self.cancel()
            raise
        # Its result would cancel this call too, which nobody asked for and nobody would answer.
        if self.task.cancelled():
            raise InputError(f"the run `{self.name}` was cancelled", "Start a search anew.")
        return self.task.result()

    async def _follow(self, events: AsyncGenerator[Json, None]) -> Json:
        """Takes the events; the last of them."""
        async with aclosing(events):
            async for event in events:
                self.events.append(event)
                self._news.set()
        return event


class BackgroundRuns:
    """All runs of one server; those under way end with its block."""

    def __init__(self, keeper: ServiceLauncher) -> None:
        self._keeper = keeper
        self._known: dict[str, BackgroundRun] = {}
        self._count = 0

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        for search in self._known.values():
            search.cancel()
        tasks = (search.task for search in self._known.values())
        await asyncio.gather(*tasks, return_exceptions=True)

    def start(self, ask: Ask) -> BackgroundRun:
        """Begins a run; where no service runs, one is started first."""
        self._forget()
        self._count += 1
        search = BackgroundRun(f"search-{self._count}", self._asked(ask))
        self._known[search.name] = search
        return search

    def get(self, name: str) -> BackgroundRun:
        """The run with this name. Raises `InputError`."""
        if name not in self._known:
            raise InputError(
                f"there is no run `{name}`", "Start a search anew; only a few ended ones are kept."
            )
        return self._known[name]

    async def _asked(self, ask: Ask) -> AsyncGenerator[Json, None]:
        async with self._keeper.client(CLIENT) as client, aclosing(ask(client)) as events:
            async for event in events:
                yield event

    def _forget(self) -> None:
        ended = [name for name, search in self._known.items() if search.task.done()]
        for name in ended[: max(0, len(ended) - KEPT)]:
            task = self._known.pop(name).task
            if not task.cancelled():
                # So that nobody is told that its failure was never looked at.
                task.exception()
