"""What decoding is asked for, and what it finds, in tokens."""

from __future__ import annotations

from dataclasses import dataclass

from prover.errors import InputProblem
from prover.policy.local.tokenization import Ending


@dataclass(frozen=True)
class Decoding:
    """How completions are made."""

    temperature: float = 0.0
    """0: beam search, as Llemma was evaluated; otherwise completions are drawn."""
    top_p: float = 1.0
    """Drawn from the likeliest tokens that together have this probability."""
    seed: int = 0
    """The same prompts give the same completions, whatever else is decoded with them; up to how
    the machine rounds."""
    max_tokens: int = 256
    """A completion that has not ended then is cut off there."""

    def __post_init__(self) -> None:
        for name, right, wanted in (
            ("temperature", 0 <= self.temperature < float("inf"), "at least 0"),
            ("top_p", 0 < self.top_p <= 1, "above 0 and at most 1"),
            ("max_tokens", self.max_tokens >= 1, "at least 1"),
        ):
            if not right:
                raise InputProblem(f"{name} is {getattr(self, name)}", f"Let it be {wanted}.")


@dataclass(frozen=True)
class Continuation:
    """Tokens that follow a prompt, the end included."""

    tokens: tuple[int, ...] = ()
    logprob: float = 0.0
    """Sum over the tokens."""

    def then(self, token: int, logprob: float) -> Continuation:
        """With one more token."""
        return Continuation((*self.tokens, token), self.logprob + logprob)


@dataclass(frozen=True)
class Task:
    """A prompt to be completed."""

    prompt: tuple[int, ...]
    limit: int
    """How many tokens a completion may have."""
    ending: Ending
    seed: int = 0
    """Added to that of the decoding."""

    def ends(self, continuation: Continuation) -> bool:
        """Whether it has ended or must be cut off."""
        tokens = continuation.tokens
        return len(tokens) >= self.limit or self.ending.reached(tokens)
