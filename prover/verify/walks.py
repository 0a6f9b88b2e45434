"""Which walk of the gate a search has: one of those for its text, or one that waits for it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Self

from prover.file import LeanFile
from prover.verify.walk import Walk


class Stock:
    """Where walks come from; with `kept`, the last one waits for others in the same text.

    At most so many are in use at once. Use it as a context manager.
    """

    def __init__(self, begin: Callable[[], Walk], *, most: int = 1, kept: bool = False) -> None:
        self._begin = begin
        self._most = most
        self._keeps = kept
        self._used = 0
        self._kept: Walk | None = None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._let_go()

    async def take(self, text: str) -> Walk:
        """The one that has waited, if it can go on to this text, or a new one."""
        self._used += 1
        walk = self._kept
        if walk is not None and walk.reached and walk.reaches(text):
            self._kept = None
            return walk
        if self._used >= self._most:
            # Each holds a process, of which there are only so many.
            await self._let_go()
        return self._begin()

    async def put_back(self, walk: Walk) -> None:
        """Keeps it for others, or ends it."""
        self._used -= 1
        if not self._keeps or not walk.reached:
            await walk.close()
            return
        await self._let_go()
        self._kept = walk

    async def _let_go(self) -> None:
        walk, self._kept = self._kept, None
        if walk is not None:
            await walk.close()


class Walks:
    """The walks of several searches at once in one text. Use it as a context manager."""

    def __init__(self, stock: Stock) -> None:
        self._stock = stock
        self._walks: list[Walk] = []
        self._idle: list[Walk] = []

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        for walk in self._walks:
            await self._stock.put_back(walk)

    async def ahead(self, file: LeanFile, line: int | None, *, always: bool = False) -> None:
        """Has the next walk begin with what stands before the hole of a file that may be meant.

        With a line, that is one on or around it. What is `always` read, `Walk.ahead` says.
        """
        if (bound := file.first(line)) is not None:
            text = file.text.decode()
            walk = await self._anew(file.text[:bound].decode())
            walk.ahead(text, bound, always=always)
            self._idle.append(walk)

    @asynccontextmanager
    async def walk(self) -> AsyncIterator[Walk]:
        """A walk for one search after another."""
        walk = self._idle.pop() if self._idle else await self._anew("")
        try:
            yield walk
        finally:
            self._idle.append(walk)

    async def _anew(self, text: str) -> Walk:
        walk = await self._stock.take(text)
        self._walks.append(walk)
        return walk
