"""Runs of the service that go on when the call that began them has had to answer.

Agents' clients give a call up after a while. So a call answers in time, and a later one may ask
for what came of the run.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing, suppress
from types import TracebackType
from typing import Self

from prover.errors import InputProblem
from prover.service.client import Client
from prover.service.runs import Json
from prover.service.starting import Keeper

CLIENT = "mcp"
KEPT = 16
"""How many ended searches can still be asked for."""
Ask = Callable[[Client], AsyncGenerator[Json, None]]


class Search:
    """One run, in a task of its own."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.events: list[Json] = []
        self.task: asyncio.Task[Json] | None = None
        self._news = asyncio.Event()

    def note(self, event: Json) -> None:
        """Another event has come."""
        self.events.append(event)
        self._news.set()

    def cancel(self) -> None:
        """Ends it, and the run."""
        if self.task is not None:
            self.task.cancel()

    async def result(self, seconds: float, tell: Callable[[Json], Awaitable[None]]) -> Json | None:
        """Its last event, or None when that has not come within so many seconds.

        `tell` gets the events that come meanwhile. Raises what the run raised. Cancelled, it ends
        the run.
        """
        assert self.task is not None, "it has been started"
        seen = len(self.events)
        try:
            async with asyncio.timeout(seconds):
                while not self.task.done():
                    self._news.clear()
                    news = asyncio.ensure_future(self._news.wait())
                    try:
                        await asyncio.wait({news, self.task}, return_when=asyncio.FIRST_COMPLETED)
                    finally:
                        news.cancel()
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
            raise InputProblem(f"the run `{self.name}` was cancelled", "Start a search anew.")
        return self.task.result()


class Searches:
    """All runs of one server; those under way end with its block."""

    def __init__(self, keeper: Keeper) -> None:
        self._keeper = keeper
        self._known: dict[str, Search] = {}
        self._count = 0

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        tasks = [search.task for search in self._known.values() if search.task]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def start(self, ask: Ask) -> Search:
        """Begins a run; where no service runs, one is started first."""
        self._forget()
        self._count += 1
        search = Search(f"search-{self._count}")
        search.task = asyncio.create_task(self._followed(search, ask))
        self._known[search.name] = search
        return search

    def get(self, name: str) -> Search:
        """The run with this name. Raises `InputProblem`."""
        if name not in self._known:
            raise InputProblem(
                f"there is no run `{name}`", "Start a search anew; only a few ended ones are kept."
            )
        return self._known[name]

    async def _followed(self, search: Search, ask: Ask) -> Json:
        async with self._keeper.client(CLIENT) as client, aclosing(ask(client)) as events:
            async for event in events:
                search.note(event)
        return event

    def _forget(self) -> None:
        ended = [name for name, search in self._known.items() if search.task and search.task.done()]
        for name in ended[: max(0, len(ended) - KEPT)]:
            task = self._known.pop(name).task
            if task is not None and not task.cancelled():
                with suppress(Exception):
                    task.exception()
