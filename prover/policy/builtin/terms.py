"""Printed relations, and terms at hand: what could stand for a bound variable."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import permutations, product

from prover.lean.interface import Hypothesis
from prover.policy.builtin.main_goal import WORD, MainGoal

NOTATIONS = {"ℕ": "Nat", "ℤ": "Int", "ℚ": "Rat"}
SMALL = 12
MOST_EACH = 6
BINDER = re.compile(r"\((?P<names>[^():]+) : (?P<type>[^()]+)\)")


def arguments(focus: MainGoal, fact: Hypothesis) -> list[list[str]]:
    """For each leading variable that a universal fact is about, terms to give it.

    Lean prints `∀ (x y : T), …`, or `∀ n, …` where it can tell the type from the rest.
    """
    bound = re.match(r"∀ (?P<binders>.*?), ", fact.type, flags=re.DOTALL)
    if bound is None:
        return []
    typed = BINDER.findall(bound["binders"])
    names: list[tuple[str, str]] = [(n, type_) for group, type_ in typed for n in group.split()]
    if not typed:
        names = [(name, "") for name in bound["binders"].split()]
    return [of_type(focus, type_)[:MOST_EACH] for _, type_ in names[:3]]


def simplest(pools: Sequence[Sequence[str]]) -> Iterator[tuple[str, ...]]:
    """One term of each pool, in all ways; those that stand at the fronts of theirs come first."""
    places = product(*(range(len(pool)) for pool in pools))
    for chosen in sorted(places, key=lambda chosen: (sum(chosen), chosen)):
        yield tuple(pool[place] for pool, place in zip(pools, chosen, strict=True))


def of_type(focus: MainGoal, type_: str) -> list[str]:
    """Terms of a type, simplest first; of any number's type where it is not known."""
    type_ = NOTATIONS.get(type_, type_)
    own = [v.name for v in focus.variables if not type_ or v.type == type_]
    number = not type_ or type_ in focus.rings
    constants = [str(n) for n in dict.fromkeys((0, 1, *focus.numerals)) if n <= SMALL]
    shifted = [f"({v.name} + 1)" for v in focus.numbers if not type_ or v.type == type_]
    known = {hypothesis.name for hypothesis in focus.named}
    applied = [
        f"({inner})" for inner in applications(focus.text) if set(WORD.findall(inner)) <= known
    ]
    halves = [f"({name} / 2)" for name in own if number and type_ not in ("Nat", "Int")]
    pool = [
        *own[:3],
        *_gaps(focus, type_),
        *applied[:2],
        *own[3:],
        *(constants if number else []),
        *(shifted if number else []),
        *halves,
    ]
    return list(dict.fromkeys(pool))


def _gaps(focus: MainGoal, type_: str) -> list[str]:
    """Half of what the target's greater side lacks, if that should be the case."""
    claim = comparison(focus.goal.target)
    if claim is None or type_ in ("Nat", "Int") or not focus.of_type(type_):
        return []
    return [f"(({claim.less} - {bracketed(claim.greater)}) / 2)"]


def applications(text: str) -> Iterator[str]:
    """What stands in brackets in a printed goal, innermost first."""
    for found in re.finditer(r"\(([^()∀∃,:]+)\)", text):
        if " " in found[1]:
            yield found[1]


def candidates(focus: MainGoal, count: int) -> Sequence[str]:
    """Numbers built from the variables and numerals at hand, simplest first."""
    names = [variable.name for variable in focus.numbers][:5]
    numerals = [number for number in focus.numerals if number <= 10**4][:6]
    constants = [str(number) for number in dict.fromkeys((0, 1, 2, *numerals))]
    steps = [f"{name} {sign} {number}" for name in names for number in (1, 2) for sign in "+-"]
    scaled = [
        f"{number} * {name}"
        for name in names
        for number in dict.fromkeys((2, *numerals))
        if number > 1
    ]
    parts = [
        f"{name} / {number}"
        for name in names
        for number in dict.fromkeys((2, *numerals))
        if number > 1
    ]
    pairs = [(a, b) for i, a in enumerate(names) for b in names[i + 1 :]]
    mixed = [
        text
        for a, b in pairs
        for text in (f"({a} + {b}) / 2", f"{a} + {b}", f"{a} * {b}", f"{a} - {b}", f"{b} - {a}")
    ]
    solved = [f"({c} - {b}) / {a}" for a, b, c in permutations(names[:3], 3)]
    odd = [f"2 * {name} + 1" for name in names] + [f"-{name}" for name in names]
    above = [f"{name} + 1" for name in names]
    terms = [*names, *above, *mixed, *parts, *constants, *scaled, *odd, *solved, *steps]
    return list(dict.fromkeys(terms))[:count]


SIDE = r"[^<≤=≥>≠∧∨→↔∃∀]+"
COMPARISON = re.compile(f"(?P<left>{SIDE}) (?P<sign>[<≤≥>]) (?P<right>{SIDE})")
EQUATION = re.compile(f"(?P<left>{SIDE}) = (?P<right>{SIDE})")
MOST_POSITIVE = 5


@dataclass(frozen=True)
class Comparison:
    """Two terms of which the first is less than the second, or not greater."""

    less: str
    greater: str
    strict: bool

    @property
    def difference(self) -> str:
        """The greater minus the less."""
        return self.greater if self.less == "0" else f"{self.greater} - {bracketed(self.less)}"


@dataclass(frozen=True)
class Positive:
    """A term that is positive or, unless `strict`, not negative."""

    term: str
    strict: bool


def comparisons(text: str) -> Iterator[Comparison]:
    """The comparisons that a printed proposition consists of."""
    for found in COMPARISON.finditer(text):
        left, sign, right = found["left"].strip(), found["sign"], found["right"].strip()
        less, greater = (left, right) if sign in "<≤" else (right, left)
        yield Comparison(less, greater, sign in "<>")


def comparison(text: str) -> Comparison | None:
    """The comparison that a printed proposition is, if it is one."""
    return next(comparisons(text)) if COMPARISON.fullmatch(text) else None


def equations(text: str) -> list[tuple[str, str]]:
    """Both sides of the equations that a printed proposition consists of."""
    return [(found["left"].strip(), found["right"].strip()) for found in EQUATION.finditer(text)]


def positives(focus: MainGoal) -> list[Positive]:
    """What the facts say to be positive or not negative, oldest first."""
    names = set(focus.ordered)
    found: dict[str, Positive] = {}
    for fact in reversed(focus.facts):
        for item in comparisons(fact.type):
            if set(re.findall(r"[^\W\d]\w*", f"{item.less} {item.greater}")) & names:
                found.setdefault(item.difference, Positive(item.difference, item.strict))
    return list(found.values())[:MOST_POSITIVE]


def bracketed(term: str) -> str:
    """The term as what something is subtracted from needs it."""
    return f"({term})" if re.search(r"[+\-] ", term) else term
