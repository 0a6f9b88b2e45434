"""A state's turn: the next of its candidates, on their way through Lean a few at a time.

What of a turn has been run is told and put into the graph at once, and then the turn goes on: only
when it is over has another state its turn on that worker. Several workers may share a turn.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from prover.lean.interface import Outcome
from prover.policy.base import Candidate, Question
from prover.search.expansion import Attempt, Expansion

PIECE = 8
"""Tactics that Lean is sent at once."""


@dataclass(eq=False)
class Turn:
    """How many candidates a state may have run before others have their turn."""

    question: Question
    expansion: Expansion
    """Of its state; its tactics are taken from it as they are sent, so that a second try comes
    at its place in the turn that had the first."""
    cost: float
    """Of the state when it was chosen."""
    depth: int
    left: int
    """How many tactics may still be sent to Lean."""
    first: bool
    """Whether the policy is still to be asked for the state."""
    shared: bool = False
    """Whether several workers take its tactics, one at a time."""
    prepared: bool = False
    """Whether its expansion has its candidates."""
    pieces: list[Piece] = field(default_factory=list)
    """What was sent and has not landed."""
    policy_seconds: float = 0.0

    @property
    def key(self) -> str:
        """Of its state."""
        return self.question.state.key

    @property
    def most(self) -> int:
        """How many tactics may still come of it."""
        return self.left + sum(piece.most for piece in self.pieces)

    @property
    def over(self) -> bool:
        """Whether nothing of it is sent or will be."""
        return not self.left and not self.pieces

    @property
    def answered(self) -> bool:
        """Whether each tactic that was sent has an outcome."""
        return all(len(sent.outcomes) == sent.most for sent in self.pieces)

    @property
    def aloft(self) -> int:
        """How many of its tactics have not landed yet."""
        return sum(len(piece.attempts) for piece in self.pieces)

    @property
    def next(self) -> Candidate | None:
        """The first of them, as unlikely as it has become."""
        sent = (attempt for piece in self.pieces for attempt in piece.attempts)
        return next((attempt.worth for attempt in sent), None)

    def offer(self, more: int = 0) -> None:
        """It may send so many more, but no more in all than its state has candidates."""
        untaken = sum(piece.most for piece in self.pieces if not piece.attempts)
        self.left = max(0, min(self.left + more, len(self.expansion) - untaken))
        self.prepared = True

    def piece(self) -> Piece:
        """The next tactics, about to be sent."""
        piece = Piece(self, min(self.left, 1 if self.shared else PIECE))
        self.left -= piece.most
        self.pieces.append(piece)
        return piece

    def stop(self) -> None:
        """No more of it is sent."""
        self.left = 0


@dataclass(eq=False)
class Piece:
    """Tactics of a turn that Lean is sent at once."""

    turn: Turn
    most: int
    """How many they may be; 0 when its turn has none left for it."""
    attempts: Sequence[Attempt] = ()
    outcomes: Sequence[Outcome] = ()
    problem: str = ""
    lean_seconds: float = 0.0

    def take(self) -> None:
        """Takes what it sends. What has another budget is left to the turn's next piece."""
        promised, self.attempts = self.most, self.turn.expansion.take(self.most)
        self.most = len(self.attempts)
        self.turn.offer(promised - self.most)

    def give_back(self) -> None:
        """What has no outcome waits again."""
        self.turn.expansion.put_back(self.attempts[len(self.outcomes) :])
        self.attempts = self.attempts[: len(self.outcomes)]

    def withdraw(self) -> None:
        """All that it was to send waits again, as if it had not been sent."""
        self.outcomes = ()
        self.give_back()
        self.turn.pieces.remove(self)
