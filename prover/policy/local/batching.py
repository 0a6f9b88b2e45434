"""One queue for the requests of all searches: what waits at the same time is decoded together."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable, Hashable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field

from prover.errors import SetupError
from prover.policy.policy import Completion, Prompt

Complete = Callable[[Sequence[Prompt], int], list[list[Completion]]]


@dataclass(eq=False)
class _Entry:
    """A prompt in the queue."""

    prompt: Prompt
    count: int
    turn: int
    """Entries of a lower turn come first."""
    since: float = field(default_factory=time.monotonic)
    future: Future[list[Completion]] = field(default_factory=Future)

    @property
    def kind(self) -> Hashable:
        """Only entries of one kind can be decoded together."""
        return self.prompt.shared, self.count


class DynamicBatcher:
    """Runs a model on a thread of its own, with the prompts of concurrent calls together.

    Calls take turns prompt by prompt, so that one with many prompts does not keep others waiting.
    A call that is cancelled takes its prompts out of the queue; those that are being decoded are
    decoded to the end.
    """

    def __init__(self, complete: Complete, *, most: int = 16, patience: float = 0.005) -> None:
        """At most `most` prompts are decoded at once; the first of them waits for others for at
        most `patience` seconds. `complete` is called with prompts that have the same shared part.
        """
        self._complete = complete
        self._most = most
        self._patience = patience
        self._queue: list[_Entry] = []
        self._turn = 0
        self._closed = False
        self._changed = threading.Condition()
        self._thread: threading.Thread | None = None

    async def complete(self, prompts: Sequence[Prompt], count: int) -> list[list[Completion]]:
        """For each prompt at most `count` completions.

        Raises what the model raised, and `SetupError` after `close`.
        """
        futures = [asyncio.wrap_future(future) for future in self._enqueue(prompts, count)]
        try:
            return list(await asyncio.gather(*futures))
        finally:
            # When one failed, nobody waits for the others.
            for future in futures:
                future.cancel()

    async def close(self) -> None:
        """Refuses all that waits, and returns when what is being decoded is done."""
        with self._changed:
            self._closed = True
            waiting, self._queue = self._queue, []
            self._changed.notify_all()
        for entry in waiting:
            if entry.future.set_running_or_notify_cancel():
                entry.future.set_exception(_closed())
        if self._thread is not None:
            await asyncio.to_thread(self._thread.join)

    def _enqueue(self, prompts: Sequence[Prompt], count: int) -> list[Future[list[Completion]]]:
        with self._changed:
            if self._closed:
                raise _closed()
            if self._thread is None:
                self._thread = threading.Thread(target=self._work, name="model", daemon=True)
                self._thread.start()
            entries = [
                _Entry(prompt, count, self._turn + place) for place, prompt in enumerate(prompts)
            ]
            self._queue += entries
            self._changed.notify_all()
        return [entry.future for entry in entries]

    def _work(self) -> None:
        while batch := self._next():
            running = [entry for entry in batch if entry.future.set_running_or_notify_cancel()]
            if running:
                self._run(running)

    def _run(self, entries: Sequence[_Entry]) -> None:
        try:
            results = self._complete([entry.prompt for entry in entries], entries[0].count)
            pairs = list(zip(entries, results, strict=True))
        # Whatever it is, whoever waits has to know, and the thread has to live on.
        except Exception as error:
            for entry in entries:
                entry.future.set_exception(error)
        else:
            for entry, result in pairs:
                entry.future.set_result(result)

    def _next(self) -> list[_Entry]:
        """Waits for the next batch; none when there will be no more."""
        batch: list[_Entry] = []
        with self._changed:
            while not batch and not self._closed:
                self._changed.wait_for(lambda: self._closed or self._queue)
                patience = self._queue[0].since + self._patience if self._queue else 0.0
                self._changed.wait_for(self._full, max(0.0, patience - time.monotonic()))
                batch = self._take()
        return batch

    def _full(self) -> bool:
        return self._closed or len(self._queue) >= self._most

    def _take(self) -> list[_Entry]:
        self._queue = [entry for entry in self._queue if not entry.future.cancelled()]
        ordered = sorted(self._queue, key=lambda entry: entry.turn)
        batch = [entry for entry in ordered if entry.kind == ordered[0].kind][: self._most]
        if batch:
            self._turn = batch[-1].turn
        self._queue = [entry for entry in self._queue if entry not in batch]
        return batch


def _closed() -> SetupError:
    return SetupError("The model has been closed", "Load it again.")
