"""Comparisons and equations in printed propositions."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from prover.policy.builtin.focus import Focus

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


def positives(focus: Focus) -> list[Positive]:
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
