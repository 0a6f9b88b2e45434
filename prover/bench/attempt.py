"""One try at one problem, as a line of `results.jsonl`."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from prover.bench.job import Job
from prover.search.result import Result


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
        """Whether the gate accepted a proof."""
        return self.applicable and self.result["status"] == "proved"

    def to_json(self) -> dict[str, Any]:
        """A line of `results.jsonl`."""
        return asdict(self)
