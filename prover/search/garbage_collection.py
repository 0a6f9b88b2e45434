"""Keeps Python's cycle collector from standing still over what a search holds.

A full collection walks through every object of the process. Where a search holds millions of states
and candidates that takes over a second, in which a service answers nobody; and it finds nothing, as
none of them is in a cycle: they go when their search does. So what is left of a collection that has
taken long is set aside, and the next one walks through what is newer.

When the last search has ended all is collected as ever. A cycle among what was set aside lives
until then; such are the few that requests leave, never a search's own.
"""

from __future__ import annotations

import gc
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

LONG_SECONDS = 0.01
FULL = 2
"""The collector's name for a collection of everything."""


class GarbageCollection:
    """The collector of this process, and how many searches need it to be brief."""

    def __init__(self) -> None:
        self._searches = 0
        self._began = 0.0

    @contextmanager
    def brief(self) -> Iterator[None]:
        """Full collections are brief until the block ends, or the last of several such blocks."""
        if not self._searches:
            gc.callbacks.append(self._collected)
        self._searches += 1
        try:
            yield
        finally:
            self._searches -= 1
            if not self._searches:
                gc.callbacks.remove(self._collected)
                gc.unfreeze()

    def _collected(self, phase: str, about: Mapping[str, Any]) -> None:
        if about["generation"] != FULL:
            return
        if phase == "start":
            self._began = time.perf_counter()
        elif time.perf_counter() - self._began > LONG_SECONDS:
            gc.freeze()


GARBAGE_COLLECTION = GarbageCollection()
"""Of this process, which has only one."""
