"""What of a policy's candidates is suggested, in which order, with a scripted Lean."""

from __future__ import annotations

from prover.search.limit import Limit
from prover.service.suggesting import working
from prover.theorem import Theorem
from tests.search.scripted import Lean, Policy, Tree


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
