"""What of a policy's candidates is suggested, in which order, with a scripted Lean."""

from __future__ import annotations

import pytest

from prover.lean.interface import State
from prover.policy.policy import Candidate
from prover.search.budget import Limit
from prover.service.suggestions import Selection, Suggestion, working
from prover.theorem import Theorem
from tests.search.scripted import Lean, Policy, Tree, state


async def suggested(tree: Tree) -> tuple[list[str], list[str]]:
    """The tactics suggested, and those that Lean ran."""
    lean = Lean(tree)
    root = await lean.open(Theorem.from_statement("t", "theorem t : True := by"))
    works = working(lean, Policy(tree), root, Limit(), prefix="", seed=0)
    return [one.candidate.tactic async for one in works], [tactic for _, tactic in lean.ran]


async def test_what_ran_out_of_heartbeats_is_tried_again_at_the_end() -> None:
    tree: Tree = {"root": {"heavy": "late", "no": "error", "step": "next"}}
    found, ran = await suggested(tree)
    assert found == ["step", "heavy"]
    assert ran == ["heavy", "no", "step", "heavy"]


async def test_what_the_clock_stopped_is_not_tried_again() -> None:
    tree: Tree = {"root": {"loop": "slow", "step": "next"}}
    found, ran = await suggested(tree)
    assert found == ["step"]
    assert ran == ["loop", "step"]


async def test_of_those_that_leave_the_same_the_first_is_suggested() -> None:
    tree: Tree = {"root": {"one": "next", "two": "next", "other": "a b", "nothing": "root"}}
    found, _ = await suggested(tree)
    assert found == ["one", "other"]


async def test_what_closes_the_goal_comes_first_of_those_tried_together() -> None:
    tree: Tree = {"root": {"step": "next", "close": "closed", "also": "closed"}}
    found, _ = await suggested(tree)
    assert found == ["close", "also", "step"]


def selected(tactics: dict[str, str], top: int = 8) -> list[str]:
    """What is selected of tactics with the states that they leave, the most likely first."""
    selection = Selection(top)
    for place, (tactic, left) in enumerate(tactics.items()):
        states: tuple[State, ...] = tuple(map(state, left.split()))
        selection.add(Suggestion(Candidate(tactic, -1.0 - place), states))
    return [one.candidate.tactic for one in selection.best]


@pytest.mark.parametrize(
    "wrap",
    [
        "induction h <;> grind",
        "have := Nat.mul_pos (m := a) (n := b)\ngrind",
        "constructor\n· grind\n· simp",
        "intro h; grind",
    ],
)
def test_what_only_stands_around_one_that_closes_is_left_out(wrap: str) -> None:
    assert selected({wrap: "", "grind": ""}) == ["grind"]
    assert selected({wrap: "", "grind": "left"}) == [wrap, "grind"]
    assert selected({wrap: "", "grind [lemma_of_mine]": ""}) == [wrap, "grind [lemma_of_mine]"]


def test_of_what_closes_one_of_each_kind_is_enough() -> None:
    closing = ["simp_all", "simp", "simp?", "cases a <;> omega", "rcases b with c <;> omega", "rfl"]
    assert selected(dict.fromkeys(closing, "")) == ["simp_all", "cases a <;> omega", "rfl"]


def test_of_what_leaves_goals_one_of_each_kind_comes_first() -> None:
    steps = {"rw [a]": "one", "rw [b]": "two", "intro h": "three", "rw [c]": "four"}
    assert selected(steps) == ["rw [a]", "intro h", "rw [b]", "rw [c]"]
    assert selected(steps, top=2) == ["rw [a]", "intro h"]
    assert selected({**steps, "rfl": ""}) == ["rfl", "rw [a]", "intro h"]
    assert selected({**steps, "rw [d]": ""}) == ["rw [d]", "intro h"]


def test_a_suggestion_is_told_only_when_it_is_selected_as_things_stand() -> None:
    selection = Selection(2)
    told = [
        selection.add(Suggestion(Candidate(tactic, logprob), ()))
        for tactic, logprob in (("grind", -2.0), ("cases a <;> grind", -1.0), ("simp", -3.0))
    ]
    assert told == [True, False, True]
    assert selection.is_full
