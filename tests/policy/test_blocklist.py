"""A policy without the theorems that are not to be used."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from prover.lean.interface import Premise
from prover.policy.blocklist import LOSS, exclude_theorems, naming, reluctant
from prover.policy.builtin.builtin_policy import BuiltinPolicy
from prover.policy.policy import Candidate, ModelPolicy, Policy, Question
from tests.search.scripted import Policy as Scripted
from tests.search.scripted import state


class Model:
    """Proposes to use what it is given, and asks to be asked again."""

    name = "model"
    premises_wanted = 2
    repairs = 3

    async def propose(self, questions: Sequence[Question], count: int) -> list[list[Candidate]]:
        """One tactic for each premise."""
        return [
            [Candidate(f"exact {premise.name}", -1.0) for premise in question.premises][:count]
            for question in questions
        ]


@pytest.mark.parametrize(
    "tactic",
    [
        "exact Demo.foo",
        "exact _root_.Demo.foo",
        "rw [foo]",
        "simp only [a, ← foo]",
        "exact (Demo.foo h).symm",
        "exact Demo.foo.mp h",
        "exact @foo _ _",
        "exact «a b».foo",
    ],
)
def test_a_theorem_is_named_in_any_of_its_ways(tactic: str) -> None:
    name = "«a b».foo" if "«" in tactic else "Demo.foo"
    assert naming([name])(tactic) == [name]


@pytest.mark.parametrize(
    "tactic",
    ["exact Demo.foobar", "exact food", "exact Other.foo", "exact foo'", "simp", "intro x"],
)
def test_what_is_called_otherwise_is_not_it(tactic: str) -> None:
    assert not naming(["Demo.foo"])(tactic)


async def test_tactics_and_premises_with_a_name_to_avoid_are_left_out() -> None:
    premises = (Premise("Demo.foo", "p", 2.0), Premise("Demo.bar", "p", 1.0))
    [proposed] = await exclude_theorems(Model(), ["Demo.foo"]).propose(
        [Question(state("g"), premises)], 9
    )
    assert [candidate.tactic for candidate in proposed] == ["exact Demo.bar"]
    tree = {"g": {"exact foo": "closed", "exact bar": "closed"}}
    [scripted] = await exclude_theorems(Scripted(tree), ["Demo.foo"]).propose(
        [Question(state("g"))], 9
    )
    assert [candidate.tactic for candidate in scripted] == ["exact bar"]


def test_a_model_stays_one_and_nothing_to_avoid_changes_nothing() -> None:
    model: Policy = Model()
    avoided = exclude_theorems(model, ["foo"])
    assert isinstance(avoided, ModelPolicy)
    assert (avoided.repairs, avoided.premises_wanted, avoided.name) == (3, 2, "model")
    assert not isinstance(exclude_theorems(BuiltinPolicy(), ["foo"]), ModelPolicy)
    assert exclude_theorems(model, []) is model


async def test_tactics_and_premises_that_are_used_last() -> None:
    premises = (Premise("Demo.foo", "p", 2.0), Premise("Demo.bar", "p", 1.0))
    last = reluctant(Model(), ["Demo.foo"])
    [proposed] = await last.propose([Question(state("g"), premises)], 9)
    assert [(one.tactic, one.logprob) for one in proposed] == [
        ("exact Demo.bar", -1.0),
        ("exact Demo.foo", -1.0 - LOSS),
    ]
    assert isinstance(last, ModelPolicy)
    assert reluctant(Scripted({}), ["foo"]).name == Scripted({}).name
