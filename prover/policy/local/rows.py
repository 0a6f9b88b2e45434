"""What decoding needs of a model: texts that grow by a token each, all of them together."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from torch import Tensor


class Rows(Protocol):
    """Texts that a model has read and goes on with, one a row."""

    def step(self, tokens: Sequence[int]) -> Tensor:
        """Puts a token behind each row; the logits of what follows, rows × vocabulary, float32."""

    def select(self, rows: Sequence[int]) -> None:
        """The rows from now on, in this order: a row may be gone, or there more than once."""


class Reader(Protocol):
    """A model that reads prompts."""

    def read(self, shared: Sequence[int], prompts: Sequence[Sequence[int]]) -> tuple[Rows, Tensor]:
        """A row for each prompt, and the logits of what follows it.

        All prompts are expected to begin with the tokens of `shared`; where they do, those are
        read only once.
        """


def pad_left(
    sequences: Sequence[Sequence[int]],
) -> tuple[list[list[int]], list[list[bool]], list[list[int]]]:
    """Sequences of one length; which of their tokens are padding; the position of each token."""
    length = max(map(len, sequences))
    missing = [length - len(sequence) for sequence in sequences]
    tokens = [[0] * pad + list(sequence) for pad, sequence in zip(missing, sequences, strict=True)]
    padding = [[place < pad for place in range(length)] for pad in missing]
    positions = [[max(place - pad, 0) for place in range(length)] for pad in missing]
    return tokens, padding, positions
