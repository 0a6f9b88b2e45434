"""Theorems with holes in all kinds of places, drawn by chance, and scripts that fill them.

Each is a proof of `p ∧ q`, and so is each part in which a hole may stand. A part is a text whose
later lines are indented from the column of its first.
"""

from __future__ import annotations

from collections.abc import Callable
from random import Random

HOLE = "sorry"
PROOF = "⟨hp, hq⟩"
HEAD = "(b d : Bool) (p q : Prop) [Decidable p] (hp : p) (hq : q) (f : 1 = 2) : p ∧ q :="

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
    "have s := \"-- no, comment; | ⟩\"; exact ⟨hp, hq⟩",
    "have a := hp\nexact ⟨a, hq⟩",
    "constructor\n· exact hp\n· exact hq",
    "constructor\n-- two parts\n· exact hp\n· exact hq -- -/ end",
    "refine ⟨?a, ?b⟩\ncase a => exact hp\ncase b =>\n  exact hq",
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
theorem hpq_of {p q : Prop} (hp : p) (hq : q) : p ∧ q := ⟨hp, hq⟩

"""


def hang(before: str, part: str, after: str = "") -> str:
    """A part behind a text on its line."""
    last = before.rpartition("\n")[2]
    return before + part.replace("\n", "\n" + " " * len(last)) + after


def below(before: str, part: str, indent: int = 2) -> str:
    """A part on the lines below."""
    return hang(before + "\n" + " " * indent, part)


class Positions:
    """Draws theorems."""

    def __init__(self, seed: int) -> None:
        self._random = Random(seed)

    def theorem(self, name: str) -> str:
        """A theorem with at least one hole."""
        while True:
            before = f"theorem {name} {HEAD}"
            depth = self._random.randint(0, 3)
            match self._random.randrange(7):
                case 0 | 1:
                    text = below(before + " by", self._tactics(depth))
                case 2:
                    text = hang(before + " by ", self._tactics(depth))
                case 3:
                    text = below(before, self._term(depth))
                case 4:
                    text = hang(before + " ", self._term(depth))
                case 5:
                    before = before.removesuffix(" :=") + " where\n  left := "
                    text = hang(before + "And.left (b := q) (", self._term(depth), ")")
                    text += hang("\n  right := And.right (a := p) (by ", self._tactics(0), ")")
                case _:
                    text = hang(before + " k\nwhere\n  k : p ∧ q := ", self._term(depth))
            if HOLE in text:
                return "\n".join(map(self._commented, text.split("\n"))) + "\n\n"

    def script(self) -> str:
        """A script for a hole."""
        return self._random.choice(SCRIPTS)

    def _commented(self, line: str) -> str:
        """Perhaps with a comment behind a hole at the line's end."""
        comment = self._random.choice(["", "", "", "", " -- to do", " /- to do -/", "  "])
        return line + comment if line.endswith(HOLE) else line

    def _flip(self) -> bool:
        return self._random.random() < 0.5

    def _lay(self, before: str, part: str, indent: int = 2) -> str:
        """A part behind a text or below it."""
        return hang(before + " ", part) if self._flip() else below(before, part, indent)

    def _tactics(self, depth: int) -> str:
        """A sequence of tactics."""
        if depth == 0:
            return HOLE if self._random.random() < 0.8 else f"exact {PROOF}"
        return self._random.choice(self.tactic_kinds())(self, depth - 1)

    def _term(self, depth: int) -> str:
        if depth == 0:
            return HOLE if self._random.random() < 0.8 else PROOF
        return self._random.choice(self.term_kinds())(self, depth - 1)

    @staticmethod
    def tactic_kinds() -> list[Callable[[Positions, int], str]]:
        return [kind for name, kind in vars(Positions).items() if name.startswith("tactic_of_")]

    @staticmethod
    def term_kinds() -> list[Callable[[Positions, int], str]]:
        return [kind for name, kind in vars(Positions).items() if name.startswith("term_of_")]

    def tactic_of_have(self, depth: int) -> str:
        return self._lay("have k : p ∧ q := by", self._tactics(depth)) + "\nexact k"

    def tactic_of_have_term(self, depth: int) -> str:
        return self._lay("have k : p ∧ q :=", self._term(depth)) + "\nexact k"

    def tactic_of_obtain(self, depth: int) -> str:
        first = self._lay("obtain ⟨k, l⟩ : p ∧ q := by", self._tactics(depth))
        return first + "\nexact ⟨k, l⟩"

    def tactic_of_suffices(self, depth: int) -> str:
        return self._lay("suffices k : p by", self._tactics(depth)) + "\nexact hp"

    def tactic_of_suffices_from(self, depth: int) -> str:
        return hang("suffices k : p from ", self._term(depth)) + "\nexact hp"

    def tactic_of_exact(self, depth: int) -> str:
        return hang(f"{self._random.choice(['exact', 'refine'])} ", self._term(depth))

    def tactic_of_semicolon(self, depth: int) -> str:
        return self._random.choice(
            ["skip; sorry", "skip; sorry; skip", "sorry; skip", "show p ∧ q; exact sorry",
             "skip; have k : p ∧ q := sorry\nexact k", "skip; have k : p ∧ q := by sorry\nexact k",
             "have l := hq; have k : p ∧ q := by\n  sorry\nexact k", "(skip; sorry); skip", "skip; (sorry)",
             "skip; { sorry }", "sorry;\nskip", "exact (show p ∧ q by sorry); skip"]
        )

    def tactic_of_middle(self, depth: int) -> str:
        return "have k : p ∧ q := sorry; exact k"

    def tactic_of_between(self, depth: int) -> str:
        return "have k : p ∧ q := by (skip; sorry; skip)\nexact k"

    def tactic_of_combinator(self, depth: int) -> str:
        return self._random.choice(["skip <;> sorry", "sorry <;> skip", "skip <;> sorry <;> skip"])

    def tactic_of_block(self, depth: int) -> str:
        opening, closing = self._random.choice(
            [("(", ")"), ("{ ", " }"), ("· ", ""), ("· · ", ""), ("all_goals ", ""), ("focus ", ""),
             ("try ", ""), ("first | fail | ", ""), ("open Nat in ", ""), ("next => ", ""),
             ("skip; · ", ""), ("classical ", "")]
        )
        return hang(opening, self._tactics(depth), closing)

    def tactic_of_first(self, depth: int) -> str:
        return "first | sorry | fail"

    def tactic_of_cases(self, depth: int) -> str:
        word = self._random.choice(["cases id d with", "match d with"])
        alternatives = [self._lay(f"| {name} =>", self._tactics(depth)) for name in ("true", "false")]
        return "\n".join([word, *alternatives])

    def tactic_of_cases_on_one_line(self, depth: int) -> str:
        one = self._random.choice([HOLE, f"exact {HOLE}", f"exact ({HOLE})", f"have k := hp; {HOLE}"])
        return f"cases id d with | true => {one} | false => exact {HOLE}"

    def tactic_of_case(self, depth: int) -> str:
        parts = [self._lay(f"case {name} =>", self._tactics(depth)) for name in ("true", "false")]
        return "\n".join(["cases id d", *parts])

    def tactic_of_bullets(self, depth: int) -> str:
        parts = [hang("· ", self._tactics(depth)) for _ in range(2)]
        return "\n".join(["by_cases c : p", *parts])

    def tactic_of_crowd(self, depth: int) -> str:
        parts = [self._tactics(0), self._tactics(0)]
        return "\n".join([f"have k : (p ∧ q) ∧ (p ∧ q) := by\n  constructor", *(f"  {part}" for part in parts), "exact k.1"])

    def tactic_of_if(self, depth: int) -> str:
        first = self._lay("if c : p then", self._tactics(depth))
        return first + ("\n" if "\n" in first or self._flip() else " ") + self._lay("else", self._tactics(depth))

    def tactic_of_calc(self, depth: int) -> str:
        first = self._random.choice(
            ["⟨fun _ => sorry, id⟩", "Iff.intro (fun _ => sorry) id", "⟨fun _ => by sorry, id⟩"]
        )
        step = hang("", f"p ∧ q ↔ p ∧ q := {first}\n_ ↔ p ∧ q := ⟨fun _ => by sorry, fun _ => sorry⟩")
        calc = below("calc", step) if self._flip() else f"(calc p ∧ q ↔ p ∧ q := {first})"
        return below("have k : p ∧ q ↔ p ∧ q := by", calc) + "\nexact k.1 ⟨hp, hq⟩"

    def tactic_of_calc_steps(self, depth: int) -> str:
        return (
            "have k : (p ∧ q) = True := by\n  calc (p ∧ q) = (True ∧ q) := by rw [eq_true (And.left (a := p) (b := q) sorry)]\n"
            "    _ = (True ∧ True) := by\n      rw [eq_true (And.right (a := p) (b := q) (by sorry))]\n"
            "    _ = True := and_self True\n"
            "exact k ▸ trivial"
        )

    def term_of_by(self, depth: int) -> str:
        return self._lay("by", self._tactics(depth))

    def term_of_brackets(self, depth: int) -> str:
        opening, closing = self._random.choice(
            [("(", ")"), ("(", " : p ∧ q)"), ("( ", " )"), ("id (", ")"), ("id <| ", ""), ("(", ") |> id"),
             ("show p ∧ q from ", ""), ("(⟨", ", hp⟩ : (p ∧ q) ∧ p).1"), ("(⟨hp, ", "⟩ : p ∧ p ∧ q).2"),
             ("And.left (b := p) { left := ", ", right := hp }"), ("And.left (b := p) ⟨", ", hp⟩"),
             ("(fun (_ : True) => ", ") trivial"), ("(fun (_ : True) ↦ ", ") trivial"),
             ("have k : p ∧ q := ", "\nk"), ("suffices k : p ∧ q from k; ", ""),
             ("suffices k : p ∧ q from k\n", ""), ("show p ∧ q by exact ", ""), ("by exact ", ""),
             ("id (α := p ∧ q) (", ")"), ("fun_of fun _ => ", ""), ("let k : p ∧ q := ", "\nk"),
             ("open Nat in ", ""), ("@id (p ∧ q) (", ")"), ("fun_of (p := p ∧ q) (", " |> fun k _ => k)")]
        )
        return hang(opening, self._term(depth), closing)

    def term_of_argument(self, depth: int) -> str:
        return self._random.choice(
            ["id (α := p ∧ q) sorry", "hpq_of (p := p) (q := q) (And.left (b := q) sorry) hq",
             "@id (p ∧ q) sorry", "(sorry : p ∧ q)", "⟨(sorry : p ∧ q).1, (sorry : p ∧ q).2⟩",
             "if p then sorry else sorry", "if c : p then by sorry else sorry",
             "⟨by exact (sorry : p ∧ q).1, hq⟩",
             "And.intro (by exact And.left (b := q) sorry) (by exact hq)", "(fun | true => sorry | false => sorry : Bool → p ∧ q) d",
             "match d with | true => sorry | false => sorry", "match d with | true => by sorry | false => sorry",
             "id (α := p ∧ q) sorry |> fun k => k", hang("(fun (k : p ∧ q) (_ : p ∧ q) => k) sorry (by ", "skip\nexact ⟨hp, hq⟩", ")"), "have k : p ∧ q := sorry; k",
             "And.left (a := p ∧ q) (b := p ∧ q) ⟨by sorry, by sorry⟩", "id (α := p ∧ q) <| by sorry",
             "And.left (a := p ∧ q) (b := p ∧ q) (And.intro (by sorry) sorry)",
             "And.left (b := p) { left := by sorry, right := hp }",
             hang("And.left (b := p ∧ q) { ", "left := sorry\nright := by sorry", " }")]
        )

    def term_of_match(self, depth: int) -> str:
        word = self._random.choice(["match d with"])
        alternatives = [self._lay(f"| {name} =>", self._term(depth), 4) for name in ("true", "false")]
        return "\n".join([word, *alternatives])

    def term_of_if(self, depth: int) -> str:
        first = self._lay("if c : p then", self._term(depth))
        return first + "\n" + self._lay("else", self._term(depth))
