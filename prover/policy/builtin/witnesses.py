"""Values for `∃`: terms built from what is at hand."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice
from math import gcd

from prover.policy.builtin.main_goal import MainGoal, Proposal
from prover.policy.builtin.terms import bracketed, candidates, of_type, simplest

BOUND = re.compile(r"∃ (?P<names>[^,]+),")
SUM = r"(?P<a>\d+) \* [^\W\d]\w* \+ (?P<b>\d+) \* [^\W\d]\w*"
COMBINATION = re.compile(rf", {SUM} = (?P<n>[^=∧∨]+)")
COMBINED = re.compile(rf", (?P<n>[^=∧∨,]+) = {SUM}")
MOST = 24
MOST_TUPLES = 60
OPEN = 8


def give(focus: MainGoal) -> Iterator[Proposal]:
    """Gives a value and proves the rest at once, or leaves the rest as a goal."""
    goal = focus.goal
    if goal.head == "Nonempty":
        for term in [v.name for v in focus.variables] + _values(focus):
            yield Proposal("give for nonempty", f"exact ⟨{term}⟩")
    if goal.head != "Exists":
        return
    for solution in _solutions(goal.target):
        yield Proposal("give a solution", f"exact ⟨{solution}, by omega⟩")
    count = _count(goal.target)
    whole = all(number.type in ("Nat", "Int") for number in focus.numbers)
    closers = ("omega", "grind") if whole else ("grind", "simp_all")
    terms = list(dict.fromkeys((*candidates(focus, MOST), *of_type(focus, ""))))
    plain = [variable.name for variable in focus.variables]
    pool = list(dict.fromkeys((*plain, *_values(focus)[:4], *_linear(goal.target), *terms)))[:MOST]
    if count > 1:
        for chosen in [*_between(focus, count), *_tuples(_simple(focus), count, MOST_TUPLES)]:
            for closer in closers:
                tactic = f"exact ⟨{', '.join(chosen)}, by {closer}⟩"
                yield Proposal(f"give several, {closer}", tactic)
    else:
        for term in pool:
            for closer in closers:
                yield Proposal(f"give, {closer}", f"exact ⟨{term}, by {closer}⟩")
    for term in pool[:OPEN]:
        yield Proposal("give", f"refine ⟨{term}, ?_⟩")
    yield Proposal("give later", "refine ⟨?_, ?_⟩")
    yield Proposal("give a function", "exact ⟨_, rfl⟩")


def _values(focus: MainGoal) -> list[str]:
    """Functions at hand applied to variables at hand."""
    functions = [v.name for v in focus.variables if v.head in ("∀", "→")][:3]
    others = [v.name for v in focus.variables if v.head not in ("∀", "→", "Prop")][:3]
    once = [f"{f} {x}" for f in functions for x in others]
    return [*once, *(f"{f} ({inner})" for f in functions for inner in once[:2])]


def _solutions(target: str) -> Iterator[str]:
    """Whole numbers `x` and `y` with `a * x + b * y = n`, by Euclid's algorithm."""
    for found in (*COMBINATION.finditer(target), *COMBINED.finditer(target)):
        a, b, n = int(found["a"]), int(found["b"]), found["n"].strip()
        if gcd(a, b) == 1 and b > 1:
            x = f"({pow(a, -1, b)} * {bracketed(n)}) % {b}"
            yield f"{x}, ({n} - {a} * ({x})) / {b}"


def _linear(target: str) -> list[str]:
    """What solves `a * x + b = y` for the bound variable `x`."""
    bound = re.match(r"∃ (?P<x>[^\s,()]+), ", target)
    if bound is None:
        return []
    x = re.escape(bound["x"])
    term = r"[^\W\d][\w.'₀-₉]*|\d+"
    found = re.search(rf"(?P<a>{term}) \* {x} (?P<sign>[+-]) (?P<b>{term}) = (?P<y>{term})", target)
    if found is None:
        return []
    opposite = "-" if found["sign"] == "+" else "+"
    return [f"({found['y']} {opposite} {found['b']}) / {found['a']}"]


def _between(focus: MainGoal, count: int) -> list[tuple[str, ...]]:
    """So many numbers between two, evenly spaced."""
    dense = [v.name for v in focus.numbers if v.type not in ("Nat", "Int")][:2]
    if len(dense) < 2:
        return []
    a, b = dense
    parts = count + 1
    return [
        tuple(f"({parts - i} * {a} + {i} * {b}) / {parts}" for i in range(1, parts)),
        tuple(f"({parts - i} * {b} + {i} * {a}) / {parts}" for i in range(1, parts)),
    ]


def _count(target: str) -> int:
    """How many variables the leading quantifiers bind."""
    found = BOUND.match(target)
    if found is None:
        return 1
    names = re.sub(r":[^)]*", "", found["names"]).replace("(", " ").replace(")", " ").split()
    return max(1, len(names))


def _simple(focus: MainGoal) -> list[str]:
    """Terms of which several are given at once."""
    names = [variable.name for variable in focus.variables]
    first = names[0] if focus.numbers else ""
    multiples = [f"{first} + 1", f"2 * {first}", f"-{first}", f"-2 * {first}"] if first else []
    return list(dict.fromkeys((*names[:3], "0", "1", *multiples, *candidates(focus, 10))))


def _tuples(pool: list[str], count: int, most: int) -> Iterator[tuple[str, ...]]:
    """The combinations whose terms are simplest together."""
    small = pool[: 10 if count == 2 else 4]
    yield from islice(simplest([small] * count), most)
