"""What is left of a completion, and what is refused."""

from __future__ import annotations

import time

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from prover.policy.tactic_parser import LONGEST, Flaw, parse_tactic


@pytest.mark.parametrize(
    ("completion", "tactic"),
    [
        ("\n  linarith [h₁, h₂]\n", "linarith [h₁, h₂]"),
        ("norm_num\n\nThis closes the goal.", "norm_num"),
        ("by norm_num", "norm_num"),
        (":= by\n  norm_num", "norm_num"),
        ("by by simp", "simp"),
        ("by_contra h", "by_contra h"),
        ("bypass", "bypass"),
        ("· norm_num", "norm_num"),
        ("- norm_num", "norm_num"),
        ("exact absurd h (by simp)", "exact absurd h (by simp)"),
        ("simp<|im_end|>\n<|im_start|>user\nGOAL", "simp"),
        ("<|im_start|>assistant\nsimp", "simp"),
        ("<s> omega</s>", "omega"),
        ("omega<｜end▁of▁sentence｜>", "omega"),
        ("exact f <| g x", "exact f <| g x"),
        ("refine ⟨_, h ▸ ?_⟩ <;> simp <|> omega", "refine ⟨_, h ▸ ?_⟩ <;> simp <|> omega"),
        ("rw [<a>Nat.add_comm</a>]", "rw [Nat.add_comm]"),
        ("<think>\nMaybe `ring`?\n\nNo.</think>\n```lean\nsimp\n```", "simp"),
        ("simp\x00 [h]\x07", "simp [h]"),
        ("simp\u00a0[h]", "simp [h]"),
        ("\tsimp", "simp"),
        ("simp\r\n", "simp"),
        ("simp\ud800", "simp"),
        ('exact ⟨"a -- b", h⟩ -- the string stays', 'exact ⟨"a -- b", h⟩'),
        ("-- first we simplify\n\nsimp -- done", "simp"),
        ("/- a note\n\n-/ simp /- sorry -/", "simp"),
    ],
)
def test_takes_wrappings_off(completion: str, tactic: str) -> None:
    assert parse_tactic(completion) == tactic


@pytest.mark.parametrize(
    ("completion", "tactic"),
    [
        ("```lean\nsimp\n```", "simp"),
        ("```lean4\nsimp", "simp"),
        ("```norm_num```", "norm_num"),
        ("`norm_num`", "norm_num"),
        ("The next step:\n```lean\nsimp\n```\nbecause it is", "simp"),
        ("The next step:\n```\nsimp\n```", "simp"),
        ("simp\n```\nThat was it.", "simp"),
        ("exact Nat.le_of_lt `x", "exact Nat.le_of_lt `x"),
    ],
)
def test_takes_the_code_out_of_markdown(completion: str, tactic: str) -> None:
    assert parse_tactic(completion) == tactic


@pytest.mark.parametrize(
    ("completion", "tactic"),
    [
        (
            "\n    cases n with\n    | zero => simp\n    | succ m =>\n      simp\n      rw [h]",
            "cases n with\n| zero => simp\n| succ m =>\n  simp\n  rw [h]",
        ),
        (
            "have h : a = b := by\n  rw [h₁]\n  simp",
            "have h : a = b := by\n  rw [h₁]\n  simp",
        ),
        ("by\n    intro x\n    cases x", "intro x\ncases x"),
        ("by intro x\n   cases x", "intro x\ncases x"),
        ("· intro x\n  cases x", "intro x\ncases x"),
        ("· intro x\n  · simp\n  · omega", "intro x\n· simp\n· omega"),
        ("· simp\n· omega", "· simp\n· omega"),
        ("intro x\n-- now\ncases x", "intro x\ncases x"),
    ],
)
def test_keeps_relative_indentation(completion: str, tactic: str) -> None:
    assert parse_tactic(completion) == tactic


def test_takes_off_what_the_model_repeats() -> None:
    assert parse_tactic("PROOFSTEP simp", ["PROOFSTEP"]) == "simp"
    assert parse_tactic(" Next tactic:\n```lean\nsimp\n```", ["Next tactic:"]) == "simp"
    assert parse_tactic("PROOFSTEP simp") == "PROOFSTEP simp"


@pytest.mark.parametrize(
    ("completion", "flaw"),
    [
        ("", Flaw.EMPTY),
        (" \n\n", Flaw.EMPTY),
        ("-- I don't know", Flaw.EMPTY),
        ("by", Flaw.EMPTY),
        ("·", Flaw.EMPTY),
        ("```lean\n```", Flaw.EMPTY),
        ("<think>endless", Flaw.EMPTY),
        ("<|im_end|>simp", Flaw.EMPTY),
        ("simp" * LONGEST, Flaw.TOO_LONG),
        ("sorry", Flaw.GIVES_UP),
        ("have h : a = b := by sorry", Flaw.GIVES_UP),
        ("exact (sorry)", Flaw.GIVES_UP),
        ("admit", Flaw.GIVES_UP),
        ("exact sorryAx _ false", Flaw.GIVES_UP),
        ("simp\nstop\nring", Flaw.GIVES_UP),
        ("native_decide", Flaw.TRUSTS_COMPILER),
        ("decide +native", Flaw.TRUSTS_COMPILER),
        ("exact?", Flaw.SUGGESTS),
        ("intro x; apply?", Flaw.SUGGESTS),
        ("rw?", Flaw.SUGGESTS),
        ("simp? [h]", Flaw.SUGGESTS),
        ("simp_all?", Flaw.SUGGESTS),
        ("all_goals (aesop?)", Flaw.SUGGESTS),
        ("hint", Flaw.SUGGESTS),
        ("show_term simp", Flaw.SUGGESTS),
    ],
)
def test_refuses(completion: str, flaw: Flaw) -> None:
    assert parse_tactic(completion) is flaw


@pytest.mark.parametrize(
    "tactic",
    [
        "exact h.sorry'",
        "simp [admitted]",
        "exact hint",
        "rcases h with hint | stop",
        "refine ⟨?_, ?x⟩",
        "simp [List.getLast?, xs[0]?]",
        "exact h.apply?",
        "unfold my_native_decide'",
        "decide",
        "nlinarith [sq_nonneg (a - b), sq_nonneg (a - c)]",
        "linarith [mul_pos ha hb, abs_le.1 (le_of_lt hc)]",
        "calc a = b := h\n  _ = c := g",
        "simp ; ring",
    ],
)
def test_leaves_tactics_alone(tactic: str) -> None:
    assert parse_tactic(tactic) == tactic


PIECES = st.sampled_from(
    [
        *"abc·`\"'-/<>|: \n\t\0",
        *("by", " by ", "simp", "--", "/-", "-/", "```", "```lean\n", "\n\n", "  ", "</a>", "<a>"),
        *("<think>", "</think>", "<|im_end|>", "<s>", ":=", "· ", "sorry", "exact?", "X:", "\n  "),
    ]
)


@given(st.one_of(st.text(), st.lists(PIECES, max_size=30).map("".join)))
@example("`by `simp``")
@example("-/- x -/- y")
@example("<thi<a>nk>simp")
def test_never_raises_and_has_nothing_to_do_twice(completion: str) -> None:
    tactic = parse_tactic(completion, ["X:"])
    if not isinstance(tactic, Flaw):
        assert tactic == tactic.strip()
        assert 0 < len(tactic) <= LONGEST
        assert "\0" not in tactic
        assert not any(line.isspace() or not line for line in tactic.split("\n"))
        tactic.encode()
        assert parse_tactic(tactic, ["X:"]) == tactic


@pytest.mark.parametrize(
    "piece", ["by ", "· ", '"\\', "/- -/", "`", "<s>", "-- \n", "   ", "```", " x" * 9]
)
def test_hostile_lengths_take_no_time(piece: str) -> None:
    began = time.process_time()
    parse_tactic(piece * 1_000_000)
    assert time.process_time() - began < 2
