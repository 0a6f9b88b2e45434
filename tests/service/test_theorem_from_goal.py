"""Printed goals, back to theorems."""

from __future__ import annotations

import pytest

from prover.errors import InputError
from prover.service.theorem_resolver import theorem_from_goal

GOALS = [
    ("⊢ 1 = 1", "theorem goal  :\n    1 = 1 := by"),
    ("n : Nat\n⊢ n = n", "theorem goal (n : Nat) :\n    n = n := by"),
    (
        "case succ\nα : Type u_1\ninst : Inhabited α\na b : α\nh : a =\n  b\n⊢ a =\n  b",
        "theorem goal (α : Type u_1) [inst : Inhabited α] (a b : α) (h : a =\n  b) :\n"
        "    a =\n  b := by",
    ),
    ("⊢ first\n\nn : Nat\n⊢ second", "theorem goal  :\n    first := by"),
]


@pytest.mark.parametrize(("goal", "statement"), GOALS)
def test_a_goal_is_a_statement(goal: str, statement: str) -> None:
    before = theorem_from_goal(goal).before
    assert " ".join(before.split()) == " ".join(statement.split())
    assert theorem_from_goal(goal, "open Nat").header == "open Nat\n"


@pytest.mark.parametrize(
    ("goal", "told"),
    [
        ("n = n", "no line that starts with"),
        ("n✝ : Nat\n⊢ n✝ = 0", "without a name"),
        ("n : Nat := 3\n⊢ n = 3", "local definition"),
        ("nonsense\n⊢ 1 = 1", "is no hypothesis"),
    ],
)
def test_what_can_not_be_a_statement_is_refused(goal: str, told: str) -> None:
    with pytest.raises(InputError, match=told) as caught:
        theorem_from_goal(goal)
    assert caught.value.hint
