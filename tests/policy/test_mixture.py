"""Several policies as one."""

from __future__ import annotations

import asyncio
import logging
import math
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prover.errors import InputError, ProverError, SetupError
from prover.lean.interface import Premise
from prover.policy.builtin.builtin_policy import BuiltinPolicy
from prover.policy.language_model import LanguageModelPolicy
from prover.policy.mixture import Member, MixturePolicy, mixed
from prover.policy.policy import Candidate, Completion, Question
from prover.policy.prompts import named
from tests.policy.scripted import Model, goal, question, refusal

ASKED = question(goal("p"))


def candidate(tactic: str, probability: float, tokens: int = 1, policy: str = "") -> Candidate:
    return Candidate(tactic, math.log(probability), tokens, policy)


class Fixed:
    """A policy that proposes the same for every state, or fails."""

    def __init__(
        self, name: str, *candidates: Candidate, problem: Exception | None = None, premises: int = 0
    ) -> None:
        self.name = name
        self.premises_wanted = premises
        self.problem = problem
        self.counts: list[int] = []
        self._candidates = candidates

    async def propose(self, questions: Sequence[Question], count: int) -> list[list[Candidate]]:
        self.counts.append(count)
        if self.problem:
            raise self.problem
        return [list(self._candidates[:count]) for _ in questions]


def probabilities(candidates: Sequence[Candidate]) -> dict[str, float]:
    return {one.tactic: round(math.exp(one.logprob), 9) for one in candidates}


async def propose(*members: Member, count: int = 100) -> list[Candidate]:
    [found] = await MixturePolicy(members).propose([ASKED], count)
    return found


async def test_a_tactic_of_several_has_their_probabilities_together() -> None:
    one = Fixed("one", candidate("simp", 0.4, 3, "one"), candidate("ring", 0.2, 2, "one"))
    other = Fixed("other", candidate("simp", 0.9, 1, "other"))
    found = await propose(Member(one, 3), Member(other, 1))
    assert probabilities(found) == {"simp": 0.525, "ring": 0.15}
    assert (found[0].tokens, found[0].policy) == (3, "one")


async def test_scores_that_are_no_probabilities_are_scaled_down() -> None:
    loud = Fixed("loud", candidate("simp", 1.0), candidate("ring", 1.0))
    quiet = Fixed("quiet", candidate("omega", 0.5))
    assert probabilities(await propose(Member(loud), Member(quiet))) == {
        "simp": 0.25,
        "ring": 0.25,
        "omega": 0.25,
    }


async def test_each_is_asked_for_its_share() -> None:
    large, small = Fixed("large"), Fixed("small")
    await MixturePolicy([Member(large, 3), Member(small, 1)]).propose([ASKED], 10)
    assert (large.counts, small.counts) == ([8], [3])


async def test_no_more_than_asked_for() -> None:
    many = [candidate(f"exact h{number}", 0.01) for number in range(9)]
    other = [candidate(f"apply h{number}", 0.01) for number in range(9)]
    found = await propose(Member(Fixed("a", *many)), Member(Fixed("b", *other)), count=5)
    assert len(found) == 5


async def test_a_member_without_candidates_has_no_say() -> None:
    found = await propose(Member(Fixed("one", candidate("simp", 0.5))), Member(Fixed("mute"), 9))
    assert probabilities(found) == {"simp": 0.5}
    assert await propose(Member(Fixed("mute"))) == []


async def test_a_failure_is_logged_once_and_the_others_go_on(
    caplog: pytest.LogCaptureFixture,
) -> None:
    away = Fixed("away", problem=SetupError("no server", "Start one"))
    mixture = MixturePolicy([Member(away), Member(Fixed("here", candidate("simp", 0.5)))])
    with caplog.at_level(logging.WARNING, "prover"):
        for _ in range(3):
            [found] = await mixture.propose([ASKED], 10)
            assert probabilities(found) == {"simp": 0.5}
    assert [record.getMessage() for record in caplog.records] == [
        "away proposes nothing: No server. Start one."
    ]
    assert len(away.counts) == 3


async def test_when_all_fail_the_first_says_why() -> None:
    problems: list[ProverError] = [SetupError("no server"), InputError("no model")]
    members = [Member(Fixed("x", problem=problem)) for problem in problems]
    with pytest.raises(SetupError, match="no server"):
        await MixturePolicy(members).propose([ASKED], 10)


async def test_a_mistake_in_a_member_is_not_hidden() -> None:
    wrong = Fixed("wrong", problem=ValueError("mistake"))
    with pytest.raises(ExceptionGroup) as caught:
        await MixturePolicy([Member(wrong), Member(Fixed("fine"))]).propose([ASKED], 10)
    assert caught.group_contains(ValueError, match="mistake")


async def test_all_are_asked_at_the_same_time() -> None:
    meeting = asyncio.Barrier(2)

    class Waiting(Fixed):
        async def propose(self, questions: Sequence[Question], count: int) -> list[list[Candidate]]:
            async with asyncio.timeout(5):
                await meeting.wait()
            return await super().propose(questions, count)

    found = await propose(
        Member(Waiting("a", candidate("simp", 0.5))), Member(Waiting("b", candidate("ring", 0.5)))
    )
    assert len(found) == 2


async def test_a_language_model_with_the_built_in_policy() -> None:
    model = Model([Completion("by exact magic", math.log(0.5), 4)])
    policy = LanguageModelPolicy(model, named("bfs-prover"))
    mixture = MixturePolicy([Member(policy), Member(BuiltinPolicy())])
    assert mixture.name == "model + builtin"
    assert mixture.premises_wanted == BuiltinPolicy.premises_wanted
    [found] = await mixture.propose([question(goal("p ∧ q"))], 50)
    assert found[0].tactic == "exact magic"
    assert {one.policy.partition(":")[0] for one in found} == {"model", "builtin"}
    assert math.fsum(math.exp(one.logprob) for one in found) <= 1


async def test_only_those_that_want_premises_are_asked_again_with_them() -> None:
    """A language model that lists none would read the same prompt twice."""
    model = Fixed("model", candidate("ring", 0.5))
    finder = Fixed("finder", candidate("simp", 0.5), premises=9)
    mixture = MixturePolicy([Member(model, 3), Member(finder)])
    first, again = ASKED, question(goal("p"), premises=[Premise("h", "p", 1.0)])
    both, [only] = await mixture.propose([first, again], 8)
    assert probabilities(both) == {"ring": 0.375, "simp": 0.125}
    # The model has had its say, so what is found now is worth no more than before.
    assert probabilities([only]) == {"simp": 0.125}
    assert await mixture.propose([again], 8) == [[only]]
    assert model.counts == [6]


async def test_only_those_that_repair_are_told_what_was_refused() -> None:
    model = Model([Completion("exact magic", math.log(0.5), 4)])
    mends = LanguageModelPolicy(model, named("bfs-prover"), repairs=3)
    repeats = LanguageModelPolicy(Model(name="other"), named("bfs-prover"))
    fixed = Fixed("fixed", candidate("simp", 0.5))
    mixture = MixturePolicy([Member(fixed), Member(mends), Member(repeats)])
    assert mixture.repairs == 3
    again = question(goal("p"), refused=[refusal("exact magic")])
    mended, first = await mixture.propose([again, ASKED], 50)
    assert probabilities(mended) == {"exact magic": round(0.5 / 3, 9)}
    assert {one.tactic for one in first} == {"simp", "exact magic"}
    assert await mixture.propose([again], 50)
    assert fixed.counts == [17]
    assert MixturePolicy([Member(fixed)]).repairs == 0


def test_it_wants_the_premises_of_the_one_that_wants_most() -> None:
    members = [Member(Fixed("few", premises=3)), Member(Fixed("many", premises=40))]
    assert MixturePolicy(members).premises_wanted == 40


@pytest.mark.parametrize("share", [0, -1, math.nan, math.inf])
def test_shares_that_cannot_be(share: float) -> None:
    with pytest.raises(InputError, match="the share of x"):
        MixturePolicy([Member(Fixed("x"), share)])


def test_a_mixture_of_nothing() -> None:
    with pytest.raises(InputError, match="no policies"):
        MixturePolicy([])


TACTICS = st.sampled_from(["simp", "ring", "omega", "linarith", "norm_num"])
VOICE = st.tuples(
    st.floats(0.01, 100),
    st.dictionaries(TACTICS, st.floats(-30, 0)).map(
        lambda found: [Candidate(tactic, logprob) for tactic, logprob in found.items()]
    ),
)


@given(st.lists(VOICE, min_size=1, max_size=4))
def test_mixing_keeps_the_probability(voices: list[tuple[float, list[Candidate]]]) -> None:
    found = mixed(voices)
    speaking = [(share, said) for share, said in voices if said]
    total = math.fsum(share for share, _ in speaking)
    expected = math.fsum(
        share / total * min(1.0, math.fsum(math.exp(one.logprob) for one in said))
        for share, said in speaking
    )
    assert math.fsum(math.exp(one.logprob) for one in found) == pytest.approx(expected)
    assert len({one.tactic for one in found}) == len(found)
    assert all(one.logprob <= 0 for one in found)
    assert [one.logprob for one in found] == sorted((one.logprob for one in found), reverse=True)


def test_a_mixture_of_one_is_that_one() -> None:
    said = [candidate("simp", 0.5, 3, "x"), candidate("ring", 0.25, 2, "x")]
    assert mixed([(7.0, said)]) == said


def test_what_is_no_probability_is_the_least() -> None:
    odd = [Candidate("simp", math.nan), Candidate("ring", -1.0)]
    assert [one.tactic for one in mixed([(1.0, odd)])] == ["ring", "simp"]
