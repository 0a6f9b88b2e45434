"""Theorems without a proof in a header: tried last, and named where a proof rests on one."""

from __future__ import annotations

import pytest

from prover.lean.interface import Verification
from prover.problems.sorry_dependencies import RESTS, SorryDependencies
from prover.theorem import Theorem
from tests.search.scripted import Policy

HEADER = """import Mathlib
def a : Nat := 1
theorem A.one : a = 1 := by sorry
theorem two : a = 1 := A.one
theorem three : 1 + 1 = 2 := by rfl
theorem «four five» : a = 2 - 1 := by
  have := two
  exact this
theorem six : 1 = 1 ∧ 2 = 2 := ⟨by sorry, rfl⟩
"""


def test_what_rests_on_which_sorry() -> None:
    below = SorryDependencies.of(HEADER).below
    assert below == {"A.one": "A.one", "two": "A.one", "«four five»": "A.one", "six": "six"}
    assert SorryDependencies.of("import Mathlib\n/- open").below == {}


@pytest.mark.parametrize(
    ("header", "script", "name"),
    [
        (HEADER, "exact A.one", "A.one"),
        (HEADER, "open A in exact one.symm", "A.one"),
        (HEADER, "simp [two]", "A.one"),
        (HEADER, "exact «four five»", "A.one"),
        (HEADER, "exact six.1", "six"),
        (HEADER, "simp [six, two]", ""),
        (HEADER, "simp", "A.one"),
        ("@[simp] theorem one : a = 1 := by sorry", "simp", "one"),
    ],
)
async def test_the_gate_says_which_theorem_lacks_a_proof(
    header: str, script: str, name: str
) -> None:
    async def verify(theorem: Theorem, script: str) -> Verification:  # noqa: ARG001
        return Verification(accepted=False, reason=RESTS)

    theorem = Theorem.from_statement("t", "theorem t : two = two := by", header=header)
    verdict = await SorryDependencies.of(header).told(verify)(theorem, script)
    assert not verdict.accepted
    assert verdict.reason == (f"it rests on the `sorry` of `{name}`" if name else RESTS)


async def test_what_the_gate_says_otherwise_stays() -> None:
    async def verify(theorem: Theorem, script: str) -> Verification:  # noqa: ARG001
        return Verification(accepted=script == "good", reason="" if script == "good" else "no")

    theorem = Theorem.from_statement("t", "theorem t : a = 1 := by", header=HEADER)
    told = SorryDependencies.of(HEADER).told(verify)
    assert (await told(theorem, "good")).accepted
    assert (await told(theorem, "exact two")).reason == "no"


async def test_what_is_proved_for_its_goal_alone_is_refused() -> None:
    async def verify(theorem: Theorem, script: str) -> Verification:  # noqa: ARG001
        return Verification(accepted=True, whole=False)

    theorem = Theorem.from_statement("t", "theorem t (h : a = 2 := two) : a = 2 := by")
    verdict = await SorryDependencies.of("").told(verify)(theorem, "exact h")
    assert not verdict.accepted
    assert "rests on a `sorry`" in verdict.reason


def test_without_an_open_theorem_nothing_changes() -> None:
    policy, leaning = Policy({}), SorryDependencies.of("import Mathlib\n")
    assert leaning.last(policy) is policy
