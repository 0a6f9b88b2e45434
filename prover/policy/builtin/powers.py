"""Powers whose exponent is a successor, as induction leaves them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from prover.policy.builtin.focus import Focus, Proposal
from prover.policy.builtin.relations import comparison

BASE = r"(?P<base>[^\W\d][\w.'₀-₉]*|\d+|\([^()]+\))"
SUCCESSOR = re.compile(rf"{BASE} \^ \((?P<n>[^\W\d][\w.'₀-₉]*) \+ \d+\)")
MULTIPLE = re.compile(rf"{BASE} \^ \((?P<k>\d+) \* \((?P<n>[^\W\d][\w.'₀-₉]*) \+ 1\)\)")
FACTOR = re.compile(r"\* (?P<factor>[^\W\d][\w.'₀-₉]*(?! \^)|\d+(?! \^)|\([^()]+\)(?! \^))")
SUCC = ("Nat.pow_succ", "Int.pow_succ", "Lean.Grind.Semiring.pow_succ")
ADD = ("Nat.mul_succ", "Nat.pow_add", "Int.pow_add", "Lean.Grind.Semiring.pow_add")


def successors(focus: Focus) -> Iterator[Proposal]:
    """Splits a factor off a power and forgets that the rest is one: what is known of it stands in
    the hypotheses, and what is left is a polynomial."""
    [y] = focus.fresh("y")
    for pattern, lemmas in ((SUCCESSOR, SUCC), (MULTIPLE, (*ADD, *SUCC))):
        for found in list(pattern.finditer(focus.goal.target))[:2]:
            exponent = f"({found['k']} * {found['n']})" if "k" in found.groupdict() else found["n"]
            power = f"{found['base']} ^ {exponent}"
            rewritten = f"simp only [{', '.join(lemmas)}]"
            yield Proposal("generalize power", f"{rewritten}\ngeneralize {power} = {y} at *")


def multiples(focus: Focus) -> Iterator[Proposal]:
    """Multiplies a comparison of natural numbers with a factor from the target."""
    if focus.goal.head not in ("LE.le", "LT.lt", "GE.ge", "GT.gt"):
        return
    factors = dict.fromkeys(found["factor"] for found in FACTOR.finditer(focus.goal.target))
    for fact in [fact for fact in focus.facts if comparison(fact.type)][:3]:
        for factor in list(factors)[:3]:
            hint = f"have := Nat.mul_le_mul_right {factor} {fact.name}"
            yield Proposal("multiple of comparison", f"{hint}\ngrind")
