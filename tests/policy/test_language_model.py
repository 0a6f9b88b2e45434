"""What a policy makes of a model's completions."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prover.errors import InputError, SetupError
from prover.lean.interface import Premise
from prover.policy.language_model import REFUSALS, LanguageModelPolicy, weighed
from prover.policy.policy import LEAST, Candidate, Completion, Prompt
from prover.policy.prompts import named
from prover.policy.tactic_parser import Flaw
from tests.policy.scripted import Model, goal, question, refusal

ASKED = question(goal("x = 3", x="ℝ", h="x + 1 = 4"))
LONG = question(goal(" ".join(["x"] * 20_000)))


def said(text: str, probability: float, tokens: int = 2) -> Completion:
    return Completion(text, math.log(probability), tokens)


async def candidates(*completions: Completion, count: int = 100) -> list[Candidate]:
    policy = LanguageModelPolicy(Model(completions), named("reprover"))
    [found] = await policy.propose([ASKED], count)
    return found


async def test_candidates_are_clean_and_the_likeliest_come_first() -> None:
    found = await candidates(
        said("by simp", 0.1), said("\n  linarith\n", 0.5, 3), said("sorry", 0.4)
    )
    assert [(one.tactic, one.tokens, one.policy) for one in found] == [
        ("linarith", 3, "model"),
        ("simp", 2, "model"),
    ]
    assert found[0].logprob == pytest.approx(math.log(0.5))


async def test_what_comes_to_the_same_tactic_is_one_candidate() -> None:
    [found] = await candidates(
        said("simp -- done", 0.1, 9), said("simp", 0.2, 2), said(" simp", 0.05)
    )
    assert found.tactic == "simp"
    assert found.tokens == 2
    assert found.logprob == pytest.approx(math.log(0.35))


async def test_the_same_text_twice_counts_once() -> None:
    [found] = await candidates(said("simp", 0.2), said("simp", 0.2))
    assert found.logprob == pytest.approx(math.log(0.2))


@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf, 3.0])
async def test_a_completion_without_a_probability_is_the_least_likely(bad: float) -> None:
    odd, good = Completion("ring", bad, 0), said("simp", 0.01)
    policy = LanguageModelPolicy(Model([odd, good]), named("reprover"))
    [found] = await policy.propose([ASKED], 10)
    assert [one.tactic for one in found] == ["simp", "ring"]
    assert found[1].logprob == LEAST
    assert found[1].tokens == 1
    assert policy.statistics.without_probability == 1


async def test_rounding_above_one_is_one() -> None:
    [found] = await candidates(Completion("simp", 1e-6, 1))
    assert found.logprob == 0.0


async def test_without_any_probability_the_more_frequent_is_the_likelier() -> None:
    unknown = [Completion(text, math.nan, 1) for text in ("ring", "simp", "by simp", "simp")]
    found = await candidates(*unknown)
    assert [(one.tactic, round(math.exp(one.logprob), 9)) for one in found] == [
        ("simp", 0.75),
        ("ring", 0.25),
    ]


async def test_no_more_than_asked_for() -> None:
    found = await candidates(*(said(f"exact h{number}", 0.01) for number in range(9)), count=4)
    assert len(found) == 4


async def test_all_states_are_asked_about_at_once() -> None:
    model = Model([said("simp", 0.5)])
    policy = LanguageModelPolicy(model, named("bfs-prover"))
    other = question(goal("q"))
    assert [len(found) for found in await policy.propose([ASKED, LONG, other], 5)] == [1, 0, 1]
    [prompts] = model.asked
    assert [prompt.text for prompt in prompts] == ["x : ℝ\nh : x + 1 = 4\n⊢ x = 3:::", "⊢ q:::"]


async def test_states_that_are_too_long_are_counted_and_the_model_left_alone() -> None:
    model = Model([said("simp", 0.5)])
    policy = LanguageModelPolicy(model, named("bfs-prover"))
    assert await policy.propose([LONG, LONG], 5) == [[], []]
    assert await policy.propose([], 5) == []
    assert model.asked == []
    assert policy.statistics.unasked == 2


async def test_a_long_state_is_shortened_to_what_the_completion_leaves_free() -> None:
    model = Model([said("simp", 0.5)], window=22)
    policy = LanguageModelPolicy(model, named("reprover"), completion_tokens=100)
    many = question(goal("x = 3", a="p q", b="r s", x="ℝ"))
    await policy.propose([many], 5)
    [[prompt]] = model.asked
    assert prompt.text == "[GOAL]\n-- 3 hypotheses left out\n⊢ x = 3\n[PROOFSTEP]\n"
    assert policy.statistics.shortened == 1
    assert policy.statistics.hypotheses_left_out == 3


async def test_premises_are_listed_where_they_are_wanted() -> None:
    premises = [Premise(name, "p", 1.0) for name in ("first", "second", "third")]
    model = Model([said("simp", 0.5)])
    asked = question(goal("p"), premises=premises)
    policy = LanguageModelPolicy(model, named("llemma"), premises=2)
    assert policy.premises_wanted == 2
    await policy.propose([asked], 5)
    await LanguageModelPolicy(model, named("llemma")).propose([asked], 5)
    [[some], [none]] = model.asked
    assert "second : p\nfirst : p\n---\nTactic state:" in some.own
    assert "third" not in some.own
    assert none.own.startswith("Tactic state:")


async def test_it_is_told_what_lean_said_of_its_likeliest_tactics() -> None:
    model = Model([said("simp", 0.5)])
    policy = LanguageModelPolicy(model, named("bfs-prover"), repairs=2)
    assert policy.repairs == 2
    others = [refusal("omega", policy="builtin: closer")]
    own = [refusal(f"exact h{number}") for number in range(9)]
    asked = question(goal("p"), refused=[*others, *own])
    assert [one.tactic for one in (await policy.propose([asked], 5))[0]] == ["simp"]
    [[prompt]] = model.asked
    lines = [f"-- `exact h{number}` fails: no" for number in range(REFUSALS)]
    assert prompt.text == "\n".join([*lines, "⊢ p:::"])
    assert policy.statistics.repairs == policy.statistics.prompts == 1


async def test_where_nothing_of_its_own_was_refused_it_has_nothing_to_add() -> None:
    model = Model([said("simp", 0.5)])
    policy = LanguageModelPolicy(model, named("bfs-prover"), repairs=1)
    asked = question(goal("p"), refused=[refusal("omega", policy="builtin")])
    other = question(goal("q"))
    assert [len(found) for found in await policy.propose([asked, other], 5)] == [0, 1]
    [prompts] = model.asked
    assert [prompt.text for prompt in prompts] == ["⊢ q:::"]
    assert policy.statistics.unasked == 0


def test_a_template_without_premises_is_given_none() -> None:
    with pytest.raises(InputError, match="takes no premises") as caught:
        LanguageModelPolicy(Model(), named("bfs-prover"), premises=3)
    assert "`llemma`" in caught.value.hint


def test_a_window_that_the_examples_fill_is_refused() -> None:
    with pytest.raises(InputError, match="300 tokens that model has"):
        LanguageModelPolicy(Model(window=300), named("llemma"))


async def test_what_was_not_used_is_counted() -> None:
    completions = [
        *(said("simp", 0.1), said("simp", 0.1), said("by simp", 0.1), said("ring", 0.1)),
        *(said("sorry", 0.1), said("admit", 0.1), said("exact?", 0.1), said("", 0.1)),
    ]
    policy = LanguageModelPolicy(Model(completions), named("reprover"))
    for _ in range(2):
        await policy.propose([ASKED], 10)
    statistics = policy.statistics
    assert statistics.prompts == 2
    assert statistics.completions == 16
    assert statistics.duplicates == 4
    assert statistics.flaws == {Flaw.GIVES_UP: 4, Flaw.SUGGESTS: 2, Flaw.EMPTY: 2}
    assert statistics.shortened == statistics.without_probability == 0


async def test_a_model_that_answers_less_than_it_is_asked() -> None:
    policy = LanguageModelPolicy(Model(mute=True), named("reprover"))
    assert await policy.propose([ASKED, ASKED], 5) == [[], []]


async def test_a_model_that_cannot_be_had_is_said() -> None:
    away = Model(problem=SetupError("no server", "Start one."))
    with pytest.raises(SetupError, match="no server"):
        await LanguageModelPolicy(away, named("reprover")).propose([ASKED], 5)


def test_the_whole_prompt_is_what_is_shared_and_what_is_not() -> None:
    assert Prompt("shared ", "own").text == "shared own"


TEXTS = st.sampled_from(["simp", " simp", "by simp", "simp -- x", "ring", "\nring", "omega"])


@given(st.dictionaries(TEXTS, st.floats(-50, 0), min_size=1))
async def test_merging_keeps_the_probability(texts: dict[str, float]) -> None:
    completions = [Completion(text, logprob, 1) for text, logprob in texts.items()]
    found = await candidates(*completions)
    for tactic in ("simp", "ring", "omega"):
        whole = math.fsum(math.exp(texts[text]) for text in texts if tactic in text)
        given = math.fsum(math.exp(one.logprob) for one in found if one.tactic == tactic)
        assert given == pytest.approx(min(1.0, whole), rel=1e-9)


@given(st.lists(st.builds(Completion, st.text(), st.floats(), st.integers())))
async def test_nothing_that_a_model_says_is_an_error(completions: list[Completion]) -> None:
    found = await candidates(*completions)
    assert all(LEAST <= one.logprob <= 0 and one.tokens >= 1 for one in found)
    assert [one.logprob for one in found] == sorted((one.logprob for one in found), reverse=True)
    assert len({one.tactic for one in found}) == len(found)
    assert len({one.text for one in weighed(completions)}) == len(weighed(completions))
