"""The policy that needs no model: families of tactics, ordered by learned priors."""

from __future__ import annotations

import json
import math
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from prover.policy.builtin import (
    arithmetic,
    automation,
    hypotheses,
    induction,
    inequalities,
    targets,
    witnesses,
)
from prover.policy.builtin.main_goal import WORD, Family, MainGoal, Proposal
from prover.policy.policy import Candidate, Question

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


FAMILIES: tuple[Family, ...] = (
    automation.close,
    automation.close_with_definitions,
    automation.split,
    targets.introduce,
    targets.take_apart,
    targets.extend,
    targets.contradict,
    targets.distinguish,
    hypotheses.destruct,
    hypotheses.quotients,
    hypotheses.rewrite,
    hypotheses.apply,
    hypotheses.instantiate,
    hypotheses.rename,
    induction.by_induction,
    induction.strongly,
    induction.by_recursion,
    induction.by_cases,
    witnesses.give,
    inequalities.complete,
    inequalities.vanish,
    inequalities.squares,
    inequalities.products,
    inequalities.products_with_squares,
    inequalities.zero_products,
    inequalities.by_contradiction,
    arithmetic.eliminate,
    arithmetic.successors,
    arithmetic.multiples,
    arithmetic.divides,
    arithmetic.from_divisors,
    arithmetic.divisions,
    arithmetic.larger,
    arithmetic.compare,
    arithmetic.by_remainders,
    arithmetic.powers,
    arithmetic.by_values,
    automation.use_premises,
)
LATER = 0.15
"""What each further tactic of one family loses, as a negative log-probability: those proposed first
are the more promising."""
AFTER = 0.05
NOISE = 0.5
"""Standard deviation of what a seed other than 0 adds to each log-probability."""


class BuiltinPolicy:
    """Proposes from the shape of the goal. With one seed it always proposes the same."""

    name = "builtin"
    premises_wanted = 24

    def __init__(self, *, seed: int = 0, priors: Priors | None = None) -> None:
        self._seed = seed
        self._priors = priors or learned()

    async def propose(self, questions: Sequence[Question], count: int) -> list[list[Candidate]]:
        """For each question at most `count` candidates, most likely first, no tactic twice."""
        return [
            self._ranked(MainGoal.of(question), question.seed)[:count] for question in questions
        ]

    def _ranked(self, focus: MainGoal, seed: int) -> list[Candidate]:
        best: dict[str, Candidate] = {}
        for candidate in self._scored(focus, self._seed + seed):
            known = best.get(candidate.tactic)
            if known is None or candidate.logprob > known.logprob:
                best[candidate.tactic] = candidate
        return sorted(best.values(), key=lambda candidate: -candidate.logprob)

    def _scored(self, focus: MainGoal, seed: int) -> list[Candidate]:
        noise = random.Random(f"{seed}:{focus.goal.key}")
        priors, context = self._priors, focus.context
        alone = {closer: priors.logprob(closer, context) for closer in automation.ALONE}
        seen: dict[str, int] = {}
        scored = []
        for proposal in proposals(focus):
            place = seen.get(proposal.family, 0)
            seen[proposal.family] = place + 1
            logprob = priors.logprob(proposal.family, context) - LATER * place
            # What a closer does alone needs no hints and no cases: the shorter proof comes first.
            for closer in alone.keys() & set(WORD.findall(proposal.tactic)) - {proposal.tactic}:
                logprob = min(logprob, alone[closer] - AFTER)
            if seed:
                logprob += noise.gauss(0.0, NOISE)
            label = f"{self.name}: {proposal.family} | {context}"
            scored.append(Candidate(proposal.tactic, min(logprob, -math.ulp(1.0)), policy=label))
        return scored


def proposals(focus: MainGoal) -> list[Proposal]:
    """What all families propose for a goal."""
    return [proposal for family in FAMILIES for proposal in family(focus)]
