"""How often tactics of each family turned out to be in a proof, and what they cost.

Independent things are best tried in the order of their chance of success over their cost; what the
priors give is the logarithm of that, in which `COST` weighs the cost.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

TABLE = Path(__file__).with_name("priors.json")
STRENGTH = 20.0
"""How many tries of a family with any goal count as much as what is known for one kind of goal."""
UNKNOWN = (0.5, 25.0)
"""Successes and tries assumed for every family."""
COST = 0.5
TYPICAL_SECONDS = 0.03
"""What a tactic costs of which nothing is known, and with how many tries that is weighed."""
TYPICAL_TRIES = 10.0
LEAST = -0.1
"""No step is so promising that it adds nothing to its path."""


@dataclass(frozen=True)
class Count:
    """How often a family was tried, and how often it was in the proof that was found."""

    used: float = 0.0
    tried: float = 0.0
    seconds: float = 0.0
    """Of all tries together."""


@dataclass(frozen=True)
class Priors:
    """How promising a family is for goals of one kind (`Focus.context`)."""

    families: Mapping[str, Count] = field(default_factory=dict)
    by_context: Mapping[str, Mapping[str, Count]] = field(default_factory=dict)

    def logprob(self, family: str, context: str) -> float:
        """Natural logarithm of how promising a tactic of the family is; below 0."""
        overall = self.families.get(family, Count())
        rate = (overall.used + UNKNOWN[0]) / (overall.tried + UNKNOWN[1])
        here = self.by_context.get(context, {}).get(family, Count())
        chance = (here.used + STRENGTH * rate) / (here.tried + STRENGTH)
        spent = overall.seconds + TYPICAL_TRIES * TYPICAL_SECONDS
        cost = spent / (overall.tried + TYPICAL_TRIES) / TYPICAL_SECONDS
        return min(LEAST, math.log(chance) - COST * math.log(cost))


@cache
def learned() -> Priors:
    """The table in the package; `benchmarks/learn_priors.py` makes it."""
    if not TABLE.exists():
        return Priors()
    table = json.loads(TABLE.read_text(encoding="utf-8"))
    return Priors(
        families={name: Count(*pair) for name, pair in table["families"].items()},
        by_context={
            context: {name: Count(*pair) for name, pair in families.items()}
            for context, families in table["by_context"].items()
        },
    )
