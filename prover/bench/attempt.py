"""What there is to do in a run, each try known by a key, and what came of it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

from prover.bench.config import Config
from prover.problems.problem import Problem, ProblemSet
from prover.search.result import Result


@dataclass(frozen=True)
class Job:
    """One try at one problem."""

    problem: Problem
    attempt: int
    """0 for the first try."""
    seed: int
    key: str
    """The hash of all that decides how it comes out, the clock apart."""


def jobs(config: Config, problems: ProblemSet, lean: str) -> Iterator[Job]:
    """All tries, the first at every problem before the second at any; `lean` as for
    `prover.bench.environment`."""
    same = {"lean": lean, **config.decisive}
    for attempt in range(config.attempts):
        for problem in problems.problems:
            seed = config.seed + attempt
            yield Job(problem, attempt, seed, _key(problem, {**same, "seed": seed}))


def _key(problem: Problem, rest: dict[str, Any]) -> str:
    given = {name: asdict(problem)[name] for name in ("name", "header", "statement")}
    chosen = {name: rest[name] for name in ("lean", "policy", "search", "limit", "seed")}
    text = json.dumps({**given, **chosen}, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode(errors="replace")).hexdigest()[:32]


@dataclass(frozen=True)
class Attempt:
    """How one try ended. Everything in it is JSON, so that a line read is the line written."""

    key: str
    """The hash of statement, header, Lean, policy, configuration, limits and seed."""
    name: str
    """The problem's."""
    attempt: int
    """0 for the first try at the problem."""
    seed: int
    split: str
    topic: str
    difficulty: str
    applicable: bool
    """Whether Lean could read the statement in the dialect of the run."""
    started: float
    """Seconds since the epoch."""
    result: dict[str, Any]
    """The search's last event, see `prover.search.result.Result.to_json`. Its `message` says why a
    problem is not applicable."""

    @classmethod
    def of(cls, job: Job, result: Result, *, started: float, applicable: bool = True) -> Attempt:
        """How a job ended."""
        problem = job.problem
        return cls(
            key=job.key,
            name=problem.name,
            attempt=job.attempt,
            seed=job.seed,
            split=problem.split,
            topic=problem.topic,
            difficulty=problem.difficulty,
            applicable=applicable,
            started=started,
            result=result.to_json(),
        )

    @property
    def proved(self) -> bool:
        """Whether the verifier accepted a proof."""
        return self.applicable and self.result["status"] == "proved"

    def to_json(self) -> dict[str, Any]:
        """A line of `results.jsonl`."""
        return asdict(self)


@dataclass(frozen=True)
class Finished:
    """An attempt and the events of its search."""

    attempt: Attempt
    trace: bytes
    """One JSON object a line, compressed by gzip."""
