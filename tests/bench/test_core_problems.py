"""The core problems: the file's form, small instances of the statements, and a real Lean."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator
from fractions import Fraction
from functools import cache
from itertools import product
from math import comb, factorial, gcd
from pathlib import Path
from typing import Any

import pytest

from prover.lean.pool import LeanPool
from prover.theorem import Theorem

PROBLEMS = Path(__file__).parents[2] / "benchmarks" / "problems" / "core.jsonl"
INSTANCES = Path(__file__).with_name("small_instances.json")
TOPICS = {
    "algebra",
    "bitvec",
    "divisibility",
    "functions",
    "induction",
    "inequalities",
    "int",
    "lists",
    "logic",
    "nat",
    "options",
    "rat",
}

Instance = dict[str, Any]


def read_problems() -> list[dict[str, str]]:
    with PROBLEMS.open(encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


problems = read_problems()
instances: dict[str, Instance] = json.loads(INSTANCES.read_text(encoding="utf-8"))


def test_every_problem_is_complete() -> None:
    fields = {"name", "split", "topic", "difficulty", "header", "statement", "source"}
    for problem in problems:
        assert set(problem) == fields
        assert problem["statement"].startswith(f"theorem {problem['name']} ")
        assert problem["statement"].endswith(":= by")


def test_there_are_enough_of_each_kind() -> None:
    difficulties = Counter(problem["difficulty"] for problem in problems)
    assert len(problems) >= 200
    assert set(difficulties) == {"easy", "medium", "hard"}
    assert difficulties["hard"] >= 80
    assert {problem["topic"] for problem in problems} == TOPICS


def test_no_problem_occurs_twice() -> None:
    names = Counter(problem["name"] for problem in problems)
    contents = Counter(
        (problem["header"], problem["statement"].removeprefix(f"theorem {problem['name']}"))
        for problem in problems
    )
    assert names.most_common(1)[0][1] == 1
    assert contents.most_common(1)[0][1] == 1


@pytest.mark.parametrize("word", ["sorry", "axiom", "import", "unsafe", "native_decide"])
def test_nothing_is_assumed(word: str) -> None:
    for problem in problems:
        assert word not in (problem["header"] + problem["statement"]).split()


def divides(divisor: int, number: int) -> bool:
    """Lean's `divisor ∣ number`: zero divides only itself."""
    return number == 0 if divisor == 0 else number % divisor == 0


def remainder(number: int, divisor: int) -> int:
    """Lean's `number % divisor`: the number itself when the divisor is zero."""
    return number if divisor == 0 else number % divisor


@cache
def fib(n: int) -> int:
    return n if n < 2 else fib(n - 2) + fib(n - 1)


def iterate(step: Callable[[Any], Any], times: int, value: Any) -> Any:
    for _ in range(times):
        value = step(value)
    return value


VOCABULARY = {
    "F": Fraction,
    "comb": comb,
    "divides": divides,
    "factorial": factorial,
    "fib": fib,
    "gcd": gcd,
    "iterate": iterate,
    "remainder": remainder,
}
# The simplest values come first, because problems in many variables try only the first few.
VALUES: dict[str, list[Any]] = {
    "nat": list(range(13)),
    "small": list(range(5)),
    "wide": list(range(200)),
    "int": sorted(range(-8, 9), key=abs),
    "tiny": [0, 1, -2],
    "rat": sorted(
        {Fraction(a, b) for a in range(-5, 6) for b in range(1, 4)},
        key=lambda q: (abs(q.numerator) + q.denominator, -q),
    ),
    "byte": [0, 1, 255, 128, 127, 2, 3, 170, 85, 240, 15, 200, 54, 77],
    "nibble": list(range(16)),
    "list": [list(items) for size in range(4) for items in product(range(4), repeat=size)],
}
MOST_INSTANCES = 2000


def assignments(variables: dict[str, str]) -> Iterator[dict[str, Any]]:
    """Values for all variables, about `MOST_INSTANCES` combinations at most."""
    each = int(MOST_INSTANCES ** (1 / len(variables)))
    for values in product(*(VALUES[kind][:each] for kind in variables.values())):
        yield dict(zip(variables, values, strict=True))


def evaluate(expression: str, values: dict[str, Any]) -> bool:
    return bool(eval(expression, {**VOCABULARY, **values}))


@pytest.mark.parametrize("name", instances)
def test_small_instances_hold(name: str) -> None:
    instance = instances[name]
    tried = [
        values
        for values in assignments(instance["variables"])
        if evaluate(instance["given"], values)
    ]
    assert tried, "no small instance satisfies the hypotheses"
    assert [values for values in tried if not evaluate(instance["claim"], values)] == []


def test_instances_belong_to_problems() -> None:
    statements = {problem["name"]: problem["statement"] for problem in problems}
    assert len(instances) >= 200
    assert set(instances) <= set(statements)


@pytest.mark.lean
@pytest.mark.slow
async def test_every_statement_elaborates(pool: LeanPool) -> None:
    for problem in problems:
        theorem = Theorem.from_statement(
            problem["name"], problem["statement"], header=problem["header"]
        )
        async with pool.session() as session:
            state = await session.open(theorem)
        assert len(state.goals) == 1, problem["name"]
