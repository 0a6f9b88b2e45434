"""Searches that are told what Lean said before: the same results, the same time, no Lean."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.perf.comparison import Case, before, figures, run_all, table
from benchmarks.perf.remembered import Remembered, Verdicts
from prover.errors import InputError
from prover.lean.interface import Closed, Outcome, Premise, Progress, State, TacticLimit, Timeout
from prover.policy.builtin.builtin_policy import BuiltinPolicy
from prover.search.budget import Limit
from prover.search.configuration import CONFIGURATIONS
from prover.search.engine import search
from prover.search.result import Result
from prover.theorem import Theorem
from tests.search.scripted import THEOREM, Lean, Policy, ScriptedVerifier, Tree

TREE: Tree = {
    "root": {"no": "error", "split": "a b", "late": "late", "step": "a"},
    "a": {"no": "error", "back": "root", "close": "closed"},
    "b": {"no": "timeout", "on": "a"},
}
LONG = 0.05
"""Seconds."""


async def result_of(lean: Remembered | Lean, name: str, tactics: int) -> Result:
    """Of one search, with the configuration of this name."""
    clock = lean.clock
    found = search(
        THEOREM,
        lean,
        Policy(TREE),
        ScriptedVerifier(),
        limit=Limit(tactics=tactics),
        configuration=CONFIGURATIONS[name],
        clock=clock,
    )
    *_, result = [event async for event in found]
    assert isinstance(result, Result)
    return result


@given(st.lists(st.tuples(st.sampled_from(sorted(CONFIGURATIONS)), st.integers(1, 9)), max_size=4))
async def test_every_search_finds_what_it_would_find_alone(asked: list[tuple[str, int]]) -> None:
    together = Remembered(Lean(TREE))
    for name, tactics in asked:
        with_memory = await result_of(together, name, tactics)
        alone = await result_of(Lean(TREE), name, tactics)
        assert with_memory.status is alone.status
        assert with_memory.script == alone.script
        assert with_memory.counters == alone.counters


async def test_what_was_run_once_is_not_run_again() -> None:
    lean = Lean(TREE)
    together = Remembered(lean)
    first = await result_of(together, "default", 50)
    ran = list(lean.ran)
    assert ran
    assert (await result_of(together, "default", 50)).counters == first.counters
    assert lean.ran == ran


class Slow(Lean):
    """Takes its time, in fact."""

    async def run(self, state: State, tactics: Sequence[str], limit: TacticLimit) -> list[Outcome]:
        await asyncio.sleep(LONG)
        return await super().run(state, tactics, limit)

    async def open(self, theorem: Theorem) -> State:
        await asyncio.sleep(LONG)
        return await super().open(theorem)

    async def premises(self, *_: object) -> tuple[Premise, ...]:
        await asyncio.sleep(LONG)
        return (Premise("p", "q", 1.0),)


async def test_who_asks_again_is_charged_the_same_time() -> None:
    session = Remembered(Slow(TREE))
    for _ in range(3):
        began = session.clock()
        root = await session.open(THEOREM)
        assert session.clock() - began >= LONG
        began = session.clock()
        assert await session.run(root, ["no", "close"], TacticLimit())
        assert session.clock() - began >= 2 * LONG
        began = session.clock()
        assert await session.premises(root, 3)
        assert session.clock() - began >= LONG


async def test_less_time_than_a_tactic_took_is_too_little() -> None:
    session = Remembered(Slow(TREE))
    root = await session.open(THEOREM)
    [outcome] = await session.run(root, ["step"], TacticLimit())
    assert isinstance(outcome, Progress)
    began = session.clock()
    [outcome] = await session.run(root, ["step"], TacticLimit(seconds=LONG / 2))
    assert isinstance(outcome, Timeout)
    assert outcome.seconds == LONG / 2
    assert session.clock() - began >= LONG / 2


async def test_a_tactic_that_had_little_time_is_run_again() -> None:
    lean = Lean(TREE)
    session = Remembered(lean)
    root = await session.open(THEOREM)
    for seconds in (0.1, 5.0, 5.0):
        await session.run(root, ["late"], TacticLimit(seconds=seconds, heartbeats=1))
    assert lean.ran == [("root", "late")] * 2
    assert await session.run(root, ["late"], TacticLimit()) == [Closed()]


async def test_what_does_not_open_does_not_open_again() -> None:
    class Refuses(Lean):
        opened = 0

        async def open(self, theorem: Theorem) -> State:
            self.opened += 1
            raise InputError(f"no {theorem.name}")

    lean = Refuses(TREE)
    session = Remembered(lean)
    for _ in range(2):
        with pytest.raises(InputError, match="no t"):
            await session.open(THEOREM)
    assert lean.opened == 1


async def test_the_gate_is_asked_once_for_a_script() -> None:
    verifier = ScriptedVerifier(refused=["bad"])
    verdicts = Verdicts(verifier)
    assert [(await verdicts(THEOREM, script)).accepted for script in ("a", "bad", "a", "bad")] == [
        True,
        False,
        True,
        False,
    ]
    assert verifier.asked == ["a", "bad"]


@pytest.mark.lean
@pytest.mark.slow
async def test_cases_are_compared_and_an_interrupted_comparison_goes_on(tmp_path: Path) -> None:
    statements = {"easy": "(n : Nat) : n + 0 = n", "wrong": ": 1 = (2 : Nat)", "unread": ": no"}
    problems = [
        {"name": name, "header": "", "statement": f"theorem {name} {statement} := by"}
        for name, statement in statements.items()
    ]
    configurations = {name: CONFIGURATIONS[name] for name in ("default", "baseline-mcts")}
    cases = [
        Case(name, seed, BuiltinPolicy(seed=seed), Limit(tactics=9, seconds=60), how)
        for name, how in configurations.items()
        for seed in (0, 1)
    ]
    results = tmp_path / "results.jsonl"
    await run_all(problems[:1], cases[:3], 1, results)
    assert len(before(results)) == 3
    runs = await run_all(problems, cases, 2, results)
    assert sorted(before(results), key=str) == sorted(runs, key=str)
    assert len(runs) == len(cases) * len(problems)
    assert all(run.proved == (run.problem == "easy") for run in runs)
    assert all(run.opened == (run.problem != "unread") for run in runs)
    rows = figures(configurations, runs)
    assert [(row["solved"], row["attempted"], row["common"]) for row in rows] == [(2, 4, 2)] * 2
    assert table(rows).count("| 2 of 4 |") == 2
