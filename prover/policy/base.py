"""What a policy is: something that proposes tactics for states."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from prover.lean.interface import Premise, State


@dataclass(frozen=True)
class Candidate:
    """A tactic to try, and how likely its policy thinks it is."""

    tactic: str
    logprob: float
    """Sum of the log-probabilities of its tokens, at most 0."""
    tokens: int = 1
    """How many tokens the sum is over; 1 where the policy has no tokens."""
    policy: str = ""
    """Which policy proposed it."""


@dataclass(frozen=True)
class Refusal:
    """A candidate that Lean refused."""

    candidate: Candidate
    message: str
    """What Lean said."""


@dataclass(frozen=True)
class Question:
    """A state to propose tactics for, with what else is known about it."""

    state: State
    premises: tuple[Premise, ...] = ()
    """Looked for only when they are needed: with some, it is asked for the second time."""
    path: tuple[str, ...] = ()
    """The tactics that led from the theorem to this state, oldest first."""
    refused: tuple[Refusal, ...] = ()
    """What Lean has refused since the policy was asked about the state before, likeliest first:
    then all that was proposed has been run, and something else is wanted."""
    seed: int = 0
    """Added to the policy's own, for another try at the same theorem."""


class Policy(Protocol):
    """Proposes tactics. Implementations say in `name` what they are."""

    @property
    def name(self) -> str:
        """Short name for results and candidates."""

    @property
    def premises_wanted(self) -> int:
        """How many premises to put into each question; 0 for none."""

    async def propose(self, questions: Sequence[Question], count: int) -> list[list[Candidate]]:
        """For each question at most `count` candidates, most likely first, no tactic twice."""


@runtime_checkable
class ModelPolicy(Policy, Protocol):
    """A policy that asks a language model, so that its answers take time."""

    @property
    def repairs(self) -> int:
        """How often it wants to be asked again about a state, with what Lean refused."""
