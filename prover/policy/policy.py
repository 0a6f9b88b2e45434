"""What a policy is: something that proposes tactics for states, with their log-probabilities.

A `Generator` is what a language model is to the policies: something that completes prompts. Prompts
and what becomes of completions are the business of `prover.policy.language_model`; how a completion
is made, that of the generators (a model run here, a server).
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
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


LEAST = -1e6
"""Stands for probability 0: later than any honest log-probability, still comparable."""
ROUNDING = 1e-3
"""How far above 0 a log-probability may be by rounding."""


def is_known(logprob: float) -> bool:
    """Whether this is a log-probability; NaN, infinity and what is above 0 is none."""
    return -math.inf < logprob <= ROUNDING


def bounded(logprob: float) -> float:
    """The log-probability brought into `LEAST` to 0; what is none is the least."""
    return min(0.0, max(LEAST, logprob)) if is_known(logprob) else LEAST


def log_sum(logprobs: Iterable[float]) -> float:
    """The logarithm of the sum of the probabilities. Needs at least one."""
    logprobs = list(logprobs)
    greatest = max(logprobs)
    return greatest + math.log(math.fsum(math.exp(logprob - greatest) for logprob in logprobs))


@dataclass(frozen=True)
class Prompt:
    """A text to complete."""

    shared: str
    """How it begins: the same text for all prompts of one template, so that it is read once."""
    own: str
    """What follows, of one state."""
    stop: tuple[str, ...] = ()
    """A completion ends before the first of these; the end of the text always ends it."""
    seed: int = 0
    """Added to the generator's own."""

    @property
    def text(self) -> str:
        """The whole prompt."""
        return self.shared + self.own


@dataclass(frozen=True)
class Completion:
    """One way in which a model goes on."""

    text: str
    """Up to the stop string, which is not in it."""
    logprob: float
    """Sum of the log-probabilities of its tokens, those of the stop string included; NaN where the
    model does not tell."""
    tokens: int
    """How many tokens the sum is over; at least 1."""


class Generator(Protocol):
    """Completes prompts. May be called concurrently; never blocks the event loop."""

    @property
    def name(self) -> str:
        """Short name for results, as `llemma` or `endpoint: http://localhost:8000`."""

    @property
    def window(self) -> int:
        """How many tokens a prompt and its completion may have together."""

    def count_tokens(self, text: str) -> int:
        """How many tokens a text has, or an estimate that is not too low."""

    async def complete(self, prompts: Sequence[Prompt], count: int) -> list[list[Completion]]:
        """For each prompt at most `count` completions, most likely first.

        Raises `SetupError` when the model can't be had, `InputError` when a prompt is too
        long for it, with what to do about it.
        """
