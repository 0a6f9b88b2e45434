"""What there is to do in a run: tries at problems, each known by a key."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

from prover.bench.config import Config
from prover.bench.problem import Problem, ProblemSet


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
