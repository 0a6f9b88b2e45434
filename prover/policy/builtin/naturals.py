"""Natural numbers: comparisons turned into sums and products, which `grind` can calculate with."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import combinations

from prover.policy.builtin.focus import Focus, Proposal
from prover.policy.builtin.relations import comparison

DIVISION = re.compile(r"([^\W\d][\w.'₀-₉]*) [/%] ([^\W\d][\w.'₀-₉]*)")


def larger(focus: Focus) -> Iterator[Proposal]:
    """Writes the greater of two naturals as a sum, and multiplies comparisons."""
    [k] = focus.fresh("k")
    facts = [(fact.name, c) for fact in focus.facts if (c := comparison(fact.type))][:4]
    for name, found in facts:
        if found.greater in focus.of_type("Nat"):
            lemma = "Nat.exists_eq_add_of_lt" if found.strict else "Nat.exists_eq_add_of_le"
            yield Proposal("sum for greater", f"obtain ⟨{k}, rfl⟩ := {lemma} {name}")
        yield Proposal("square of comparison", f"have := Nat.mul_le_mul {name} {name}\ngrind")
    for (first, _), (second, _) in combinations(facts, 2):
        tactic = f"have := Nat.mul_le_mul {first} {second}\ngrind"
        yield Proposal("product of comparisons", tactic)


def divisions(focus: Focus) -> Iterator[Proposal]:
    """What is known of the quotients and remainders of variables."""
    pairs = dict.fromkeys(DIVISION.findall(focus.text))
    for n, d in list(pairs)[:2]:
        if {n, d} <= {*focus.of_type("Nat")}:
            yield Proposal(
                "division",
                f"have := Nat.div_add_mod {n} {d}\nhave := Nat.mod_lt {n} (y := {d})\ngrind",
            )


def compare(focus: Focus) -> Iterator[Proposal]:
    """Compares two natural numbers."""
    k, h = focus.fresh("k", "h")
    for a, b in combinations(focus.of_type("Nat")[:4], 2):
        either = f"rcases Nat.le_total {a} {b} with {h} | {h}"
        yield Proposal("compare naturals", f"{either} <;> grind")
        obtain = f"obtain ⟨{k}, rfl⟩ := Nat.exists_eq_add_of_le {h}"
        yield Proposal("compare and sum", f"{either} <;> {obtain} <;> grind")
        each = f"rcases Nat.lt_trichotomy {a} {b} with {h} | {h} | {h} <;> first"
        strictly = f"have := Nat.mul_lt_mul'' {h} {h}; grind"
        weakly = f"have := Nat.mul_le_mul {h} {h}; grind"
        tactic = f"{each}\n  | grind\n  | {strictly}\n  | {weakly}"
        yield Proposal("compare and square", tactic)
        yield Proposal("product of positives", f"have := Nat.mul_pos (m := {a}) (n := {b})\ngrind")
