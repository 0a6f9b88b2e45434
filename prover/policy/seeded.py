"""Another try with the same policy."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from prover.policy.base import Candidate, Policy, Question


class Seeded:
    """A policy that is asked with a seed, so that many tries share what it has loaded."""

    def __init__(self, policy: Policy, seed: int) -> None:
        self._policy = policy
        self._seed = seed

    @property
    def name(self) -> str:
        """The policy's."""
        return self._policy.name

    @property
    def premises_wanted(self) -> int:
        """As many as the policy."""
        return self._policy.premises_wanted

    async def propose(self, questions: Sequence[Question], count: int) -> list[list[Candidate]]:
        """What the policy proposes with the seed."""
        seeded = [replace(question, seed=self._seed) for question in questions]
        return await self._policy.propose(seeded, count)
