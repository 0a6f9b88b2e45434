"""The callbacks by which long work tells how far it is, and what is done now and then meanwhile."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

Notify = Callable[[str], None]
"""Called with what the user should know, a sentence at a time."""
ReportProgress = Callable[[str, int, int | None], None]
"""Called with the step, how much of it is done, and the whole, if known; both in bytes."""


def no_notice(sentence: str) -> None:
    """Tells nobody."""


def no_progress(step: str, done: int, total: int | None) -> None:
    """A report that nobody reads."""


@contextmanager
def every(seconds: float, do: Callable[[], None]) -> Iterator[None]:
    """Calls a function every so many seconds until the block ends.

    In a thread of its own: what takes long may keep an event loop waiting.
    """
    ended = threading.Event()

    def go_on() -> None:
        while not ended.wait(seconds):
            do()

    thread = threading.Thread(target=go_on, daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()
