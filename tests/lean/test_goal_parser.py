"""Goals out of LeanDojo's text."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from prover.lean import codec
from prover.lean.interface import Binder, Hypothesis
from prover.lean.leandojo.goal_parser import (
    NoState,
    binders,
    goal,
    goals,
    head,
    is_proposition,
    key,
    state,
)

TWO = """case inl
α : Type u_1
inst✝ : Field α
x y : ℝ
p q : Prop
hp : p
f : ℕ → ℕ := fun n ↦ n + 1
h :
  ∀ (a : ℝ),
    0 < a → x ≤ a
⊢ x =
    y ∨ p

case inr
«my name» : ℕ
⊢ «my name» = 0"""


def test_hypotheses_and_target() -> None:
    first, second = goals(TWO)
    assert [(h.name, h.type) for h in first.hypotheses] == [
        ("α", "Type u_1"),
        ("inst✝", "Field α"),
        ("x", "ℝ"),
        ("y", "ℝ"),
        ("p", "Prop"),
        ("q", "Prop"),
        ("hp", "p"),
        ("f", "ℕ → ℕ"),
        ("h", "∀ (a : ℝ),\n  0 < a → x ≤ a"),
    ]
    assert [h.name for h in first.hypotheses if h.is_proposition] == ["hp", "h"]
    assert [h.name for h in first.hypotheses if not h.accessible] == ["inst✝"]
    assert first.hypotheses[7].value == "fun n ↦ n + 1"
    assert first.target == "x =\n  y ∨ p"
    assert first.head == "Or"
    assert [h.name for h in second.hypotheses] == ["«my name»"]
    assert second.target == "«my name» = 0"


def test_a_state_is_told_by_its_text() -> None:
    whole = state("2 goals\n" + TWO, 7)
    assert whole.handle == 7
    assert len(whole.goals) == 2
    assert whole.pretty == TWO
    assert whole.key == state(TWO, 8).key
    assert whole.key != state(TWO.replace("inr", "other"), 9).key


@pytest.mark.parametrize("text", ["", "x : Nat", "no goals", "junk\n⊢ True"])
def test_what_is_no_state(text: str) -> None:
    with pytest.raises(NoState):
        state(text, 0)


def test_a_turnstile_inside_a_hypothesis() -> None:
    """Of LeanDojo's own classes this would break an assertion."""
    found = goal("h : Γ ⊢ φ\n⊢ Γ ⊢ ψ")
    assert (found.hypotheses[0].type, found.target) == ("Γ ⊢ φ", "Γ ⊢ ψ")


def test_a_let_inside_a_type_is_no_value() -> None:
    found = goal("h :\n  have y := 3;\n  y = x\n⊢ True")
    assert (found.hypotheses[0].type, found.hypotheses[0].value) == ("have y := 3;\ny = x", None)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a + b = b + a", "Eq"),
        ("(a = b) ∧ c", "And"),
        ("∀ (x : ℕ), x = x", "∀"),
        ("p → q ↔ r", "Iff"),
        ("p ∧ q →\n  r", "→"),
        ("‖x‖ ≤ 1", "LE.le"),
        ("¬p", "Not"),
        ("∃ x, x = 2 ∧ p", "Exists"),
        ("¬p ∨ q", "Or"),
        ("2 ∣ n", "Dvd.dvd"),
        ("ℕ", "Nat"),
        ("Nat.Prime p", "Nat.Prime"),
        ("Set (ℕ → ℕ)", "Set"),
        ("∑ x ∈ s, f x = 3", ""),
        ("False", "False"),
        ("", ""),
    ],
)
def test_heads(text: str, expected: str) -> None:
    if expected or not text:
        assert head(text) == expected
    else:
        assert head(text) not in ("∀", "Membership.mem")


def test_what_is_a_proposition() -> None:
    assert is_proposition("∀ (x : ℕ), x = x")
    assert is_proposition("a = b → c = d")
    assert is_proposition("P", frozenset({"P"}))
    assert not is_proposition("ℕ → ℕ")
    assert not is_proposition("ℕ")


def test_binders() -> None:
    assert binders("∀ (x y : ℕ) {h : x = y}, y = x") == (
        Binder("x", True, False),
        Binder("y", True, False),
        Binder("h", False, True),
    )
    assert binders("∀ n, n = n") == (Binder("n", True, False),)
    assert binders("∀ n : ℕ, n = n") == (Binder("n", True, False),)
    assert binders("a = b → ∀ (z : ℕ), z = a") == (
        Binder("a", False, True),
        Binder("z", True, False),
    )
    assert binders("a = b") == ()
    assert binders("a ↔ b → c") == ()


NAMES = st.from_regex(r"[a-zαβ_][a-z0-9_']{0,5}✝?", fullmatch=True)
WORDS = st.text(alphabet="abxyℕ→∀(),=+", min_size=1, max_size=12)
TYPES = st.lists(WORDS, min_size=1, max_size=30).map(" ".join)
PLAIN = st.lists(st.text(alphabet="abxyℕ→+", min_size=1, max_size=8), min_size=1).map(" ".join)
LINES = st.lists(TYPES, min_size=1, max_size=3).map("\n  ".join)


def hypothesis(name: str, type_: str, value: str | None) -> Hypothesis:
    return Hypothesis(name=name, type=type_, head="", is_proposition=False, value=value)


HYPOTHESES = st.lists(
    st.one_of(
        st.builds(hypothesis, NAMES, LINES, st.none()),
        st.builds(hypothesis, NAMES, PLAIN, LINES),
    ),
    max_size=6,
)


@settings(max_examples=60)
@given(context=HYPOTHESES, target=LINES, tag=st.sampled_from(["", "case h.inl\n"]))
def test_reads_what_is_printed(context: list[Hypothesis], target: str, tag: str) -> None:
    """What the other way round prints a goal by Lean's rules is read back whole."""
    text = tag + codec.pretty(context, target)
    found = goal(text)
    assert [(h.name, h.type, h.value) for h in found.hypotheses] == [
        (h.name, h.type, h.value) for h in context
    ]
    assert found.target == target
    assert found.pretty == text
    assert found.key == key(text)
