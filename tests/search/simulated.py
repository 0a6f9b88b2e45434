"""An event loop on which sleeping takes no time: its clock jumps to when something is to happen."""

from __future__ import annotations

import asyncio
import selectors
from collections.abc import Coroutine
from typing import Any, TypeVar

T = TypeVar("T")


class _Jumping(selectors.DefaultSelector):
    """Waits for nothing, but notes how long it was to wait."""

    waited = 0.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        self.waited += timeout or 0.0
        ready: list[tuple[selectors.SelectorKey, int]] = super().select(0)
        return ready


class SimulatedLoop(asyncio.SelectorEventLoop):
    """Its time is what was slept on it. A loop that waits for something else spins."""

    def __init__(self) -> None:
        self._jumping = _Jumping()
        super().__init__(self._jumping)

    def time(self) -> float:
        """Seconds since it was made."""
        return self._jumping.waited


def simulated(work: Coroutine[Any, Any, T]) -> T:
    """What the work comes to on a loop of this kind."""
    with asyncio.Runner(loop_factory=SimulatedLoop) as runner:
        return runner.run(work)
