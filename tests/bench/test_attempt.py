"""The keys by which tries are known."""

from __future__ import annotations

from dataclasses import replace

import pytest

from prover.bench.attempt import jobs
from prover.bench.config import Config
from prover.problems.problem import Problem, ProblemSet
from prover.search.budget import Limit
from prover.search.configuration import named

PROBLEM = Problem("a", "theorem a : 1 = 1 := by", "open Nat\n", topic="nat")


def key(problem: Problem = PROBLEM, config: Config | None = None, lean: str = "4") -> str:
    """Of the first try."""
    first, *_ = jobs(config or Config(), ProblemSet("one", (problem,)), lean)
    return first.key


@pytest.mark.parametrize(
    "other",
    [
        key(replace(PROBLEM, name="b")),
        key(replace(PROBLEM, statement="theorem a : 1 = 2 := by")),
        key(replace(PROBLEM, header="")),
        key(lean="5"),
        key(config=Config(seed=1)),
        key(config=Config(limit=Limit(seconds=61))),
        key(config=Config(search=named("baseline-llemma"))),
    ],
)
def test_whatever_decides_is_in_the_key(other: str) -> None:
    assert other != key()


def test_nothing_else_is() -> None:
    assert key(replace(PROBLEM, topic="int", source="x")) == key()
    assert key(config=Config(workers=17, run="x", attempts=3)) == key()


def test_each_try_has_a_seed_of_its_own() -> None:
    config = Config(attempts=3, seed=5)
    problems = ProblemSet("two", (PROBLEM, replace(PROBLEM, name="b")))
    tries = list(jobs(config, problems, "4"))
    assert [(one.problem.name, one.attempt, one.seed) for one in tries] == [
        (name, attempt, 5 + attempt) for attempt in range(3) for name in "ab"
    ]
    assert len({one.key for one in tries}) == 6
