"""A policy that is asked again about a state, with what Lean refused."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest

from prover.lean.interface import TacticError
from prover.policy.policy import Candidate, Question, Refusal
from prover.search.budget import Limit
from prover.search.expansion import RefusedCandidates
from prover.search.result import Result, Status
from tests.search.scripted import Lean, Policy, ScriptedVerifier, Tree, result_of

TREE: Tree = {
    "root": {"wrong": "error", "step": "next", "worse": "error"},
    "next": {"bad": "error", "mended": "closed"},
}


class Mending(Policy):
    """Proposes what the tree calls wrong, and `mended` once it is told what Lean refused."""

    repairs = 1
    told: list[tuple[str, tuple[Refusal, ...]]]

    async def propose(self, questions: Sequence[Question], count: int) -> list[list[Candidate]]:
        await asyncio.sleep(0)
        return [self.answer(question)[:count] for question in questions]

    def answer(self, question: Question) -> list[Candidate]:
        key = question.state.key
        if question.refused:
            self.told.append((key, question.refused))
            return [Candidate("bad", -0.1), Candidate("mended", -3.0)]
        return [one for one in self.candidates(key) if one.tactic != "mended"]


def mending(tree: Tree, repairs: int = 1) -> Mending:
    policy = Mending(tree)
    policy.repairs, policy.told = repairs, []
    return policy


async def run(
    policy: Mending, tree: Tree, limit: Limit | None = None, workers: int = 1
) -> tuple[Result, Lean]:
    lean = Lean(tree, workers=workers)
    return await result_of(tree, lean=lean, policy=policy, limit=limit), lean


@pytest.mark.parametrize("workers", [1, 3])
async def test_what_is_mended_proves(workers: int) -> None:
    policy = mending(TREE)
    result, lean = await run(policy, TREE, workers=workers)
    assert result.status is Status.PROVED
    assert result.script == "step\nmended"
    told = dict(policy.told)["next"]
    assert [(one.candidate.tactic, one.message) for one in told] == [("bad", "no")]
    assert lean.ran.count(("next", "bad")) == 1


async def test_to_be_asked_again_counts_as_an_expansion() -> None:
    policy = mending(TREE)
    result, _ = await run(policy, TREE)
    assert result.counters.expansions == 2 + len(policy.told)
    for most, told in ((1, 0), (2, 1)):
        result, _ = await run(policy := mending(TREE), TREE, Limit(expansions=most))
        assert result.counters.expansions == most
        assert len(policy.told) == told
        assert result.status is Status.LIMIT


@pytest.mark.parametrize("repairs", [0, 1, 2, 5])
async def test_a_state_is_asked_about_a_bounded_number_of_times(repairs: int) -> None:
    tree: Tree = {"root": {"wrong": "error", "worse": "error"}}
    policy = mending(tree, repairs)
    result, lean = await run(policy, tree)
    assert result.status is Status.EXHAUSTED
    # What the second answer says was run before, so there is nothing new to mend.
    assert [key for key, _ in policy.told] == ["root"] * min(repairs, 2)
    assert len(lean.ran) == len(set(lean.ran))


async def test_the_likeliest_is_told_first_and_each_once() -> None:
    policy = mending({"root": {"first": "error", "second": "error", "third": "error"}}, 2)
    await run(policy, policy.tree)
    assert [[one.candidate.tactic for one in told] for _, told in policy.told] == [
        ["first", "second", "third"],
        ["bad", "mended"],
    ]


async def test_it_is_not_asked_while_something_is_left_or_when_nothing_was_refused() -> None:
    tree: Tree = {
        "root": {"wrong": "error", "step": "a b"},
        "a": {"close": "closed"},
        "b": {f"to{i}": "a" for i in range(3)},
    }
    policy = mending(tree)
    await run(policy, tree)
    assert [key for key, _ in policy.told] == ["root"]


def test_a_policy_that_is_never_asked_again_costs_nothing() -> None:
    repairs = RefusedCandidates(0)
    repairs.note("a", [(Candidate("simp", -1.0), TacticError("no"))])
    assert repairs.take("a") == ()


async def test_what_is_stopped_in_the_middle_waits_again() -> None:
    """A proof is found and refused while the policy is asked again about another state."""
    tree: Tree = {
        "root": {"quick": "q", "slow": "s"},
        "q": {"close": "closed"},
        "s": {"bad": "error", "mended": "closed"},
    }
    policy = mending(tree)
    verifier = ScriptedVerifier(refused={"quick\nclose"})
    result = await result_of(tree, lean=Lean(tree, workers=2), policy=policy, verifier=verifier)
    assert result.status is Status.PROVED
    assert result.script == "slow\nmended"
