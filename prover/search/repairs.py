"""What Lean has refused, for a policy that wants to be asked again with it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from prover.lean.interface import Outcome, TacticError
from prover.policy.base import Candidate, Refusal


class Repairs:
    """The refused candidates of each state, since the policy was asked about it last."""

    def __init__(self, most: int) -> None:
        """The policy is asked again at most so often about one state."""
        self._most = most
        self._asked: Counter[str] = Counter()
        self._refused: dict[str, dict[str, Refusal]] = {}

    def note(self, key: str, trials: Iterable[tuple[Candidate, Outcome]]) -> None:
        """Takes note of what Lean said of candidates of a state."""
        if not self._most:
            return
        refused = self._refused.setdefault(key, {})
        for candidate, outcome in trials:
            if isinstance(outcome, TacticError):
                refused[candidate.tactic] = Refusal(candidate, outcome.message)

    def take(self, key: str) -> tuple[Refusal, ...]:
        """What the policy is to be told of a state whose candidates are spent, likeliest first;
        nothing if it is not to be asked again."""
        refused = self._refused.pop(key, {})
        if not refused or self._asked[key] >= self._most:
            return ()
        self._asked[key] += 1
        return tuple(sorted(refused.values(), key=lambda refusal: -refusal.candidate.logprob))
