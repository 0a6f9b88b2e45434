"""The goal that a tactic acts on, with what the families of tactics ask about it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from prover.lean.interface import Definition, Goal, Hypothesis, Premise
from prover.policy.policy import Question

NUMERAL = re.compile(r"(?<![\w.✝₀-₉])\d+(?![\w.])")
WORD = re.compile(r"[^\W\d][\w.!?'✝₀-₉]*")
MODULUS = re.compile(r"% (\d+)|(?<![\w^])(\d+) ∣")
ORDERED_RING = "Lean.Grind.OrderedRing"
RINGS = ("Lean.Grind.Field", "Lean.Grind.CommRing", ORDERED_RING)
PLAIN = ("Nat", "Int", "Rat", "Bool")
WIDTH = 92
"""Of a line of a tactic, which may stand a few levels deep in a file."""
LARGEST_NUMERAL = 10**6


@dataclass(frozen=True)
class Proposal:
    """A tactic, and the family that it belongs to, whose prior it has."""

    family: str
    tactic: str


@dataclass(frozen=True)
class MainGoal:
    """The first goal of a state."""

    goal: Goal
    premises: tuple[Premise, ...] = ()

    @classmethod
    def of(cls, question: Question) -> MainGoal:
        """The goal that a tactic acts on in the state of the question."""
        return cls(question.state.goals[0], question.premises)

    @cached_property
    def named(self) -> tuple[Hypothesis, ...]:
        """All that a tactic can name, instances left out; the newest first."""
        return tuple(
            hypothesis
            for hypothesis in reversed(self.goal.hypotheses)
            if hypothesis.accessible and not hypothesis.name.startswith("inst")
        )

    @cached_property
    def facts(self) -> tuple[Hypothesis, ...]:
        """Hypotheses that are propositions, the newest first."""
        return tuple(hypothesis for hypothesis in self.named if hypothesis.is_proposition)

    @cached_property
    def variables(self) -> tuple[Hypothesis, ...]:
        """What is no proposition, in the order of the goal; types left out.

        Types of numbers have their own names, whatever notation the file has for them.
        """
        return tuple(
            replace(hypothesis, type=hypothesis.head) if hypothesis.head in PLAIN else hypothesis
            for hypothesis in reversed(self.named)
            if not hypothesis.is_proposition and hypothesis.head != "Type"
        )

    def of_type(self, *types: str) -> list[str]:
        """The variables of these types."""
        return [variable.name for variable in self.variables if variable.type in types]

    @cached_property
    def ordered_rings(self) -> tuple[str, ...]:
        """The types at hand that are ordered rings: Int, Rat, and what an instance says so of."""
        return ("Int", "Rat", *self._instances(ORDERED_RING))

    @cached_property
    def ordered(self) -> list[str]:
        """The variables that are elements of an ordered ring."""
        return self.of_type(*self.ordered_rings)

    @cached_property
    def rings(self) -> tuple[str, ...]:
        """The types at hand in which `grind` calculates."""
        own = [name for ring in RINGS for name in self._instances(ring)]
        return tuple(dict.fromkeys(("Nat", "Int", "Rat", *own)))

    @cached_property
    def numbers(self) -> tuple[Hypothesis, ...]:
        """The variables that are numbers."""
        return tuple(variable for variable in self.variables if variable.type in self.rings)

    @cached_property
    def text(self) -> str:
        """The target and all facts, as printed."""
        return "\n".join([self.goal.target, *(fact.type for fact in self.facts)])

    @cached_property
    def numerals(self) -> tuple[int, ...]:
        """The numerals in the target and in the facts, as they come."""
        found = dict.fromkeys(int(digits) for digits in NUMERAL.findall(self.text))
        return tuple(number for number in found if number <= LARGEST_NUMERAL)

    @cached_property
    def context(self) -> str:
        """What kind of goal it is, for the priors: the head of its target and what it speaks of."""
        if self.definitions or self.inductives:
            return f"{self.goal.head}, definitions"
        if MODULUS.search(self.text):
            return f"{self.goal.head}, remainders"
        return self.goal.head

    @cached_property
    def words(self) -> frozenset[str]:
        """The names and keywords in the target and in the facts."""
        return frozenset(WORD.findall(self.text))

    @property
    def definitions(self) -> tuple[Definition, ...]:
        """Definitions, not inductive types, of the file at hand."""
        return tuple(item for item in self.goal.definitions if not item.constructors)

    @property
    def inductives(self) -> tuple[Definition, ...]:
        """Inductive types of the file at hand."""
        return tuple(item for item in self.goal.definitions if item.constructors)

    def inductive(self, head: str) -> Definition | None:
        """The inductive type of the file that has this name, whatever namespace is open."""
        return _named(head, self.inductives)

    def defined(self, head: str) -> Definition | None:
        """The definition of the file that has this name, whatever namespace is open."""
        return _named(head, self.definitions)

    def fresh(self, *wanted: str) -> list[str]:
        """Names like the ones wanted that are not in use."""
        used = {hypothesis.name for hypothesis in self.goal.hypotheses}
        found: list[str] = []
        for name in wanted:
            free = next(n for n in _variants(name) if n not in used)
            used.add(free)
            found.append(free)
        return found

    def _instances(self, type_class: str) -> list[str]:
        return [
            hypothesis.type.rpartition(" ")[2]
            for hypothesis in self.goal.hypotheses
            if hypothesis.head == type_class
        ]


def with_hints(closer: str, hints: Sequence[str]) -> str:
    """The closer with hints, on several lines if they are long."""
    lines, line = [], f"{closer} ["
    for place, hint in enumerate(hints):
        text = hint + (", " if place + 1 < len(hints) else "]")
        if len(line) + len(text.rstrip()) > WIDTH and line.strip():
            lines.append(line.rstrip())
            line = "  "
        line += text
    return "\n".join([*lines, line])


Family = Callable[[MainGoal], Iterator[Proposal]]
"""Proposes tactics of one kind for a goal, the more promising first."""


def _named(full: str, items: Sequence[Definition]) -> Definition | None:
    return next((i for i in items if full == i.name or full.endswith(f".{i.name}")), None)


def _variants(name: str) -> Iterator[str]:
    yield name
    number = 1
    while True:
        yield f"{name}{str(number).translate(SUBSCRIPTS)}"
        number += 1


SUBSCRIPTS = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")
