"""How many workers may be in use at once, and who waits for one."""

from __future__ import annotations

import asyncio


class Slots:
    """Handed out in the order in which they were asked for."""

    def __init__(self, count: int) -> None:
        self._semaphore = asyncio.Semaphore(count)
        self._waiting = 0

    @property
    def free(self) -> bool:
        """Whether there is one for who asks now."""
        return not self._semaphore.locked()

    @property
    def wanted(self) -> bool:
        """Whether somebody waits for one."""
        return self._waiting > 0

    async def take(self) -> None:
        """Waits for one."""
        self._waiting += 1
        try:
            await self._semaphore.acquire()
        finally:
            self._waiting -= 1

    def give_back(self) -> None:
        """Lets go of one."""
        self._semaphore.release()
