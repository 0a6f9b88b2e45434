"""How scripts are laid out where Lean was asked and where it was not. No Lean needed."""

from __future__ import annotations

import pytest

from prover.script_layout import Gap, Slot, lay_out_script, swallows
from prover.theorem import Theorem

TWO = "constructor\n· exact hp\n· exact hq"
LONG = "exact " + " ".join(["long"] * 17)


def laid(text: str, script: str, slot: Slot | None = None, *, is_term: bool = False) -> str:
    """The text with the script in place of its `sorry`."""
    before, _, after = text.partition("sorry")
    return Theorem("t", "", before, "sorry", after, is_term, slot=slot).filled(script).declaration


OWN_LINE = Slot(block=2, base=0, alone=True)
BEHIND_BY = Slot(block=16, base=2, alone=True)
ANY = Slot(base=2, bare=True, any_term=True)


@pytest.mark.parametrize(
    ("text", "slot", "script", "filled"),
    [
        ("t := by\n  sorry", OWN_LINE, "omega", "t := by\n  omega"),
        ("t := by\n  sorry", OWN_LINE, TWO, "t := by\n  constructor\n  · exact hp\n  · exact hq"),
        ("  have h : p := by sorry\n  k", BEHIND_BY, "omega", "  have h : p := by omega\n  k"),
        ("  have h : p := by sorry", BEHIND_BY, "a\nb", "  have h : p := by\n    a\n    b"),
        ("  have h : p := by sorry", BEHIND_BY, LONG, f"  have h : p := by\n    {LONG}"),
        ("  | zero => sorry", Slot(12, 2, alone=True), "simp", "  | zero => simp"),
        ("  | zero => sorry", Slot(12, 2, alone=True), "a\nb", "  | zero =>\n    a\n    b"),
        ("  · sorry", Slot(4, 2, alone=True), "a\nb", "  · a\n    b"),
        ("  skip; sorry", Slot(block=2), "a\nb", "  skip; a\n  b"),
        ("  (sorry)", Slot(block=3, alone=True), "a -- b", "  (a /- b -/)"),
        ("  (sorry)", Slot(block=3, alone=True), "a -- /- b", "  ((a -- /- b\n   ))"),
        ("  skip <;> sorry", Slot(), "simp", "  skip <;> simp"),
        ("  skip <;> sorry", Slot(), "a -- b; c", "  skip <;> a -- b; c"),
        ("  skip <;> sorry", Slot(), "a; b", "  skip <;> (a; b)"),
        ("  skip <;> sorry", Slot(), "a\nb", "  skip <;> (a\n            b)"),
        ("  sorry <;> skip", Slot(), "try a", "  (try a) <;> skip"),
        ("  sorry; skip", Slot(block=2), "try a", "  (try a); skip"),
        ("  sorry; skip", Slot(block=2), "rw [h];", "  rw [h]; skip"),
        ("  sorry\n  sorry", Slot(block=2, crowded=True), "a\nb", "  · a\n    b\n  sorry"),
        ("  sorry\n  sorry", Slot(block=2, crowded=True), "simp", "  simp\n  sorry"),
        ("| a => sorry | b => c", Slot(block=7), "simp", "| a => simp | b => c"),
        ("| a => sorry | b => c", Slot(block=7), "first | d", "| a => (first | d) | b => c"),
        ("  f (sorry; skip -- a\n ", Slot(5, fixed=True), "a", "  f ((a\n         ); skip -- a\n "),
    ],
)
def test_tactics(text: str, slot: Slot, script: str, filled: str) -> None:
    assert laid(text, script, slot) == filled


@pytest.mark.parametrize(
    ("text", "slot", "script", "filled"),
    [
        ("⟨sorry, h.1⟩", ANY, "grind", "⟨by grind, h.1⟩"),
        ("f (sorry : p)", ANY, "grind", "f (by grind : p)"),
        ("f (sorry : p)", ANY, "rcases h with a", "f ((by rcases h with a) : p)"),
        ("⟨sorry, h.1⟩", ANY, "cases h", "⟨(by cases h), h.1⟩"),
        ("⟨sorry, h.1⟩", ANY, "exact f x", "⟨f x, h.1⟩"),
        ("⟨sorry, h.1⟩", ANY, "exact f x -- so", "⟨f x /- so -/, h.1⟩"),
        ("t := sorry", ANY, "exact f x", "t := f x"),
        ("t := sorry", ANY, "exact f x -- so", "t := f x -- so"),
        ("t := sorry", ANY, "exact f; skip", "t := by exact f; skip"),
        ("t := sorry", ANY, "a\nb", "t := by\n    a\n    b"),
        ("t :=\n  sorry", Slot(base=0, bare=True), "a\nb", "t := by\n  a\n  b"),
        ("t :=\n  sorry", Slot(base=0, bare=True), "simp", "t := by simp"),
        ("t -- :=\n  sorry", Slot(base=0, bare=True), "a\nb", "t -- :=\n  by\n    a\n    b"),
        ("f sorry x", Slot(), "exact h", "f h x"),
        ("f sorry x", Slot(), "exact h.1", "f h.1 x"),
        ("f sorry x", Slot(), "exact ⟨a, b⟩", "f ⟨a, b⟩ x"),
        ("f sorry x", Slot(), "exact (a) + (b)", "f ((a) + (b)) x"),
        ("f sorry x", Slot(), "simp", "f (by simp) x"),
        ("f sorry x", Slot(), "a\nb", "f (by a\n      b) x"),
        ("f sorry x", Slot(), "a\nb -- c", "f (by a\n      b /- c -/) x"),
        ("| a => sorry | b => c", ANY, "exact fun | d => e", "| a => (fun | d => e) | b => c"),
        ("have h := sorry; k", ANY, "simp", "have h := by simp; k"),
        ("have h := sorry; k", ANY, "exact by simp", "have h := (by simp); k"),
        ("sorry |> f", ANY, "simp", "(by simp) |> f"),
        ("f sorry (by a", Slot(fixed=True), "simp", "f (by simp\n      ) (by a"),
    ],
)
def test_terms(text: str, slot: Slot, script: str, filled: str) -> None:
    assert laid(text, script, slot, is_term=True) == filled


@pytest.mark.parametrize(
    ("text", "is_term", "script", "filled"),
    [
        ("t := by\n  sorry", False, "a\nb", "t := by\n  a\n  b"),
        ("t := by sorry", False, "a\nb", "t := by\n  a\n  b"),
        ("t := by sorry", False, "a", "t := by a"),
        ("t := by skip; sorry", False, "a\nb", "t := by skip; (a\n               b)"),
        (
            "t := by have h : p := by sorry",
            False,
            "a\nb",
            "t := by have h : p := by a\n" + " " * 25 + "b",
        ),
        ("t := sorry", True, "a\nb", "t := by\n  a\n  b"),
        ("t := sorry", True, "exact f x", "t := f x"),
        ("t := f sorry", True, "a\nb", "t := f (by a\n           b)"),
        ("t := f sorry", True, "exact h", "t := f h"),
        ("t := f sorry", True, "exact f x", "t := f (f x)"),
    ],
)
def test_where_lean_was_not_asked(text: str, is_term: bool, script: str, filled: str) -> None:
    assert laid(text, script, is_term=is_term) == filled


@pytest.mark.parametrize("script", ["a\n  b\nc", "\na\n  b\nc\n", "    a\n      b\n    c"])
def test_a_script_may_be_indented_as_a_whole(script: str) -> None:
    assert laid("by\n  sorry", script, OWN_LINE) == "by\n  a\n    b\n  c"


def test_an_empty_line_gets_no_spaces() -> None:
    assert laid("by\n  sorry", "a\n\nb", OWN_LINE) == "by\n  a\n\n  b"


@pytest.mark.parametrize(
    ("script", "after", "could"),
    [
        ("cases h", ", x", True),
        ("simp", ", x", False),
        ("simp -- cases h", ", x", False),
        ("exact f (by cases h)", ", x", False),
        ("exact f (by simp)", "; x", False),
        ("exact f by simp", "; x", True),
        ("exfalso; cases f", " : p ∧ q).1", True),
        ("exact f", " : p ∧ q).1", False),
        ('exact f "first | a"', " | x", False),
        ("cases h with | a => b", "\n| x => y", False),
        ("rcases h with a | b", "\n| x => y", True),
        ("calc a = b := c", "\n  exact k", True),
        ("calc a = b := c\n  _ = d := e", "\n  exact k", False),
        ("simp", " -- so\n  exact k", False),
        ("simp", " /- so -/ + 1", True),
        ("simp", " |> f", True),
        ("simp", " else x", False),
        ("first | a | b", ")", False),
    ],
)
def test_what_a_script_could_swallow(script: str, after: str, could: bool) -> None:
    assert swallows(script, after) is could


def test_a_line_that_would_be_too_long_anywhere_stays() -> None:
    gap = Gap("  have h : p := by ", "", Slot(block=19, base=2, alone=True))
    line = "exact " + "x" * 100
    assert lay_out_script(line, gap, is_term=False) == (gap.before, line)
