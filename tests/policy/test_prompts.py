"""Templates and the prompts made of them."""

from __future__ import annotations

import math
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prover.errors import InputError
from prover.lean.interface import Premise
from prover.policy.prompts import (
    LINE,
    Template,
    default_for,
    distances,
    droppable_hypotheses,
    named,
    prompted,
    templates,
    without,
)
from prover.policy.tactic_parser import parse_tactic
from tests.policy.scripted import goal, question, refusal

SUM = goal("x = 3", x="ℝ", h="x + 1 = 4")
PREMISES = (Premise("best", "A", 2.0), Premise("good", "B", 1.0))


def anything(_: str) -> bool:
    return True


def text(template: str, **kwargs: object) -> str:
    made = prompted(named(template), question(SUM, **kwargs), anything)  # type: ignore[arg-type]
    assert made is not None
    assert made.left_out == 0
    return made.prompt.text


def test_llemma_is_asked_as_its_authors_do() -> None:
    shown = text("llemma")
    blocks = shown.split("\n\n")
    lines = blocks[0].split("\n")
    assert lines == [
        "Given the Lean 4 tactic state, suggest a next tactic.",
        "Here are some examples:",
    ]
    for block in blocks[1:-1]:
        assert block.startswith("Tactic state:\n---\n")
        assert "\n---\nNext tactic:\n---\n" in block
        assert block.endswith("\n---")
    state = "x : ℝ\nh : x + 1 = 4\n⊢ x = 3"
    assert blocks[-1] == f"Tactic state:\n---\n{state}\n---\nNext tactic:\n---"
    assert named("llemma").stop == ("---",)


@pytest.mark.parametrize(
    ("template", "prompt"),
    [
        ("reprover", "[GOAL]\n{}\n[PROOFSTEP]\n"),
        ("reprover-byt5", "{}"),
        ("llmstep", "[GOAL]{}[PROOFSTEP]"),
        ("bfs-prover", "{}:::"),
        (
            "internlm2-step-prover",
            "<|im_start|>user\nDECL goal\nGOAL {}\n<|im_end|>\n<|im_start|>assistant\n",
        ),
        (
            "internlm2.5-step-prover",
            "<|im_start|>user\n---\nNAME: goal\n\n---\nPROOF_BEFORE: intro x\nintro h\n\n"
            "---\nSTATE_BEFORE: {}\n\n---\nTACTIC: <|im_end|>\n<|im_start|>assistant\n",
        ),
    ],
)
def test_other_models_are_asked_as_their_authors_do(template: str, prompt: str) -> None:
    shown = text(
        template, path=("intro x", "intro h"), premises=() if "byt5" in template else PREMISES
    )
    assert shown == prompt.format("x : ℝ\nh : x + 1 = 4\n⊢ x = 3")


def test_premises_come_before_the_state_the_best_next_to_it() -> None:
    shown = text("reprover-byt5", premises=PREMISES)
    assert shown.startswith("theorem <a>good</a> : B\n\ntheorem <a>best</a> : A\n\nx : ℝ")
    shown = text("instruct", premises=PREMISES)
    assert "```lean\ntheorem good : B\ntheorem best : A\n```\nState:" in shown
    assert text("instruct") not in shown
    assert "help" not in text("instruct")


def test_all_of_a_template_but_the_state_is_shared() -> None:
    for template in templates().values():
        one = prompted(template, question(SUM), anything)
        other = prompted(template, question(goal("p ∧ q")), anything)
        assert one is not None
        assert other is not None
        assert one.prompt.shared == other.prompt.shared
        # Read separately, the two parts are the same tokens as together if a line ends between.
        assert one.prompt.shared == "" or one.prompt.shared.endswith("\n")
        assert "p ∧ q" in other.prompt.own


def test_braces_in_a_state_mean_nothing() -> None:
    made = prompted(named("bfs-prover"), question(goal("{x | x = {path}} = {state}")), anything)
    assert made is not None
    assert made.prompt.text == "⊢ {x | x = {path}} = {state}:::"


def test_shots_are_tactics_that_would_be_tried() -> None:
    _, *shots, _ = text("llemma").split("\n\n")
    assert 3 <= len(shots) <= 5
    for shot in shots:
        _, state, _, tactic, end = shot.split("---")
        assert "\n⊢ " in state
        assert parse_tactic(tactic) == tactic.strip()
        assert end == ""


@pytest.mark.parametrize(
    ("model", "template"),
    [
        ("EleutherAI/llemma_7b", "llemma"),
        ("bytedance-research/BFS-Prover", "bfs-prover"),
        ("ByteDance-Seed/BFS-Prover-V2-7B", "bfs-prover"),
        ("internlm/internlm2-step-prover", "internlm2-step-prover"),
        ("internlm/internlm2_5-step-prover", "internlm2.5-step-prover"),
        ("kaiyuy/leandojo-lean4-tacgen-byt5-small", "reprover-byt5"),
        ("wellecks/llmstep-mathlib4-pythia2.8b", "llmstep"),
        ("Qwen/Qwen2.5-7B-Instruct", "instruct"),
        ("google/gemma-2-9b-it", "instruct"),
        ("deepseek-ai/deepseek-math-7b-base", "llemma"),
    ],
)
def test_models_get_the_template_that_they_know(model: str, template: str) -> None:
    assert default_for(model).name == template


def test_models_that_chat_are_given_instructions() -> None:
    assert default_for("anything", chat=True).name == "instruct"
    assert default_for("anything").name == "llemma"
    assert default_for("EleutherAI/llemma_7b", chat=True).name == "llemma"


def test_an_unknown_template_is_told_its_neighbour() -> None:
    with pytest.raises(InputError) as caught:
        named("lemma")
    assert "`lemma`" in caught.value.message
    assert "`llemma`" in caught.value.hint


def test_the_distance_counts_mentions() -> None:
    state = goal("f x = 0", α="Type", y="α", z="α", x="α", f="α → ℕ", h="y = x", g="z = z")
    assert distances(state) == [2, 3, 3, 1, 1, 2, 4]
    assert distances(goal("False", h="p", k="q"))[0] == math.inf


def test_the_farthest_goes_first_then_the_oldest_of_the_last_goal() -> None:
    near = goal("x = 1", a="p", x="ℕ", b="q")
    other = goal("True", c="r")
    assert droppable_hypotheses(question(near, other).state) == [(1, 0), (0, 0), (0, 2), (0, 1)]


def test_what_is_left_out_is_told() -> None:
    state = question(SUM).state
    assert without(state, set()) == state.pretty
    assert without(state, {(0, 1)}) == "-- 1 hypothesis left out\nx : ℝ\n⊢ x = 3"
    assert without(state, {(0, 0), (0, 1)}) == "-- 2 hypotheses left out\n⊢ x = 3"


BARE = Template("bare", "{premises}{path} {state}", premise="{name} ")
FULL = question(
    goal("x = 3", a="p", b="q", x="ℝ", h="x + 1 = 4"),
    premises=PREMISES,
    path=("first", "second"),
)
THINGS = ["good", "best", "first", "second", "a :", "b :", "h :", "x :"]
"""What can be left out, in that order."""


def within(words: int) -> Callable[[str], bool]:
    return lambda prompt: len(prompt.split()) <= words


@pytest.mark.parametrize(
    ("words", "gone"), [(24, 0), (23, 1), (22, 2), (21, 3), (20, 4), (19, 6), (18, 7), (9, 8)]
)
def test_premises_go_first_then_the_path_then_hypotheses(words: int, gone: int) -> None:
    made = prompted(BARE, FULL, within(words))
    assert made is not None
    assert [thing for thing in THINGS if thing in made.prompt.text] == THINGS[gone:]
    assert made.left_out == max(0, gone - 4)
    assert (f"-- {made.left_out} hypo" in made.prompt.text) == (gone > 4)


def test_a_target_that_is_too_long_gets_no_prompt() -> None:
    assert prompted(BARE, FULL, within(8)) is None


@given(
    st.lists(st.text("xyzh +", min_size=1), max_size=6),
    st.integers(0, 40),
    st.integers(0, 3),
    st.integers(0, 3),
)
def test_a_prompt_fits_or_there_is_none(
    types: list[str], words: int, premises: int, steps: int
) -> None:
    asked = question(
        goal("x = y", **{f"h{number}": type_ for number, type_ in enumerate(types)}),
        premises=[Premise(f"p{number}", "A", 0.0) for number in range(premises)],
        path=["step"] * steps,
    )
    made = prompted(BARE, asked, within(words))
    least = prompted(BARE, question(goal("x = y")), anything)
    assert least is not None
    if made is None:
        left_out = f"-- {len(types)} hypotheses left out" if types else ""
        assert not within(words)(f"{left_out} {least.prompt.text}")
    else:
        assert within(words)(made.prompt.text)
        assert sum(f"h{number} " in made.prompt.text for number in range(len(types))) == (
            len(types) - made.left_out
        )


REFUSED = (refusal("simp", "no progress"), refusal("rw [h]\nring", "error:\n  bad\n  worse"))


@pytest.mark.parametrize("template", sorted(templates()))
def test_what_lean_refused_is_told_in_every_template(template: str) -> None:
    shown, plain = text(template, refused=REFUSED), text(template)
    for part in ("`simp`", "no progress", "`rw [h] ring`", "error: bad worse"):
        assert part in shown
        assert part not in plain
    if "{refusals}" not in named(template).state:
        comments = "-- `simp` fails: no progress\n-- `rw [h] ring` fails: error: bad worse\n"
        assert shown == plain.replace(SUM.pretty, comments + SUM.pretty)


def test_a_model_that_follows_instructions_is_told_behind_the_state() -> None:
    state, _, after = text("instruct", refused=REFUSED).rpartition("```\n")
    assert state.endswith("⊢ x = 3\n")
    assert after.split("\n")[:3] == [
        "Lean refused these tactics. Mend one of them, or try something else:",
        "- `simp`: no progress",
        "- `rw [h] ring`: error: bad worse",
    ]
    assert after.endswith("\nNext tactic:\n")


def test_what_is_told_of_a_refusal_is_short() -> None:
    shown = text("bfs-prover", refused=[refusal("x" * 999, "y" * 999)])
    assert len(shown) < 2 * LINE + 100
    assert "…" in shown


def test_refusals_are_left_out_before_hypotheses() -> None:
    asked = question(SUM, refused=REFUSED)
    for words, told in ((100, 2), (20, 1), (15, 0)):

        def fits(text: str, most: int = words) -> bool:
            return len(text.split()) <= most

        made = prompted(named("bfs-prover"), asked, fits)
        assert made is not None
        assert made.left_out == 0
        assert made.prompt.own.count("fails") == told
