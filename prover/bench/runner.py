"""Works off the tries of a run: all workers busy, problems in turn, settled ones left alone."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Callable, Coroutine, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from prover.bench.attempt import Attempt, Finished, Job
from prover.search.result import Status

Executor = Callable[[Job], Coroutine[Any, Any, Finished]]
LOOK_SECONDS = 1.0
"""How often it is looked whether there are more workers now."""


@dataclass(frozen=True)
class RunProgress:
    """How far a run is."""

    problems: int
    ended: int
    """Of them those at which nothing is tried any more."""
    proved: int
    attempts: int
    """Made since the run was started or went on."""
    left: int
    """Attempts that are under way or may still come."""
    seconds: float
    """Since the run was started or went on."""

    @property
    def seconds_left(self) -> float | None:
        """If the rest takes as long as what was done; None where nothing was."""
        return self.seconds / self.attempts * self.left if self.attempts else None


class Runner:
    """Tries, `workers` at a time, which may change. What has ended is given to `keep` at once.

    A further try at a problem waits while there are others to make, and is not made, or is
    stopped, when the problem is proved or turns out not to be applicable.
    """

    def __init__(
        self,
        jobs: Iterable[Job],
        keep: Callable[[Finished], None],
        *,
        workers: int | Callable[[], int],
        found: Sequence[Attempt] = (),
    ) -> None:
        """`found` are attempts of earlier runs. Those that ended in an error are made again."""
        jobs = list(jobs)
        self._keep = keep
        self._workers = workers if callable(workers) else lambda: workers
        self._names = {job.problem.name for job in jobs}
        self._proved = {attempt.name for attempt in found if attempt.proved}
        self._settled = self._proved | {one.name for one in found if not one.applicable}
        made = {one.key for one in found if one.result["status"] != Status.ERROR}
        made |= {one.key for one in found if not one.applicable}
        self._waiting = deque(
            job for job in jobs if job.key not in made and job.problem.name not in self._settled
        )
        self._running: dict[asyncio.Task[Finished], Job] = {}
        self._finishing = False
        self._began = time.monotonic()
        self.made: list[Attempt] = []
        """The attempts of this run, as they ended."""
        self.most = 0
        """How many tries were under way at once."""

    @property
    def standing(self) -> RunProgress:
        """How far it is now."""
        left = [*self._running.values(), *self._waiting]
        open_ = {job.problem.name for job in left}
        return RunProgress(
            problems=len(self._names),
            ended=len(self._names - open_),
            proved=len(self._proved),
            attempts=len(self.made),
            left=len(left),
            seconds=time.monotonic() - self._began,
        )

    @property
    def under_way(self) -> int:
        """How many tries have set out and not ended."""
        return len(self._running)

    def finish(self) -> None:
        """Begins nothing more; what is under way goes on to its end."""
        self._finishing = True

    async def work(self, attempt: Executor) -> None:
        """Makes all tries. Cancelled, it stops those that are under way.

        Raises `SetupError` when Lean, the policy or the folder can't be had any more.
        """
        self._began = time.monotonic()
        try:
            while self._set_out(attempt):
                done, _ = await asyncio.wait(
                    self._running, timeout=LOOK_SECONDS, return_when=asyncio.FIRST_COMPLETED
                )
                # What ended well is kept before what did not is raised.
                for task in sorted(done, key=_failed):
                    self._land(task)
        finally:
            tasks = list(self._running)
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            self._running.clear()

    def _set_out(self, attempt: Executor) -> bool:
        """Gives every free worker a try; whether anything is under way."""
        while len(self._running) < self._workers() and (job := self._next()):
            self._running[asyncio.create_task(attempt(job))] = job
        self.most = max(self.most, len(self._running))
        return bool(self._running)

    def _next(self) -> Job | None:
        if self._finishing or not self._waiting:
            return None
        busy = {job.problem.name for job in self._running.values()}
        others = (job for job in self._waiting if job.problem.name not in busy)
        job = next(others, self._waiting[0])
        self._waiting.remove(job)
        return job

    def _land(self, task: asyncio.Task[Finished]) -> None:
        self._running.pop(task)
        if task.cancelled():
            return
        finished = task.result()
        self._keep(finished)
        attempt = finished.attempt
        self.made.append(attempt)
        if attempt.proved:
            self._proved.add(attempt.name)
        if attempt.proved or not attempt.applicable:
            self._settled.add(attempt.name)
            self._drop(attempt.name)

    def _drop(self, name: str) -> None:
        """Stops and forgets all further tries at a problem."""
        self._waiting = deque(job for job in self._waiting if job.problem.name != name)
        for task, job in self._running.items():
            if job.problem.name == name:
                task.cancel()


def _failed(task: asyncio.Task[Finished]) -> bool:
    return not task.cancelled() and task.exception() is not None
