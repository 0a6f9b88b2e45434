"""The search with the built-in policy, a real Lean and the verifier.

The verifier is that of a warm Lean, but for one proof.
"""

from __future__ import annotations

from dataclasses import replace

import pytest

from prover.api import make_search
from prover.lean.interface import TacticLimit
from prover.lean.pool import LeanPool
from prover.lean.process import Command
from prover.search.budget import Limit
from prover.search.configuration import CONFIGURATIONS, named
from prover.search.result import Result, Status
from prover.search.trace import build_graph
from prover.theorem import Theorem
from prover.verifier import Verifier

pytestmark = pytest.mark.lean

TACTIC = TacticLimit(seconds=600, heartbeats=40_000)
LIMIT = Limit(seconds=3600, tactics=400, verify_seconds=3600, tactic=TACTIC)
"""Tactic runs and heartbeats decide, not how fast the machine is; the clock is for a Lean that
hangs."""
FEW = replace(LIMIT, tactics=30)
"""Enough for what must not be proved."""
TREE = """inductive Tree where
  | leaf
  | node (left : Tree) (value : Nat) (right : Tree)
def Tree.mirror : Tree → Tree
  | leaf => leaf
  | node left value right => node right.mirror value left.mirror
"""
FIELD = """variable {K : Type} [Lean.Grind.Field K] [LE K] [LT K] [Std.LawfulOrderLT K]
  [Std.IsLinearOrder K] [Lean.Grind.OrderedRing K]
"""


async def result_of(
    pool: LeanPool, statement: str, header: str = "", limit: Limit = LIMIT
) -> Result:
    theorem = Theorem.from_statement("t", f"theorem t {statement} := by", header=header)
    search = make_search(pool, limit=limit)
    events = [event async for event in search(theorem, Verifier(pool))]
    graph = build_graph(events)
    assert graph is not None
    graph.check_invariants()
    result = events[-1]
    assert isinstance(result, Result)
    return result


@pytest.mark.parametrize(
    ("statement", "header"),
    [
        pytest.param("(a b : Nat) (h : a ≤ b) : a * a ≤ b * b", "", marks=pytest.mark.slow),
        pytest.param(
            "(p q r : Prop) : p ∧ (q ∨ r) ↔ (p ∧ q) ∨ (p ∧ r)", "", marks=pytest.mark.slow
        ),
        pytest.param("(n : Nat) : 3 ∣ n * (n + 1) * (n + 2)", "", marks=pytest.mark.slow),
        pytest.param("(a : Int) : a ^ 2 % 4 = 0 ∨ a ^ 2 % 4 = 1", "", marks=pytest.mark.slow),
        pytest.param("(n : Nat) : ∃ k, n = 2 * k ∨ n = 2 * k + 1", "", marks=pytest.mark.slow),
        pytest.param(
            "(x : Int) (h : x ^ 2 - 5 * x + 6 = 0) : x = 2 ∨ x = 3", "", marks=pytest.mark.slow
        ),
        ("(x : Tree) : x.mirror.mirror = x", TREE),
        ("(x y : K) : 2 * x * y ≤ x ^ 2 + y ^ 2", FIELD),
        pytest.param("(a : K) : 10 * a ≤ 28 * a ^ 2 + 1", FIELD, marks=pytest.mark.slow),
        pytest.param("(x y : K) (h : x + y = 10) : x * y ≤ 25", FIELD, marks=pytest.mark.slow),
        ("(P Q : Nat → Prop) (h : ∃ n, P n ∧ Q n) : ∃ n, Q n", ""),
    ],
)
async def test_what_it_can_prove(warm: LeanPool, statement: str, header: str) -> None:
    result = await result_of(warm, statement, header)
    assert result.status is Status.PROVED, result
    assert set(result.axioms) <= {"propext", "Quot.sound", "Classical.choice"}
    assert result.script


@pytest.mark.parametrize(
    "statement", ["(n : Nat) : n < 5", "(p q : Prop) (h : p ∨ q) : p", "(x : Int) : x ^ 2 > 0"]
)
async def test_what_is_false_is_not_proved(warm: LeanPool, statement: str) -> None:
    result = await result_of(warm, statement, limit=FEW)
    assert result.status in (Status.EXHAUSTED, Status.LIMIT)
    assert result.script is None


@pytest.mark.slow
@pytest.mark.parametrize("name", CONFIGURATIONS)
async def test_every_configuration_proves(warm: LeanPool, name: str) -> None:
    statement = "theorem t (a b : Nat) (h : a ≤ b) : (a * a ≤ b * b) ∧ (b = a ∨ a < b) := by"
    theorem = Theorem.from_statement("t", statement)
    search = make_search(warm, limit=LIMIT, configuration=named(name))
    *_, result = [event async for event in search(theorem, Verifier(warm))]
    assert isinstance(result, Result)
    assert result.status is Status.PROVED, result


LISTS = "{α : Type} (l m : List α) : (l ++ m).length = m.length + l.length"


async def test_one_search_uses_all_workers(lean_command: Command) -> None:
    async with LeanPool(lean_command, workers=2, spare=False) as pool:
        result = await result_of(pool, "(a b c : Nat) : a ^ 5 + b ^ 5 ≠ c ^ 5 + 1", limit=FEW)
        assert result.status is Status.LIMIT
        assert len(pool._warm) == 2


@pytest.mark.slow
async def test_the_same_search_finds_the_same_proof(warm: LeanPool) -> None:
    first, second = [await result_of(warm, LISTS) for _ in range(2)]
    assert first.script == second.script
    assert first.counters == second.counters
