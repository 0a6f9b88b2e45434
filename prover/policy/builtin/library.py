"""Theorems of the library that fit the goal."""

from __future__ import annotations

import re
from collections.abc import Iterator

from prover.lean.interface import Premise
from prover.policy.builtin.focus import Focus, Proposal, telling

INTERNAL = re.compile(
    r"\b(Linear|ToInt|Internal|Simproc|_)\b|\.(eq_def|injEq)$"
    r"|^Lean\.(?!Grind\.(OrderedRing|Field|Ring|Semiring|CommRing)\.)"
)
MOST = 10


def use_premises(focus: Focus) -> Iterator[Proposal]:
    """Applies, rewrites and simplifies with premises, one at a time and several at once."""
    premises = [premise for premise in focus.premises if not INTERNAL.search(premise.name)]
    applied = [p.name for p in premises if "apply" in p.uses][:MOST]
    forwards = [p.name for p in premises if "rw" in p.uses][:MOST]
    for size in (3, 8):
        if len(premises) >= size:
            names = [p.name for p in premises[:size]]
            yield Proposal(f"grind [{size} premises]", telling("grind", names))
            yield Proposal(f"simp_all [{size} premises]", telling("simp_all", names))
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
