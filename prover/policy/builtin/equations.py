"""Linear equations, solved for a variable that is then gone."""

from __future__ import annotations

import re
from collections.abc import Iterator

from prover.policy.builtin.focus import Focus, Proposal
from prover.policy.builtin.relations import equations

FLIPPED = {"+": "-", "-": "+"}


def eliminate(focus: Focus) -> Iterator[Proposal]:
    """Solves a linear equation for one of its variables."""
    names = {number.name for number in focus.numbers if number.type != "Nat"}
    for fact in focus.facts[:6]:
        sides = equations(fact.type) if fact.head == "Eq" else []
        for left, right in sides[:1]:
            parts = re.split(r" ([+\-]) ", f"0 + {left}")
            terms = list(zip(parts[1::2], parts[2::2], strict=True))
            if len(terms) < 2 or any(text.count("(") != text.count(")") for _, text in terms):
                continue
            for place, (sign, name) in enumerate(terms):
                others = terms[:place] + terms[place + 1 :]
                alone = not any(name in text.split() for _, text in others)
                if name in names and sign == "+" and alone:
                    moved = "".join(f" {FLIPPED[s]} {text}" for s, text in others)
                    yield Proposal("eliminate", f"obtain rfl : {name} = {right}{moved} := by grind")
