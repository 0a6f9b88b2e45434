"""Which of the tactics that work are worth suggesting: such that differ in what they do.

A tactic that only stands around another one that closes the goal by itself (`cases n <;> grind`
where `grind` does it) says nothing new. Of those that close the goal one of each kind of step is
enough. Those that leave goals come after them, first one of each kind; more of a kind only where
nothing closes the goal, as they leave different goals.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass

from prover.lean.interface import State
from prover.policy.policy import Candidate
from prover.search.expansion import PIECES
from prover.service.runs import Json

HEAD = re.compile(r"[\s·({]*([^\W\d]\w*)")
"""The word that a tactic begins with, without a `!`, `?` or `'` that varies it."""
ALIKE = {
    "and_intros": "constructor",
    "erw": "rw",
    "intros": "intro",
    "obtain": "cases",
    "rcases": "cases",
    "refine": "apply",
    "rewrite": "rw",
    "rintro": "intro",
    "simp_all": "simp",
    "simpa": "simp",
}
"""Tactics that take the same kind of step as another one."""


@dataclass(frozen=True)
class Suggestion:
    """A tactic that works, and what it leaves."""

    candidate: Candidate
    left: tuple[State, ...]

    @property
    def closes(self) -> bool:
        """Whether it leaves nothing."""
        return not self.left

    @property
    def rank(self) -> tuple[bool, float]:
        """The best is least."""
        return not self.closes, -self.candidate.logprob

    @property
    def kind(self) -> str:
        """The kind of step that it begins with."""
        head = HEAD.match(self.candidate.tactic)
        word = head[1] if head else self.candidate.tactic
        return ALIKE.get(word, word)

    @property
    def pieces(self) -> set[str]:
        """The tactics that it is made of."""
        return {piece.strip().lstrip("· ") for piece in PIECES.split(self.candidate.tactic)}

    def is_new(self, seen: set[tuple[str, ...]]) -> bool:
        """Whether it leaves what none before it has left; takes note of it."""
        keys = tuple(state.key for state in self.left)
        new = self.closes or keys not in seen
        seen.add(keys)
        return new

    @property
    def script(self) -> str:
        """The tactic, with a `sorry` for each goal that it leaves."""
        goals = sum(len(state.goals) for state in self.left)
        rest = ["sorry"] if goals == 1 else ["· sorry"] * goals
        return "\n".join([self.candidate.tactic, *rest])

    def to_json(self) -> Json:
        """The event for clients."""
        return {
            "event": "suggestion",
            "tactic": self.candidate.tactic,
            "goals": [goal.pretty for state in self.left for goal in state.goals],
            "closes": self.closes,
            "logprob": self.candidate.logprob,
            "policy": self.candidate.policy,
        }


class Selection:
    """The best of the tactics that work, at most `top`."""

    def __init__(self, top: int) -> None:
        self._top = top
        self._kept: list[Suggestion] = []
        self.seen = 0
        """How many there were to choose from."""

    def add(self, suggestion: Suggestion) -> bool:
        """Takes a tactic that works into account; whether it is selected, as things stand."""
        self.seen += 1
        self._kept.append(suggestion)
        return suggestion in self.best

    @property
    def is_full(self) -> bool:
        """Whether there are as many as wanted, each of another kind."""
        return len({one.kind for one in self.best}) == self._top

    @property
    def best(self) -> list[Suggestion]:
        """Those that close the goal first; of the others, first one of each kind."""
        kinds: Counter[str] = Counter()
        rounds: list[tuple[int, Suggestion]] = []
        alone = {one.candidate.tactic for one in self._kept if one.closes}
        for one in sorted(self._kept, key=lambda one: one.rank):
            if not (one.closes and one.pieces & (alone - {one.candidate.tactic})):
                rounds.append((kinds[one.kind], one))
                kinds[one.kind] += 1
        if alone:
            rounds = [pair for pair in rounds if pair[0] == 0]
        rounds.sort(key=lambda pair: pair[0])
        return [one for _, one in rounds[: self._top]]
