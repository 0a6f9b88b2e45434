"""Premises are looked for once for each state, and only what is new is asked about."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from prover.lean.interface import Premise
from prover.policy.policy import Candidate, Question
from prover.search.result import Status
from tests.search.scripted import Lean, Policy, Tree, result_of

TREE: Tree = {"root": {"wrong": "error", "exact h": "closed"}}
FOUND = (Premise("h", "p", 1.0),)


class Knowing(Lean):
    """Finds these premises for every state."""

    found: tuple[Premise, ...] = ()
    searches = 0

    async def premises(self, *_: object) -> tuple[Premise, ...]:
        self.searches += 1
        return self.found


class Listing(Policy):
    """Proposes `exact h` when it is told of `h`."""

    async def propose(self, questions: Sequence[Question], count: int) -> list[list[Candidate]]:
        await super().propose(questions, count)
        return [
            [Candidate("exact h", -0.5)] if question.premises else [Candidate("wrong", -1.0)]
            for question in questions
        ]


@pytest.mark.parametrize(("found", "asked"), [(FOUND, [1, 1]), ((), [1])])
async def test_it_is_asked_again_only_when_some_were_found(
    found: tuple[Premise, ...], asked: list[int]
) -> None:
    lean, policy = Knowing(TREE), Listing(TREE, premises_wanted=3)
    lean.found = found
    result = await result_of(TREE, lean=lean, policy=policy)
    assert result.status is (Status.PROVED if found else Status.EXHAUSTED)
    assert policy.asked == asked
    assert lean.searches == 1


async def test_a_theorem_whose_first_turn_spends_all_candidates_gets_premises() -> None:
    class Few(Listing):
        async def propose(self, questions: Sequence[Question], count: int) -> list[list[Candidate]]:
            if questions[0].premises:
                return await super().propose(questions, count)
            names = [f"no{number}" for number in range(12)]
            return [[Candidate(name, -1.0) for name in names] for _ in questions]

    tree: Tree = {"root": {**{f"no{n}": "error" for n in range(12)}, "exact h": "closed"}}
    lean = Knowing(tree)
    lean.found = FOUND
    result = await result_of(tree, lean=lean, policy=Few(tree, premises_wanted=3))
    assert result.status is Status.PROVED
    assert (result.counters.tactics, lean.searches) == (13, 1)
