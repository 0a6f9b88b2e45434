"""Makes tries by whoever is there: workers come and go, and what was lost with one is made again.

A worker is whatever makes one try at a time, such as a process on another machine. Nothing here
knows where it is.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Coroutine
from typing import Any

from prover.bench.attempt import Attempt, Finished, Job
from prover.errors import SetupError
from prover.search.result import Result, Seconds, Status
from prover.trace_file import TraceWriter

Worker = Callable[[Job], Coroutine[Any, Any, Finished]]
LOSSES = 4
"""How often one try may be lost: it may be what its workers die of."""


class WorkerLostError(Exception):
    """A try's worker, or what that one needed, has gone; the try says nothing of its problem."""


class WorkerPool:
    """The workers of a run; called with a job, it has the first that is free make the try."""

    def __init__(self, *, patience: float) -> None:
        """Without any worker for `patience` seconds, tries end with `SetupError`."""
        self._patience = patience
        self._members: set[Worker] = set()
        self._free: list[Worker] = []
        self._changed = asyncio.Event()
        self._problem: SetupError | None = None

    @property
    def size(self) -> int:
        """How many workers there are."""
        return len(self._members)

    def join(self, worker: Worker) -> None:
        """A worker is there."""
        self._members.add(worker)
        self._release(worker)

    def leave(self, worker: Worker) -> None:
        """It gets no more tries. One that it makes ends by itself, as `WorkerLostError` or well."""
        self._members.discard(worker)
        if worker in self._free:
            self._free.remove(worker)

    def end(self, problem: SetupError) -> None:
        """There will be no more workers: whoever waits for one is told this problem."""
        self._problem = problem
        self._changed.set()

    async def ready(self) -> None:
        """Waits for the first worker. Raises `SetupError` when there will be none."""
        self._release(await self._take())

    async def __call__(self, job: Job) -> Finished:
        """Makes the try, anew where it was lost; after `LOSSES` its status is `error`.

        Raises `SetupError` when a worker does, and when there has been none for long.
        """
        began, started = time.time(), time.monotonic()
        for _ in range(LOSSES):
            worker = await self._take()
            try:
                return await worker(job)
            except WorkerLostError:
                continue
            finally:
                self._release(worker)
        return lost_attempt(job, began, time.monotonic() - started)

    async def _take(self) -> Worker:
        while not self._free:
            if self._problem and not self._members:
                raise self._problem
            self._changed.clear()
            try:
                async with asyncio.timeout(self._patience):
                    await self._changed.wait()
            except TimeoutError:
                if not self._members:
                    raise _nobody(self._patience) from None
        return self._free.pop(0)

    def _release(self, worker: Worker) -> None:
        """Lets others have a worker, unless it has left."""
        if worker in self._members:
            self._free.append(worker)
            self._changed.set()


def lost_attempt(job: Job, began: float, seconds: float) -> Finished:
    """A try that was lost again and again: an error, made again by the next run."""
    message = f"Its machine or process was lost {LOSSES} times. Run the same again to try anew."
    result = Result(job.problem.name, Status.ERROR, message, seconds=Seconds(total=seconds))
    trace = TraceWriter(job.problem.name)
    trace.note(result)
    return Finished(Attempt.of(job, result, started=began), trace.compressed())


def _nobody(seconds: float) -> SetupError:
    return SetupError(
        f"the cluster has had no worker for {seconds:g} seconds",
        "See `ray status`, then run the same again: it goes on from what is there.",
    )
