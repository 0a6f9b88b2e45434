"""A state's turn: the next of its candidates, on their way through Lean a few at a time.

What of a turn has been run is told and put into the graph at once, and then the turn goes on: only
when it is over has another state its turn on that worker. Several workers may share a turn.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field

from prover.lean.base import Outcome
from prover.policy.base import Candidate, Question
from prover.search.expansion import Attempt

PIECE = 8
"""Tactics that Lean is sent at once."""


@dataclass(eq=False)
class Turn:
    """The candidates that a state may have run before others have their turn."""

    question: Question
    cost: float
    """Of the state when it was chosen."""
    depth: int
    left: int
    """How many tactics may still be sent to Lean."""
    first: bool
    """Whether the policy is still to be asked for the state."""
    shared: bool = False
    """Whether several workers take its tactics, one at a time."""
    waiting: deque[Attempt] = field(default_factory=deque)
    """What is still to be sent; empty until the turn is prepared."""
    prepared: bool = False
    """Whether it was given its candidates."""
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
        """Whether each of its candidates has an outcome."""
        return not self.waiting and all(len(sent.outcomes) == sent.most for sent in self.pieces)

    @property
    def aloft(self) -> int:
        """How many of its candidates have not landed yet."""
        return len(self.waiting) + sum(len(piece.attempts) for piece in self.pieces)

    @property
    def next(self) -> Candidate | None:
        """The first of them, as unlikely as it has become."""
        sent = (attempt for piece in self.pieces for attempt in piece.attempts)
        return next((attempt.worth for attempt in (*sent, *self.waiting)), None)

    def get(self, attempts: Sequence[Attempt]) -> None:
        """Now it has candidates, or more of them; they may be fewer than it was promised."""
        self.waiting.extend(attempts)
        untaken = sum(piece.most for piece in self.pieces if not piece.attempts)
        self.left = max(0, len(self.waiting) - untaken)
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

    def drop(self) -> list[Attempt]:
        """No more of it is sent; what was not, it has no longer."""
        self.stop()
        dropped = list(self.waiting)
        self.waiting.clear()
        return dropped


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
        """Takes what it sends from its turn."""
        waiting = self.turn.waiting
        self.most = min(self.most, len(waiting))
        self.attempts = [waiting.popleft() for _ in range(self.most)]

    def give_back(self) -> None:
        """Returns to its turn what has no outcome."""
        left = self.attempts[len(self.outcomes) :]
        self.turn.waiting.extendleft(reversed(left))
        self.attempts = self.attempts[: len(self.outcomes)]

    def withdraw(self) -> None:
        """Returns to its turn all that it was to send, as if it had not been sent."""
        self.outcomes = ()
        self.give_back()
        self.turn.pieces.remove(self)
