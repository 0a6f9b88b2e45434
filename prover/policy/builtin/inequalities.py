"""Products and squares as hints that make non-linear inequalities linear."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import combinations, permutations

from prover.lean.interface import Hypothesis
from prover.policy.builtin.main_goal import MainGoal, Proposal, with_hints
from prover.policy.builtin.polynomial import NotPolynomial, add, parse, squares_of
from prover.policy.builtin.terms import (
    Positive,
    bracketed,
    comparison,
    comparisons,
    equations,
    positives,
)


def products(focus: MainGoal) -> Iterator[Proposal]:
    """Multiplies comparisons that hold with each other."""
    signs = positives(focus)
    pairs = [*combinations(signs, 2), *((term, term) for term in signs)]
    hints = [_product(first, second) for first, second in pairs]
    for hint in hints[:4]:
        yield Proposal("product", f"{hint}\ngrind")
    for size in (3, 6):
        if len(hints) >= size:
            yield Proposal(f"products: {size}", "\n".join([*hints[:size], "grind"]))
    if hints and focus.ordered:
        differences = [f"{a} - {b}" for a, b in combinations(focus.ordered[:3], 2)]
        told = with_hints("grind", not_negative(differences)) if differences else "grind"
        yield Proposal("products and squares", "\n".join([*hints[:4], told]))


def products_with_squares(focus: MainGoal) -> Iterator[Proposal]:
    """Multiplies what is not negative with squares."""
    names, signs = focus.ordered[:3], positives(focus)
    if not names or not signs:
        return
    squares = [f"({a} - {b})" for a, b in combinations(names, 2)] or list(names)
    hints = [
        f"have := {RING}.mul_nonneg (a := {first}) (b := {square} ^ 2) (by grind) {RING}.sq_nonneg"
        for first in (*(item.term for item in signs[:3]), " + ".join(names))
        for square in squares
    ]
    for hint in hints[:4]:
        yield Proposal("product with square", f"{hint}\ngrind")
    yield Proposal("products with squares", "\n".join([*hints[:6], "grind"]))
    yield Proposal("products of sum with squares", "\n".join([*hints[-3:], "grind"]))


def by_contradiction(focus: MainGoal) -> Iterator[Proposal]:
    """Assumes that a comparison fails, and multiplies the difference with what is positive."""
    claim = comparison(focus.goal.target)
    if claim is None or not focus.ordered:
        return
    [h] = focus.fresh("h")
    less = claim.less if claim.greater == "0" else f"{claim.less} - {bracketed(claim.greater)}"
    wrong = Positive(less, not claim.strict)
    hints = [_product(wrong, other) for other in (wrong, *positives(focus)[:3])]
    start = f"apply Classical.byContradiction; intro {h}"
    yield Proposal("contradiction by products", "\n".join([start, *hints, "grind"]))
    shifts = [f"{name} - 1" for name in focus.ordered[:2]]
    differences = [f"{a} - {b}" for a, b in combinations(focus.ordered[:3], 2)]
    told = with_hints("grind", not_negative([*shifts, *differences][:4]))
    yield Proposal("contradiction by products and squares", "\n".join([start, *hints, told]))


def _product(first: Positive, second: Positive) -> str:
    lemma = "mul_pos" if first.strict and second.strict else "mul_nonneg"
    return f"have := {RING}.{lemma} (a := {first.term}) (b := {second.term}) (by grind) (by grind)"


def zero_products(focus: MainGoal) -> Iterator[Proposal]:
    """One of two factors is zero when their product is: factors from what the target claims."""
    numbers = [v for v in focus.numbers if v.type != "Nat"]
    claims = equations(focus.goal.target)
    if not numbers or not claims:
        return
    number, name = numbers[0], numbers[0].name
    factors = [f"{left} - {bracketed(right)}" for left, right in claims][:4]
    if len(factors) > 1:
        lemma = "Int.mul_eq_zero" if number.type == "Int" else "Lean.Grind.Field.of_mul_eq_zero"
        product = " * ".join(f"({factor})" for factor in factors)
        tactic = f"have : {product} = 0 := by grind\ngrind [{lemma}]"
        yield Proposal("factors of zero", tactic)
    for factor in factors[:2]:
        for variable in numbers[:2]:
            other = f"{factor} + 2 * {variable.name}"
            yield Proposal("opposite factor", _factored(number, factor, other))
    for numeral in [n for n in focus.numerals if n <= 100][:4]:
        for sign in "-+":
            other = f"{name} {sign} {numeral}"
            yield Proposal("other factor", _factored(number, factors[0], other))
    for left, right in claims[:2]:
        other = f"{left} + {bracketed(right)}"
        yield Proposal("sum of both", _factored(number, f"{left} - {bracketed(right)}", other))


def _factored(number: Hypothesis, first: str, second: str) -> str:
    if number.type == "Int":
        return f"have := @Int.mul_eq_zero ({first}) ({second})\ngrind"
    return f"have := @Lean.Grind.Field.of_mul_eq_zero _ _ ({first}) ({second})\ngrind"


RING = "Lean.Grind.OrderedRing"
MOST_HINTS = 8


def complete(focus: MainGoal) -> Iterator[Proposal]:
    """Writes the difference of the two sides of a quadratic inequality as a sum of squares."""
    for found in comparisons(focus.goal.target):
        try:
            terms = squares_of(add(parse(found.greater), parse(found.less), Fraction(-1)))
        except NotPolynomial:
            continue
        if terms:
            yield Proposal("complete the square", with_hints("grind", not_negative(terms)))


def vanish(focus: MainGoal) -> Iterator[Proposal]:
    """Where a hypothesis says that a sum of squares is zero, so is each of them."""
    for fact in focus.facts[:4]:
        for left, right in equations(fact.type)[:1]:
            for first, second in ((left, right), (right, left)):
                terms = _squares_between(first, second)
                if terms and len(terms) <= 4 and focus.ordered:
                    yield Proposal("squares vanish", _vanishing(terms))


def _squares_between(first: str, second: str) -> list[str] | None:
    try:
        return squares_of(add(parse(first), parse(second), Fraction(-1)))
    except NotPolynomial:
        return None


def _vanishing(terms: Sequence[str]) -> str:
    lines = []
    for place, term in enumerate(terms):
        others = [other for other in terms if other != term]
        hints = [f"{RING}.sq_pos hn", *not_negative(others)]
        lines += [
            f"have h0{place} : {term} = 0 := by",
            "  apply Classical.byContradiction; intro hn",
            *(f"  {line}" for line in with_hints("grind", hints).splitlines()),
        ]
    return "\n".join([*lines, "grind"])


def squares(focus: MainGoal) -> Iterator[Proposal]:
    """Tells `grind` that some squares are not negative."""
    if not focus.ordered:
        return
    for kind, terms in _bundles(focus).items():
        if terms:
            hints = not_negative(terms[:MOST_HINTS])
            yield Proposal(f"squares: {kind}", with_hints("grind", hints))
    plain = focus.ordered[:4]
    positive = [f"{RING}.sq_pos (a := {name})" for name in plain]
    yield Proposal("squares: positive", with_hints("grind", [*not_negative(plain), *positive]))


def _bundles(focus: MainGoal) -> dict[str, list[str]]:
    """Terms whose squares are told together, by what they are."""
    names = focus.ordered
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
    return {
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


def not_negative(terms: Sequence[str]) -> list[str]:
    """Theorems which say that the squares of the terms are not negative."""
    return [f"{RING}.sq_nonneg (a := {term})" for term in terms]


def _crossed(names: Sequence[str]) -> list[tuple[str, str, str, str]]:
    if len(names) < 4:
        return []
    a, b, c, d = names[:4]
    return [(a, d, b, c), (a, c, b, d)]


def _centres(focus: MainGoal) -> list[int]:
    """Where the minimum of a quadratic with these numerals may be."""
    halves = [number // 2 for number in focus.numerals if number % 2 == 0 and 0 < number <= 100]
    return list(dict.fromkeys([1, *halves]))[:4]
