"""Tactics that close a goal by themselves: alone, with definitions, with library theorems."""

from __future__ import annotations

import re
from collections.abc import Iterator

from prover.lean.interface import Premise
from prover.policy.builtin.main_goal import MainGoal, Proposal, with_hints

ALONE = (
    "grind",
    "omega",
    "simp_all",
    "simp",
    "rfl",
    "decide",
    "assumption",
    "contradiction",
)
SPLIT_THEN = ("grind", "simp_all", "omega")
MOST_DEFINITIONS = 8


def close(focus: MainGoal) -> Iterator[Proposal]:
    """Each closer alone."""
    for tactic in ALONE:
        yield Proposal(tactic, tactic)
    yield Proposal("simp_all +arith", "simp_all +arith")
    yield Proposal("ac_rfl", "ac_rfl")
    if "BitVec" in focus.text or "Bool" in focus.text or "UInt" in focus.text:
        yield Proposal("bv_decide", "bv_decide")
    if focus.goal.head in ("Eq", "Iff"):
        yield Proposal("decide +kernel", "decide +kernel")


def close_with_definitions(focus: MainGoal) -> Iterator[Proposal]:
    """Closers that are told the definitions of the file."""
    names = [item.name for item in focus.definitions][:MOST_DEFINITIONS]
    constructors = [name for item in focus.inductives for name in item.constructors]
    if names:
        for closer in ("simp_all", "grind", "simp"):
            yield Proposal(f"{closer} [definitions]", with_hints(closer, names))
        yield Proposal("simp only [definitions]", with_hints("simp only", names) + " at *")
        yield Proposal("unfold", f"unfold {names[0]}")
    if constructors:
        both = [*names, *constructors][: 2 * MOST_DEFINITIONS]
        yield Proposal("grind [constructors]", with_hints("grind", both))
        cases = [*names, *(f"cases {item.name}" for item in focus.inductives)]
        yield Proposal("grind [cases]", with_hints("grind", cases))


def split(focus: MainGoal) -> Iterator[Proposal]:
    """Splits an `if` or a `match`."""
    if focus.words & {"if", "match"}:
        for closer in SPLIT_THEN:
            yield Proposal(f"split <;> {closer}", f"split <;> {closer}")
        yield Proposal("split", "split")
        if any(word in fact.type for fact in focus.facts for word in ("if ", "match ")):
            yield Proposal("split at *", "split at *")


INTERNAL = re.compile(
    r"\b(Linear|ToInt|Internal|Simproc|_)\b|\.(eq_def|injEq)$"
    r"|^Lean\.(?!Grind\.(OrderedRing|Field|Ring|Semiring|CommRing)\.)"
)
MOST = 10


def use_premises(focus: MainGoal) -> Iterator[Proposal]:
    """Applies, rewrites and simplifies with premises, one at a time and several at once."""
    premises = [premise for premise in focus.premises if not INTERNAL.search(premise.name)]
    applied = [p.name for p in premises if "apply" in p.uses][:MOST]
    forwards = [p.name for p in premises if "rw" in p.uses][:MOST]
    for size in (3, 8):
        if len(premises) >= size:
            names = [p.name for p in premises[:size]]
            yield Proposal(f"grind [{size} premises]", with_hints("grind", names))
            yield Proposal(f"simp_all [{size} premises]", with_hints("simp_all", names))
    for rank, name in enumerate(applied):
        near = "near" if rank < 3 else "far"
        yield Proposal(f"apply premise <;> assumption, {near}", f"apply {name} <;> assumption")
        yield Proposal(f"apply premise <;> grind, {near}", f"apply {name} <;> grind")
        yield Proposal(f"apply premise, {near}", f"apply {name}")
    for rank, name in enumerate(forwards):
        near = "near" if rank < 3 else "far"
        yield Proposal(f"rw [premise], {near}", f"rw [{name}]")
        yield Proposal(f"grind [premise], {near}", f"grind [{name}]")
        yield Proposal(f"simp [premise], {near}", f"simp [{name}]")
    for premise in _backwards(premises)[:3]:
        yield Proposal("rw [← premise]", f"rw [← {premise.name}]")


def _backwards(premises: list[Premise]) -> list[Premise]:
    return [premise for premise in premises if "rw ←" in premise.uses]
