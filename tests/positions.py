"""Theorems with holes in all kinds of places, drawn by chance, and scripts that fill them.

Each is a proof of `p ∧ q`, and so is each part in which a hole may stand. The later lines of a part
are indented from the column of its first. In the texts that the parts are made of, `□` stands for
tactics and `○` for a term; with `▽` before it, it may also stand on a line of its own. `#` is
another number each time.
"""

from __future__ import annotations

import re
from random import Random

HOLE = "sorry"
HEAD = "(b d : Bool) (p q : Prop) [Decidable p] (hp : p) (hq : q) (f : 1 = 2) : p ∧ q"
THEOREMS = [
    ":= by▽□",
    ":= by▽□",
    ":=▽○",
    ":=▽○",
    ":= k\nwhere\n  k : p ∧ q := ○",
    "where\n  left := And.left (b := q) (○)\n  right := And.right (a := p) (by □)",
    ":=\n  have k : p ∧ q :=▽○\n  k",
]
"""What a theorem is after its statement."""

TACTICS = [
    "have k : p ∧ q := by▽□\nexact k",
    "have k : p ∧ q :=▽○\nexact k",
    "obtain ⟨k, l⟩ : p ∧ q := by▽□\nexact ⟨k, l⟩",
    "suffices k : p by▽□\nexact hp",
    "suffices k : p from ○\nexact hp",
    "exact ○",
    "refine ○",
    "(□)",
    "{ □ }",
    "· □",
    "· · □",
    "all_goals □",
    "focus □",
    "try □",
    "classical □",
    "next => □",
    "open Nat in □",
    "first | fail | □",
    "first | sorry | fail",
    "skip; · □",
    "skip; sorry",
    "skip; (sorry)",
    "skip; { sorry }",
    "skip; sorry; skip",
    "(skip; sorry); skip",
    "sorry; skip",
    "sorry;\nskip",
    "show p ∧ q; exact sorry",
    "have k : p ∧ q := sorry; exact k",
    "skip; have k : p ∧ q := sorry\nexact k",
    "skip; have k : p ∧ q := by sorry\nexact k",
    "have l := hq; have k : p ∧ q := by\n  sorry\nexact k",
    "have k : p ∧ q := by (skip; sorry; skip)\nexact k",
    "exact (show p ∧ q by sorry); skip",
    "skip <;> sorry",
    "sorry <;> skip",
    "skip <;> sorry <;> skip",
    "by_cases c : p <;> sorry",
    "by_cases c : p\n· □\n· □",
    "cases id d with\n| true =>▽□\n| false =>▽□",
    "match d with\n| true =>▽□\n| false =>▽□",
    "cases id d with | true => sorry | false => exact sorry",
    "cases id d with | true => exact (sorry) | false => exact sorry",
    "cases id d with | true => have k := hp; sorry | false => sorry",
    "refine either ?u# ?v#\ncase u# =>▽□\ncase v# =>▽□",
    "have k : (p ∧ q) ∧ (p ∧ q) := by\n  constructor\n  sorry\n  sorry\nexact k.1",
    "have k : (p ∧ q) ∧ (p ∧ q) := by\n  constructor; sorry; sorry\nexact k.1",
    "if c : p then▽□\nelse▽□",
    "if c : p then sorry else sorry",
    "have k : p ↔ p := by\n  (calc p ↔ p := ⟨fun _ => And.left (b := q) (by sorry), id⟩)\n"
    "exact ⟨k.1 hp, hq⟩",
    "have k : p ∧ q ↔ p ∧ q :=\n  calc\n    p ∧ q ↔ p ∧ q := ⟨fun _ => sorry, id⟩\n"
    "    _ ↔ p ∧ q := Iff.intro (fun _ => sorry) id\nexact k.1 ⟨hp, hq⟩",
    "have k : (p ∧ q) = True := by\n  calc (p ∧ q) = (True ∧ q) := by\n"
    "         rw [eq_true (And.left (a := p) (b := q) sorry)]\n"
    "    _ = True := by rw [eq_true (And.right (a := p) (b := q) (by sorry)), and_self]\n"
    "exact k ▸ trivial",
]

TERMS = [
    "by▽□",
    "by exact ○",
    "(○)",
    "( ○ )",
    "(○ : p ∧ q)",
    "(⟨○, hp⟩ : (p ∧ q) ∧ p).1",
    "(⟨hp, ○⟩ : p ∧ p ∧ q).2",
    "id (○)",
    "id <| ○",
    "(○) |> id",
    "id (α := p ∧ q) (○)",
    "sorry |> fun (k : p ∧ q) => k",
    "fun_of fun _ => ○",
    "(fun (_ : True) ↦ ○) trivial",
    "show p ∧ q from ○",
    "show p ∧ q by exact ○",
    "have k : p ∧ q := ○\nk",
    "let k : p ∧ q := ○\nk",
    "have k : p ∧ q := sorry; k",
    "suffices k : p ∧ q from k; ○",
    "suffices k : p ∧ q from k\n○",
    "open Nat in ○",
    "And.left (b := p) ⟨○, hp⟩",
    "And.left (b := p) { left := ○, right := hp }",
    "And.left (b := p) { left := by sorry, right := hp }",
    "And.left (b := p ∧ q) { left := sorry\n                        right := by sorry }",
    "And.left (a := p ∧ q) (b := p ∧ q) ⟨by sorry, by sorry⟩",
    "And.left (a := p ∧ q) (b := p ∧ q) (And.intro (by sorry) sorry)",
    "id (α := p ∧ q) sorry",
    "@id (p ∧ q) sorry",
    "id (α := p ∧ q) <| by sorry",
    "id (α := p ∧ q) sorry |> fun k => k",
    "hpq_of (p := p) (q := q) (And.left (b := q) sorry) hq",
    "⟨(sorry : p ∧ q).1, (sorry : p ∧ q).2⟩",
    "⟨by exact (sorry : p ∧ q).1, hq⟩",
    "either sorry (by skip\n                 exact ⟨hp, hq⟩)",
    "either sorry <| match d with | true => sorry\n                             | false => sorry",
    "match d with\n| true =>▽○\n| false =>▽○",
    "match d with | true => sorry | false => by sorry",
    "(fun | true => sorry | false => sorry : Bool → p ∧ q) d",
    "if c : p then▽○\nelse▽○",
    "if c : p then by sorry else sorry",
]

SCRIPTS = [
    "exact ⟨hp, hq⟩",
    "exact And.intro hp hq",
    "exact f.elim_it",
    "constructor <;> assumption",
    "exact id <| ⟨hp, hq⟩",
    "exact ⟨hp, hq⟩ |> id",
    "exact by exact ⟨hp, hq⟩",
    "exact have a := hp; ⟨a, hq⟩",
    "exact ⟨hp, by have a := hq; exact a⟩",
    "exact fun_of fun _ => ⟨hp, hq⟩",
    "exact if c : p then ⟨c, hq⟩ else ⟨hp, hq⟩",
    "exact match b with | true => ⟨hp, hq⟩ | false => ⟨hp, hq⟩",
    "exact ⟨hp, hq⟩;",
    "refine ⟨hp, ?_⟩; exact hq",
    "have a := hp; exact ⟨a, hq⟩",
    "cases f",
    "rcases f with ⟨⟩",
    "exact nomatch f",
    "exfalso; cases f",
    "cases b with | true => exact ⟨hp, hq⟩ | false => exact ⟨hp, hq⟩",
    "rcases b with _ | _ <;> exact ⟨hp, hq⟩",
    "obtain _ | _ := b <;> exact ⟨hp, hq⟩",
    "first | fail | exact ⟨hp, hq⟩",
    "try exact ⟨hp, hq⟩",
    "skip; all_goals exact ⟨hp, hq⟩",
    "simp only [hp, hq, and_self]",
    "simp [*]",
    "exact ⟨hp, hq⟩ -- done",
    "exact hpq_of hp hq -- not /- closed",
    "constructor <;> assumption -- a; b, c",
    'have s := "-- no, comment; | ⟩"; exact ⟨hp, hq⟩',
    "have a := hp\nexact ⟨a, hq⟩",
    "constructor\n· exact hp\n· exact hq",
    "constructor\n-- two parts\n· exact hp\n· exact hq -- -/ end",
    "refine ⟨?x, ?y⟩\ncase x => exact hp\ncase y =>\n  exact hq",
    "constructor\nall_goals assumption",
    "repeat constructor\n· exact hp\n· exact hq",
    "by_cases c : p\n· exact ⟨c, hq⟩\n· exact absurd hp c",
    "cases b with\n| true => exact ⟨hp, hq⟩\n| false =>\n  exact ⟨hp, hq⟩",
    "match b with\n| true => exact ⟨hp, hq⟩\n| false => exact ⟨hp, hq⟩",
    "first\n| fail\n| exact ⟨hp, hq⟩",
    "rcases b with _ | _\n· exact ⟨hp, hq⟩\n· exact ⟨hp, hq⟩",
    "exact calc p ∧ q := ⟨hp, hq⟩",
    "calc p ∧ q := ⟨hp, hq⟩",
    "have k : p = True := calc p = p := rfl\n  _ = True := eq_true hp\nexact ⟨hp, hq⟩",
    "have ⟨a, c⟩ : p ∧ q := ⟨hp, hq⟩\nexact ⟨a, c⟩",
    "exact\n  ⟨hp,\n    hq⟩",
    "have k : p ∧ q := by\n  constructor\n  · exact hp\n  · exact hq\nexact k",
    "show p ∧ q\n\nexact ⟨hp, hq⟩",
    "intros; exact\n  And.intro hp\n    hq",
]
"""Proofs of `p ∧ q` from the hypotheses of `HEAD` and the lemmas of `HEADER`."""

HEADER = """theorem Eq.elim_it {p : Prop} (f : 1 = 2) : p := by cases f
theorem fun_of {p : Prop} (h : True → p) : p := h trivial
theorem either {p : Prop} (h _ : p) : p := h
theorem hpq_of {p q : Prop} (hp : p) (hq : q) : p ∧ q := ⟨hp, hq⟩

"""


class Positions:
    """Draws theorems."""

    def __init__(self, seed: int) -> None:
        self._random = Random(seed)
        self._made_so_far = 0

    def theorem(self, name: str) -> str:
        """A theorem with at least one hole."""
        text = ""
        while HOLE not in text:
            what = self._random.choice(THEOREMS)
            text = self._made(f"theorem {name} {HEAD} {what}", self._random.randint(0, 3))
        return "\n".join(map(self._commented, text.split("\n"))) + "\n\n"

    def script(self) -> str:
        """A script for a hole."""
        return self._random.choice(SCRIPTS)

    def _made(self, text: str, depth: int) -> str:
        """The text with parts in place of its marks."""
        self._made_so_far += 1
        made = ""
        for piece in re.split("(▽?[□○])", text.replace("#", str(self._made_so_far))):
            if piece.startswith("▽"):
                made += self._random.choice([" ", "\n  " + " " * _indent(made)])
            if piece.endswith(("□", "○")):
                part = self._part(piece[-1], depth)
                made += part.replace("\n", "\n" + " " * len(made.rpartition("\n")[2]))
            else:
                made += piece
        return made

    def _part(self, mark: str, depth: int) -> str:
        proof, parts = ("exact ⟨hp, hq⟩", TACTICS) if mark == "□" else ("⟨hp, hq⟩", TERMS)
        if depth == 0:
            return self._random.choice([HOLE, HOLE, HOLE, HOLE, proof])
        return self._made(self._random.choice(parts), depth - 1)

    def _commented(self, line: str) -> str:
        """Perhaps with a comment behind a hole at the line's end."""
        comment = self._random.choice(["", "", "", "", " -- to do", " /- to do -/", "  "])
        return line + comment if line.endswith(HOLE) else line


def _indent(text: str) -> int:
    """That of the last line."""
    line = text.rpartition("\n")[2]
    return len(line) - len(line.lstrip(" "))
