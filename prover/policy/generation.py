"""What a language model is to the policies: something that completes prompts.

Prompts and what becomes of completions are the business of `prover.policy.language_model`; how a
completion is made, that of the generators (a model run here, a server).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol


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

        Raises `EnvironmentProblem` when the model can't be had, `InputProblem` when a prompt is too
        long for it, with what to do about it.
        """
