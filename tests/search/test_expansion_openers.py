"""Openers: told by their text, and run after what may close the goal."""

from __future__ import annotations

import pytest

from prover.lean.interface import Closed, LeanSession, TacticLimit
from prover.policy.builtin.builtin_policy import BuiltinPolicy
from prover.policy.policy import Question
from prover.search.configuration import Configuration
from prover.search.expansion import is_opener
from prover.theorem import Theorem
from tests.search.scripted import Lean, Policy, Tree, result_of


@pytest.mark.parametrize(
    "tactic",
    [
        "intro h",
        "intros",
        "by_cases h : 0 ≤ a",
        "apply Classical.byContradiction; intro h",
        "by_contra! h",
        "exact ⟨?_, by simp⟩",
        "refine ⟨1, ?_⟩",
        "induction n with\n| zero => ?_\n| succ n ih => ?_",
        "have h : a < b := by\n  omega",
        "have h : a < b := by omega",
        "obtain ⟨k, rfl⟩ := h",
        "constructor",
        "constructor <;> intro h",
        "simp\nintro h",
        "· intro h",
        "set x := a + b",
    ],
)
def test_what_is_sure_to_leave_a_goal(tactic: str) -> None:
    assert is_opener(tactic)


@pytest.mark.parametrize(
    "tactic",
    [
        "",
        "grind",
        "intro h; simp",
        "intro h <;> omega",
        "constructor <;> assumption",
        "have h := Nat.mul_le_mul h h\ngrind",
        "by_cases h : p <;> simp_all",
        "induction n with\n| zero => rfl\n| succ n ih => simp [ih]",
        "rcases h with h | h <;> first | omega | grind",
        "introduce",
        "cases h",
        "nlinarith [sq_nonneg (a - b)]",
        "· simp",
        "first | intro h | skip",
        "show a = b",
        "calc a = b := by simp\n  _ = c := by simp",
    ],
)
def test_what_may_close_the_goal(tactic: str) -> None:
    assert not is_opener(tactic)


async def test_of_two_as_likely_the_one_that_may_close_the_goal_is_run_first() -> None:
    tree: Tree = {"root": {"intro h": "next", "omega": "error", "simp": "closed"}, "next": {}}
    likely = {"intro h": -1.0, "omega": -2.0, "simp": -4.0}
    policy = Policy(tree, logprob=likely.__getitem__)
    ran = {}
    for loss in (0.0, 2.0, 9.0):
        lean = Lean(tree)
        configuration = Configuration(opener_loss=loss)
        await result_of(tree, lean=lean, policy=policy, configuration=configuration)
        ran[loss] = [tactic for _, tactic in lean.ran]
    assert ran == {
        0.0: ["intro h", "omega", "simp"],
        2.0: ["omega", "intro h", "simp"],
        9.0: ["omega", "simp"],
    }


async def test_what_an_opener_leaves_is_as_near_as_it_was() -> None:
    """The loss decides when an opener is run. It has been paid once it has."""
    tree: Tree = {
        "root": {"intro h": "opened", "cases h": "taken"},
        "opened": {"done": "error"},
        "taken": {"done": "error"},
    }
    likely = {"intro h": -1.0, "cases h": -1.5, "done": -1.0}
    lean, policy = Lean(tree), Policy(tree, logprob=likely.__getitem__)
    await result_of(tree, lean=lean, policy=policy)
    assert lean.ran == [
        ("root", "cases h"),
        ("root", "intro h"),
        ("opened", "done"),
        ("taken", "done"),
    ]


THEOREMS = [
    "theorem a (p q : Prop) (hp : p) (hq : q) : p ∧ q := by",
    "theorem b : ∀ n : Nat, 0 ≤ n := by",
    "theorem c (a b : Nat) (h : a ≠ b) : a < b ∨ b < a := by",
    "theorem d (f g : Nat → Nat) (h : ∀ x, f x = g x) : f = g := by",
    "theorem e (n : Nat) (h : ∃ k, n = 2 * k) : n % 2 = 0 := by",
    "theorem f (l : List Nat) (h : l.length = 0) : l = [] := by",
]


@pytest.mark.lean
@pytest.mark.parametrize("statement", THEOREMS)
async def test_no_opener_closes_a_goal(session: LeanSession, statement: str) -> None:
    state = await session.open(Theorem.from_statement("t", statement))
    [candidates] = await BuiltinPolicy().propose([Question(state)], 100)
    openers = [one.tactic for one in candidates if is_opener(one.tactic)]
    assert openers
    assert Closed() not in await session.run(state, openers, TacticLimit())
