"""A run that is killed at any moment, or whose Lean is, comes to the same results."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from prover.bench.problem import Problem
from prover.bench.store import read, trace_path
from tests.bench.killing import Killing, proved, write, written

pytestmark = [pytest.mark.lean, pytest.mark.slow, pytest.mark.usefixtures("lean_command")]

STATEMENTS = (
    "(a b : Nat) : a + b = b + a",
    "(p q : Prop) (h : p ∧ q) : q ∧ p",
    "(n : Nat) (h : 0 < n) : 1 ≤ n",
    "(x : Int) (h : x * x = x) : x = 0 ∨ x = 1",
    "(xs : List Nat) : xs.reverse.reverse = xs",
    "(a b c : Nat) (h : a < b) : a + c < b + c",
    "(x y : Nat) : x ^ 5 + y ^ 5 ≠ 7 * x * y + 11",
    "(f : Nat → Nat) (h : ∀ n, f n = n) : f 3 = 3",
    "(a b : Nat) (h : a ∣ b) : a ∣ b * b",
    "(x : Some.Real) : x = x",
)
PROBLEMS = [
    Problem(f"t{place}", f"theorem t{place} {text} := by") for place, text in enumerate(STATEMENTS)
]


def test_killed_again_and_again_it_ends_as_if_it_had_not_been(tmp_path: Path) -> None:
    file = tmp_path / "few.jsonl"
    write(file, PROBLEMS)
    chance = random.Random(7)
    calm = Killing(tmp_path / "calm", file, tactics=30, workers=2, random=chance)
    calm.undisturbed()
    wild = Killing(tmp_path / "wild", file, tactics=30, workers=2, random=chance)
    wild.disturbed(runners=3, workers=4, patience=8.0)
    assert wild.runner_kills == 3
    assert wild.worker_kills >= 1
    expected, found = read(tmp_path / "calm"), read(tmp_path / "wild")
    assert proved(found) == proved(expected)
    assert {"t0", "t1", "t2", "t4"} <= proved(found)
    # Nothing is missing, and nothing twice but what had ended in an error.
    assert {one.key for one in found} == {one.key for one in expected}
    lines = written(tmp_path / "wild")
    good = [one.key for one in lines if one.result["status"] != "error" or not one.applicable]
    assert sorted(good) == sorted({one.key for one in found})
    assert all(trace_path(tmp_path / "wild", one.key).exists() for one in found)
    [unreadable] = [one.name for one in found if not one.applicable]
    assert unreadable == "t9"
