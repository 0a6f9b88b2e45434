"""The policy that needs no model: families of tactics, ordered by learned priors."""

from __future__ import annotations

import math
import random
from collections.abc import Sequence

from prover.policy.base import Candidate, Question
from prover.policy.builtin import (
    closers,
    divisibility,
    equations,
    hypotheses,
    induction,
    library,
    naturals,
    powers,
    products,
    remainders,
    squares,
    targets,
    witnesses,
)
from prover.policy.builtin.focus import WORD, Family, Focus, Proposal
from prover.policy.builtin.priors import Priors, learned

FAMILIES: tuple[Family, ...] = (
    closers.close,
    closers.close_with_definitions,
    closers.split,
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
    squares.complete,
    squares.vanish,
    squares.squares,
    products.products,
    products.products_with_squares,
    products.zero_products,
    products.by_contradiction,
    equations.eliminate,
    powers.successors,
    powers.multiples,
    divisibility.divides,
    divisibility.from_divisors,
    naturals.divisions,
    naturals.larger,
    naturals.compare,
    remainders.by_remainders,
    remainders.powers,
    remainders.by_values,
    library.use_premises,
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
        return [self._ranked(Focus.of(question), question.seed)[:count] for question in questions]

    def _ranked(self, focus: Focus, seed: int) -> list[Candidate]:
        best: dict[str, Candidate] = {}
        for candidate in self._scored(focus, self._seed + seed):
            known = best.get(candidate.tactic)
            if known is None or candidate.logprob > known.logprob:
                best[candidate.tactic] = candidate
        return sorted(best.values(), key=lambda candidate: -candidate.logprob)

    def _scored(self, focus: Focus, seed: int) -> list[Candidate]:
        noise = random.Random(f"{seed}:{focus.goal.key}")
        priors, context = self._priors, focus.context
        alone = {closer: priors.logprob(closer, context) for closer in closers.ALONE}
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


def proposals(focus: Focus) -> list[Proposal]:
    """What all families propose for a goal."""
    return [proposal for family in FAMILIES for proposal in family(focus)]
