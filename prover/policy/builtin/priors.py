"""How often tactics of each family turned out to be in a proof, by the head of the target."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

TABLE = Path(__file__).with_name("priors.json")
STRENGTH = 20.0
"""How many tries of a family with any target count as much as what is known for one head."""
UNKNOWN = (1.0, 50.0)
"""Successes and tries assumed for every family."""


@dataclass(frozen=True)
class Count:
    """How often a family was tried, and how often it was in the proof that was found."""

    used: float = 0.0
    tried: float = 0.0


@dataclass(frozen=True)
class Priors:
    """The probability of a family, given the head of the target."""

    families: Mapping[str, Count] = field(default_factory=dict)
    by_head: Mapping[str, Mapping[str, Count]] = field(default_factory=dict)

    def logprob(self, family: str, head: str) -> float:
        """Natural logarithm of the probability that a tactic of the family is in the proof."""
        overall = self.families.get(family, Count())
        rate = (overall.used + UNKNOWN[0]) / (overall.tried + UNKNOWN[1])
        here = self.by_head.get(head, {}).get(family, Count())
        return math.log((here.used + STRENGTH * rate) / (here.tried + STRENGTH))


@cache
def learned() -> Priors:
    """The table in the package; `benchmarks/learn_priors.py` makes it."""
    if not TABLE.exists():
        return Priors()
    table = json.loads(TABLE.read_text(encoding="utf-8"))
    return Priors(
        families={name: Count(*pair) for name, pair in table["families"].items()},
        by_head={
            head: {name: Count(*pair) for name, pair in families.items()}
            for head, families in table["by_head"].items()
        },
    )
