"""Products of comparisons, and factors of zero, as hints for non-linear arithmetic."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

from prover.lean.interface import Hypothesis
from prover.policy.builtin.focus import Focus, Proposal, telling
from prover.policy.builtin.relations import Positive, bracketed, comparison, equations, positives
from prover.policy.builtin.squares import RING, not_negative


def products(focus: Focus) -> Iterator[Proposal]:
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
        told = telling("grind", not_negative(differences)) if differences else "grind"
        yield Proposal("products and squares", "\n".join([*hints[:4], told]))


def products_with_squares(focus: Focus) -> Iterator[Proposal]:
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


def by_contradiction(focus: Focus) -> Iterator[Proposal]:
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
    told = telling("grind", not_negative([*shifts, *differences][:4]))
    yield Proposal("contradiction by products and squares", "\n".join([start, *hints, told]))


def _product(first: Positive, second: Positive) -> str:
    lemma = "mul_pos" if first.strict and second.strict else "mul_nonneg"
    return f"have := {RING}.{lemma} (a := {first.term}) (b := {second.term}) (by grind) (by grind)"


def zero_products(focus: Focus) -> Iterator[Proposal]:
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
