"""Hints that make non-linear arithmetic linear: squares, products of facts, factors of zero."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import combinations, permutations

from prover.lean.base import Hypothesis
from prover.policy.builtin.focus import Focus, Proposal
from prover.policy.builtin.polynomial import NotPolynomial, add, parse, squares_of

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
    halves = [
        f"2 * {a} {sign} {n}"
        for a in names[:2]
        for n in dict.fromkeys((1, *numerals))
        for sign in "-+"
    ]
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
        "centres": [f"{a} - {n}" for a in names[:2] for n in _centres(focus)],
        "mixed": [f"{a} * {b} - {b} * {c}" for a, b, c in permutations(names[:3], 3)],
        "monomials": [*plain, *(f"{a} * {b}" for a, b in combinations(names[:3], 2))],
        "quartic": [
            term
            for a, b in combinations(names[:3], 2)
            for term in (f"{a} ^ 2 - {b} ^ 2", f"({a} - {b}) ^ 2", f"{a} * {b}")
        ],
        "squared": [f"{a} ^ 2 - {n}" for a in names[:2] for n in dict.fromkeys((1, *numerals))],
    }
    for kind, terms in bundles.items():
        if terms:
            yield Proposal(f"squares: {kind}", f"grind [{_squares(terms[:MOST_HINTS])}]")


def complete(focus: Focus) -> Iterator[Proposal]:
    """Writes the difference of the two sides of a quadratic inequality as a sum of squares."""
    for found in COMPARISON.finditer(focus.goal.target):
        left, right = found["left"], found["right"]
        if found["sign"] in "≥>":
            left, right = right, left
        try:
            terms = squares_of(add(parse(right), parse(left), Fraction(-1)))
        except NotPolynomial:
            continue
        if terms:
            yield Proposal("complete the square", f"grind [{_squares(terms)}]")


def _squares(terms: Sequence[str]) -> str:
    return ", ".join(f"{RING}.sq_nonneg (a := {term})" for term in terms)


def _crossed(names: Sequence[str]) -> list[tuple[str, str, str, str]]:
    if len(names) < 4:
        return []
    a, b, c, d = names[:4]
    return [(a, d, b, c), (a, c, b, d)]


def _centres(focus: Focus) -> list[int]:
    """Where the minimum of a quadratic with these numerals may be."""
    halves = [number // 2 for number in focus.numerals if number % 2 == 0 and 0 < number <= 100]
    return list(dict.fromkeys([1, *halves]))[:4]


def products(focus: Focus) -> Iterator[Proposal]:
    """Multiplies comparisons that hold with each other."""
    signs = _positive_terms(focus)
    if not signs:
        return
    pairs = [*combinations(signs, 2), *((term, term) for term in signs)]
    hints = [_product(first, second) for first, second in pairs]
    for hint in hints[:4]:
        yield Proposal("product", f"{hint}\ngrind")
    for size in (3, 6):
        if len(hints) >= size:
            yield Proposal(f"products: {size}", "\n".join([*hints[:size], "grind"]))
    names = _ordered(focus)
    if names:
        more = ", ".join(
            f"{RING}.sq_nonneg (a := {a} - {b})" for a, b in combinations(names[:3], 2)
        )
        told = f"grind [{more}]" if more else "grind"
        yield Proposal("products and squares", "\n".join([*hints[:4], told]))
        squares_ = [f"({a} - {b})" for a, b in combinations(names[:3], 2)] or list(names[:1])
        with_squares = [
            f"have := {RING}.mul_nonneg (a := {first}) (b := {square} ^ 2) (by grind) {RING}.sq_nonneg"
            for first in (*(term for term, _ in signs[:3]), " + ".join(names[:3]))
            for square in squares_
        ]
        for tactic in with_squares[:4]:
            yield Proposal("product with square", f"{tactic}\ngrind")
        yield Proposal("products with squares", "\n".join([*with_squares[:6], "grind"]))
        yield Proposal("products of sum with squares", "\n".join([*with_squares[-3:], "grind"]))


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
    claims = [(m["left"].strip(), m["right"].strip()) for m in EQUATION.finditer(focus.goal.target)]
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
        yield Proposal(
            "sum of both",
            _factored(numbers[0], f"{left} - {_bracketed(right)}", f"{left} + {_bracketed(right)}"),
        )


def _factored(number: Hypothesis, first: str, second: str) -> str:
    if number.type == "Int":
        return f"have := @Int.mul_eq_zero ({first}) ({second})\ngrind"
    return f"have := @Lean.Grind.Field.of_mul_eq_zero _ _ ({first}) ({second})\ngrind"


def eliminate(focus: Focus) -> Iterator[Proposal]:
    """Solves a linear equation for one of its variables."""
    names = {number.name for number in focus.numbers if number.type != "Nat"}
    for fact in focus.facts[:6]:
        found = EQUATION.fullmatch(fact.type)
        if found is None or fact.head != "Eq":
            continue
        parts = re.split(r" ([+\-]) ", f"0 + {found['left'].strip()}")
        terms = list(zip(parts[1::2], parts[2::2], strict=True))
        if any(text.count("(") != text.count(")") for _, text in terms) or len(terms) < 2:
            continue
        for place, (sign, name) in enumerate(terms):
            others = [term for i, term in enumerate(terms) if i != place]
            if (
                name in names
                and sign == "+"
                and not any(name in text.split() for _, text in others)
            ):
                flipped = "".join(f" {'-' if s == '+' else '+'} {text}" for s, text in others)
                value = f"{found['right'].strip()}{flipped}"
                yield Proposal("eliminate", f"obtain rfl : {name} = {value} := by grind")


def by_contradiction(focus: Focus) -> Iterator[Proposal]:
    """Assumes that a comparison fails, and multiplies the difference with what is positive."""
    found = COMPARISON.fullmatch(focus.goal.target)
    names = _ordered(focus)
    if found is None or not names:
        return
    left, right = found["left"].strip(), found["right"].strip()
    if found["sign"] in "≥>":
        left, right = right, left
    [h] = focus.fresh("h")
    term = left if right == "0" else f"{left} - {_bracketed(right)}"
    strict = found["sign"] in "≤≥"
    signs = [(term, strict), *_positive_terms(focus)]
    hints = [_product(signs[0], other) for other in signs[:4]]
    tactic = "\n".join([f"apply Classical.byContradiction; intro {h}", *hints, "grind"])
    yield Proposal("contradiction by products", tactic)


def natural(focus: Focus) -> Iterator[Proposal]:
    """For natural numbers: writes the greater of two as a sum, multiplies comparisons."""
    [k] = focus.fresh("k")
    names = [(fact, m) for fact in focus.facts if (m := COMPARISON.fullmatch(fact.type))]
    for fact, match in names[:4]:
        left, sign, right = match["left"], match["sign"], match["right"]
        great = right if sign in "<≤" else left
        if great in focus.of_type("Nat"):
            lemma = "Nat.exists_eq_add_of_lt" if sign in "<>" else "Nat.exists_eq_add_of_le"
            yield Proposal("sum for greater", f"obtain ⟨{k}, rfl⟩ := {lemma} {fact.name}")
        yield Proposal(
            "square of comparison", f"have := Nat.mul_le_mul {fact.name} {fact.name}\ngrind"
        )
    for (first, _), (second, _) in combinations(names[:4], 2):
        yield Proposal(
            "product of comparisons", f"have := Nat.mul_le_mul {first.name} {second.name}\ngrind"
        )
    variables = focus.of_type("Nat")[:4]
    for a, b in combinations(variables, 2):
        yield Proposal("compare naturals", f"rcases Nat.le_total {a} {b} with h | h <;> grind")
        tactic = (
            f"rcases Nat.le_total {a} {b} with h | h <;> "
            f"obtain ⟨{k}, rfl⟩ := Nat.exists_eq_add_of_le h <;> grind"
        )
        yield Proposal("compare and sum", tactic)
        tactic = (
            f"rcases Nat.lt_trichotomy {a} {b} with h' | h' | h' <;> first\n"
            "  | grind\n  | have := Nat.mul_lt_mul'' h' h'; grind\n  | have := Nat.mul_le_mul h' h'; grind"
        )
        yield Proposal("compare and square", tactic)
        yield Proposal("product of positives", f"have := Nat.mul_pos (m := {a}) (n := {b})\ngrind")
