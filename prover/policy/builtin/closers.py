"""Tactics that close a goal by themselves, or leave what they could not simplify."""

from __future__ import annotations

from collections.abc import Iterator

from prover.policy.builtin.focus import Focus, Proposal, telling

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


def close(focus: Focus) -> Iterator[Proposal]:
    """Each closer alone."""
    for tactic in ALONE:
        yield Proposal(tactic, tactic)
    yield Proposal("simp_all +arith", "simp_all +arith")
    yield Proposal("ac_rfl", "ac_rfl")
    if "BitVec" in focus.text or "Bool" in focus.text or "UInt" in focus.text:
        yield Proposal("bv_decide", "bv_decide")
    if focus.goal.head in ("Eq", "Iff"):
        yield Proposal("decide +kernel", "decide +kernel")


def close_with_definitions(focus: Focus) -> Iterator[Proposal]:
    """Closers that are told the definitions of the file."""
    names = [item.name for item in focus.definitions][:MOST_DEFINITIONS]
    constructors = [name for item in focus.inductives for name in item.constructors]
    if names:
        for closer in ("simp_all", "grind", "simp"):
            yield Proposal(f"{closer} [definitions]", telling(closer, names))
        yield Proposal("simp only [definitions]", telling("simp only", names) + " at *")
        yield Proposal("unfold", f"unfold {names[0]}")
    if constructors:
        both = [*names, *constructors][: 2 * MOST_DEFINITIONS]
        yield Proposal("grind [constructors]", telling("grind", both))
        cases = [*names, *(f"cases {item.name}" for item in focus.inductives)]
        yield Proposal("grind [cases]", telling("grind", cases))


def split(focus: Focus) -> Iterator[Proposal]:
    """Splits an `if` or a `match`."""
    if focus.words & {"if", "match"}:
        for closer in SPLIT_THEN:
            yield Proposal(f"split <;> {closer}", f"split <;> {closer}")
        yield Proposal("split", "split")
        if any(word in fact.type for fact in focus.facts for word in ("if ", "match ")):
            yield Proposal("split at *", "split at *")
