"""Hints that make non-linear arithmetic linear: squares, products of facts, factors of zero."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import combinations, combinations_with_replacement

from prover.lean.base import Hypothesis
from prover.policy.builtin.focus import Focus, Proposal

RING = "Lean.Grind.OrderedRing"
COMPARISON = re.compile(r"(?P<left>[^<≤=≥>≠∧∨→↔∃∀]+) (?P<sign>[<≤≥>]) (?P<right>[^<≤=≥>≠∧∨→↔∃∀]+)")
EQUATION = re.compile(r"(?P<left>[^=<≤∧∨→↔∃∀]+) = (?P<right>[^=<≤∧∨→↔∃∀]+)")
MOST_HINTS = 8


def squares(focus: Focus) -> Iterator[Proposal]:
    """Tells `grind` that some squares are not negative."""
    names = _ordered(focus)
    if not names:
        return
    differences = [f"{a} - {b}" for a, b in combinations(names[:4], 2)]
    sums = [f"{a} + {b}" for a, b in combinations(names[:4], 2)]
    numerals = [n for n in focus.numerals if 0 < n <= 100][:3]
    shifts = [f"{a} {sign} {n}" for a in names[:2] for n in (numerals or [1]) for sign in "-+"]
    halves = [f"2 * {a} {sign} {n}" for a in names[:2] for n in dict.fromkeys((1, *numerals)) for sign in "-+"]
    plain = list(names[:4])
    bundles = {
        "differences": differences,
        "plain": plain,
        "sums": sums,
        "shifts": shifts,
        "halves": halves[:6],
        "products": [f"{a} * {b} - {c} * {d}" for a, b, c, d in _crossed(names)],
        "all": [*differences, *plain, *sums],
        "shifted differences": [f"{t} {s} 1" for t in differences for s in "-+"],
        "double": [f"2 * {a} + {b}" for a in names[:3] for b in names[:3] if a != b],
        "squared": [f"{a} ^ 2 - {n}" for a in names[:2] for n in dict.fromkeys((1, *numerals))],
    }
    for kind, terms in bundles.items():
        if terms:
            yield Proposal(f"squares: {kind}", f"grind [{_squares(terms[:MOST_HINTS])}]")


def _squares(terms: Sequence[str]) -> str:
    return ", ".join(f"{RING}.sq_nonneg (a := {term})" for term in terms)


def _crossed(names: Sequence[str]) -> list[tuple[str, str, str, str]]:
    if len(names) < 4:
        return []
    a, b, c, d = names[:4]
    return [(a, d, b, c), (a, c, b, d)]


def products(focus: Focus) -> Iterator[Proposal]:
    """Multiplies comparisons that hold with each other."""
    signs = _positive_terms(focus)
    if not signs:
        return
    pairs = list(combinations_with_replacement(signs, 2))
    hints = [_product(first, second) for first, second in pairs]
    for hint in hints[:4]:
        yield Proposal("product", f"{hint}\ngrind")
    for size in (3, 6):
        if len(hints) >= size:
            yield Proposal(f"products: {size}", "\n".join([*hints[:size], "grind"]))
    names = _ordered(focus)
    if names:
        more = ", ".join(f"{RING}.sq_nonneg (a := {a} - {b})" for a, b in combinations(names[:3], 2))
        told = f"grind [{more}]" if more else "grind"
        yield Proposal("products and squares", "\n".join([*hints[:4], told]))
        for first, _ in signs[:3]:
            for square in [f"({a} - {b})" for a, b in combinations(names[:3], 2)] or names[:1]:
                tactic = (
                    f"have := {RING}.mul_nonneg (a := {first}) (b := {square} ^ 2) "
                    f"(by grind) {RING}.sq_nonneg\ngrind"
                )
                yield Proposal("product with square", tactic)


def _product(first: tuple[str, bool], second: tuple[str, bool]) -> str:
    strict = first[1] and second[1]
    lemma = "mul_pos" if strict else "mul_nonneg"
    return f"have := {RING}.{lemma} (a := {first[0]}) (b := {second[0]}) (by grind) (by grind)"


def _positive_terms(focus: Focus) -> list[tuple[str, bool]]:
    """Terms that facts say are positive (True) or not negative (False)."""
    names = set(_ordered(focus))
    found: dict[str, bool] = {}
    for fact in reversed(focus.facts):
        for match in COMPARISON.finditer(fact.type):
            left, right = match["left"].strip(), match["right"].strip()
            if match["sign"] in "≥>":
                left, right = right, left
            words = set(re.findall(r"[^\W\d]\w*", f"{left} {right}"))
            if not words & names:
                continue
            term = right if left == "0" else f"{right} - {_bracketed(left)}"
            found.setdefault(term, match["sign"] in "<>")
    return list(found.items())[:5]


def _bracketed(term: str) -> str:
    return f"({term})" if re.search(r"[+\-] ", term) else term


def _ordered(focus: Focus) -> list[str]:
    """The variables of an ordered ring."""
    return focus.of_type(*focus.ordered_rings)


def zero_products(focus: Focus) -> Iterator[Proposal]:
    """One of two factors is zero when their product is: factors from what the target claims."""
    numbers = [v for v in focus.numbers if v.type != "Nat"]
    if not numbers:
        return
    claims = [
        (m["left"].strip(), m["right"].strip()) for m in EQUATION.finditer(focus.goal.target)
    ]
    factors = [f"{left} - {_bracketed(right)}" for left, right in claims][:4]
    lemma = "Int.mul_eq_zero" if numbers[0].type == "Int" else "Lean.Grind.Field.of_mul_eq_zero"
    if len(factors) > 1:
        product = " * ".join(f"({factor})" for factor in factors)
        tactic = f"have : {product} = 0 := by grind\ngrind [{lemma}]"
        yield Proposal("factors of zero", tactic)
    for factor in factors[:2]:
        for variable in numbers[:2]:
            other = f"{factor} + 2 * {variable.name}"
            yield Proposal("opposite factor", _factored(numbers[0], factor, other))
    for factor in factors[:1]:
        for number in [n for n in focus.numerals if n <= 100][:4]:
            for sign in "-+":
                other = f"{numbers[0].name} {sign} {number}"
                yield Proposal("other factor", _factored(numbers[0], factor, other))
    for left, right in claims[:2]:
        yield Proposal("sum of both", _factored(numbers[0], f"{left} - {_bracketed(right)}", f"{left} + {_bracketed(right)}"))


def _factored(number: Hypothesis, first: str, second: str) -> str:
    if number.type == "Int":
        return f"have := @Int.mul_eq_zero ({first}) ({second})\ngrind"
    return f"have := @Lean.Grind.Field.of_mul_eq_zero _ _ ({first}) ({second})\ngrind"


def natural(focus: Focus) -> Iterator[Proposal]:
    """For natural numbers: writes the greater of two as a sum, multiplies comparisons."""
    [k] = focus.fresh("k")
    names = [(fact, m) for fact in focus.facts if (m := COMPARISON.fullmatch(fact.type))]
    for fact, match in names[:4]:
        left, sign, right = match["left"], match["sign"], match["right"]
        small, great = (left, right) if sign in "<≤" else (right, left)
        if great in focus.of_type("Nat"):
            lemma = "Nat.exists_eq_add_of_lt" if sign in "<>" else "Nat.exists_eq_add_of_le"
            yield Proposal("sum for greater", f"obtain ⟨{k}, rfl⟩ := {lemma} {fact.name}")
        yield Proposal("square of comparison", f"have := Nat.mul_le_mul {fact.name} {fact.name}\ngrind")
        del small
    for (first, _), (second, _) in combinations(names[:4], 2):
        yield Proposal("product of comparisons", f"have := Nat.mul_le_mul {first.name} {second.name}\ngrind")
    variables = focus.of_type("Nat")[:4]
    for a, b in combinations(variables, 2):
        yield Proposal("compare naturals", f"rcases Nat.le_total {a} {b} with h | h <;> grind")
        tactic = (
            f"rcases Nat.le_total {a} {b} with h | h <;> "
            f"obtain ⟨{k}, rfl⟩ := Nat.exists_eq_add_of_le h <;> grind"
        )
        yield Proposal("compare and sum", tactic)
        yield Proposal("product of positives", f"have := Nat.mul_pos (m := {a}) (n := {b})\ngrind")
