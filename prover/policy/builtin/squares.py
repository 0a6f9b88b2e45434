"""Squares that are not negative, as hints that make non-linear inequalities linear."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import combinations, permutations

from prover.policy.builtin.focus import Focus, Proposal, telling
from prover.policy.builtin.polynomial import NotPolynomial, add, parse, squares_of
from prover.policy.builtin.relations import comparisons, equations

RING = "Lean.Grind.OrderedRing"
MOST_HINTS = 8


def complete(focus: Focus) -> Iterator[Proposal]:
    """Writes the difference of the two sides of a quadratic inequality as a sum of squares."""
    for found in comparisons(focus.goal.target):
        try:
            terms = squares_of(add(parse(found.greater), parse(found.less), Fraction(-1)))
        except NotPolynomial:
            continue
        if terms:
            yield Proposal("complete the square", telling("grind", not_negative(terms)))


def vanish(focus: Focus) -> Iterator[Proposal]:
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
            *(f"  {line}" for line in telling("grind", hints).splitlines()),
        ]
    return "\n".join([*lines, "grind"])


def squares(focus: Focus) -> Iterator[Proposal]:
    """Tells `grind` that some squares are not negative."""
    if not focus.ordered:
        return
    for kind, terms in _bundles(focus).items():
        if terms:
            hints = not_negative(terms[:MOST_HINTS])
            yield Proposal(f"squares: {kind}", telling("grind", hints))
    plain = focus.ordered[:4]
    positive = [f"{RING}.sq_pos (a := {name})" for name in plain]
    yield Proposal("squares: positive", telling("grind", [*not_negative(plain), *positive]))


def _bundles(focus: Focus) -> dict[str, list[str]]:
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


def _centres(focus: Focus) -> list[int]:
    """Where the minimum of a quadratic with these numerals may be."""
    halves = [number // 2 for number in focus.numerals if number % 2 == 0 and 0 < number <= 100]
    return list(dict.fromkeys([1, *halves]))[:4]
