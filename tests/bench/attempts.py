"""Problems, attempts and tries for the tests of batch runs."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from prover.bench.attempt import Attempt, Finished, Job, jobs
from prover.bench.config import Config
from prover.problems.problem import Problem, ProblemSet
from prover.search.result import Result, Seconds, Status


def problems(*names: str) -> ProblemSet:
    """A set of problems that differ in their names."""
    each = (Problem(name, f"theorem {name} : 1 = 1 := by") for name in names)
    return ProblemSet("few", tuple(each))


def todo(names: str, attempts: int = 1) -> list[Job]:
    """All tries at problems of one letter each."""
    return list(jobs(Config(attempts=attempts), problems(*names), "4.28.0"))


def attempt(job: Job, status: Status = Status.LIMIT, message: str = "", **changed: Any) -> Attempt:
    """How a try ended."""
    problem = job.problem
    result = Result(problem.name, status, message, seconds=Seconds(total=2.0)).to_json()
    fields = {
        "key": job.key,
        "name": problem.name,
        "attempt": job.attempt,
        "seed": job.seed,
        "split": problem.split,
        "topic": problem.topic,
        "difficulty": problem.difficulty,
        "applicable": True,
        "started": 0.0,
        "result": result,
    }
    return Attempt(**{**fields, **changed})


@dataclass(eq=False)
class Tries:
    """Tries that take some turns of the loop, and end as they are told to, `limit` by default.

    What ends how is given as `a0` for the first try at the problem `a`.
    """

    ends: Mapping[str, Status | BaseException] = field(default_factory=dict)
    turns: Mapping[str, int] = field(default_factory=dict)
    """How long each takes; 3 by default."""
    began: list[str] = field(default_factory=list)
    stopped: list[str] = field(default_factory=list)
    """Those that were cancelled."""
    running: int = 0
    most: int = 0
    """How many there were at once."""

    async def __call__(self, job: Job) -> Finished:
        label = f"{job.problem.name}{job.attempt}"
        self.began.append(label)
        self.running += 1
        self.most = max(self.most, self.running)
        try:
            for _ in range(self.turns.get(label, 3)):
                await asyncio.sleep(0)
        except asyncio.CancelledError:
            self.stopped.append(label)
            raise
        finally:
            self.running -= 1
        end = self.ends.get(label, Status.LIMIT)
        if isinstance(end, BaseException):
            raise end
        return Finished(attempt(job, end), b"")
