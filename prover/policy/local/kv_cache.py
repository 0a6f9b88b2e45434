"""The interface of decoding, texts that grow by a token each, and any model behind it.

With the caches of transformers each row has a copy of all that came before it.
"""

from __future__ import annotations

import inspect
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Protocol

import torch
from torch import Tensor
from transformers import PreTrainedModel

from prover.errors import InputError

if TYPE_CHECKING:
    from torch import Tensor


class SequenceBatch(Protocol):
    """Texts that a model has read and goes on with, one a row."""

    def step(self, tokens: Sequence[int]) -> Tensor:
        """Puts a token behind each row; the logits of what follows, rows × vocabulary, float32."""

    def select(self, rows: Sequence[int]) -> None:
        """The rows from now on, in this order: a row may be gone, or there more than once."""


class ModelRunner(Protocol):
    """A model that reads prompts."""

    def read(
        self, shared: Sequence[int], prompts: Sequence[Sequence[int]]
    ) -> tuple[SequenceBatch, Tensor]:
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


NAMES = ("cache", "past_key_values")
"""What a model's cache is called; the first is of later versions of transformers."""


class CachedModelRunner:
    """Reads each prompt as a whole. For an encoder-decoder model the prompt is what it encodes."""

    def __init__(self, model: PreTrainedModel) -> None:
        """Raises `InputError` for an architecture without a cache, which would be too slow."""
        self._model = model
        self._accepts = frozenset(inspect.signature(model.forward).parameters)
        if self._accepts.isdisjoint(NAMES):
            raise InputError(
                f"A model of the kind {model.config.model_type} cannot be used here",
                "Take one that keeps a cache of keys and values, as Llama, Qwen or T5 do.",
            )

    def read(
        self, _shared: Sequence[int], prompts: Sequence[Sequence[int]]
    ) -> tuple[CachedSequenceBatch, Tensor]:
        """A row for each prompt, and the logits of what follows it."""
        tokens, padding, _ = pad_left(prompts)
        device = self._model.device
        ids, mask = torch.tensor(tokens, device=device), ~torch.tensor(padding, device=device)
        if not self._model.config.is_encoder_decoder:
            rows = CachedSequenceBatch(self._model, self._accepts, mask.long())
            return rows, rows.forward(ids)
        encoded = self._model.get_encoder()(input_ids=ids, attention_mask=mask.long())
        rows = CachedSequenceBatch(self._model, self._accepts, mask.long(), encoded[0])
        return rows, rows.step([self._start] * len(prompts))

    @property
    def _start(self) -> int:
        for config in (self._model.generation_config, self._model.config):
            for name in ("decoder_start_token_id", "bos_token_id"):
                if (token := getattr(config, name, None)) is not None:
                    return int(token)
        return 0


class CachedSequenceBatch:
    """Rows over a cache of transformers."""

    def __init__(
        self,
        model: PreTrainedModel,
        accepts: frozenset[str],
        mask: Tensor,
        encoded: Tensor | None = None,
    ) -> None:
        self._model = model
        self._accepts = accepts
        self._name = next(name for name in NAMES if name in accepts)
        self._mask = mask
        self._encoded = encoded
        self._cache: Any = None

    def step(self, tokens: Sequence[int]) -> Tensor:
        """Puts a token behind each row; the logits of what follows."""
        ids = torch.tensor(tokens, device=self._model.device)[:, None]
        if self._encoded is None:
            self._mask = torch.cat([self._mask, self._mask.new_ones(len(tokens), 1)], dim=1)
        return self.forward(ids)

    def select(self, rows: Sequence[int]) -> None:
        """The rows from now on."""
        index = torch.tensor(rows, device=self._model.device)
        self._cache.reorder_cache(index)
        self._mask = self._mask[index.to(self._mask.device)]
        if self._encoded is not None:
            self._encoded = self._encoded[index.to(self._encoded.device)]

    def forward(self, ids: Tensor) -> Tensor:
        """Puts these tokens behind the rows, for all of which the mask is there already."""
        given = self._decoder(ids) if self._encoded is None else self._answer(ids)
        output = self._model(
            **given, **{self._name: self._cache}, attention_mask=self._mask, use_cache=True
        )
        self._cache = output[self._name]
        logits: Tensor = output.logits[:, -1].float()
        return logits

    def _decoder(self, ids: Tensor) -> dict[str, Any]:
        positions = (self._mask.cumsum(dim=1) - 1).clamp(min=0)[:, -ids.shape[1] :]
        given = {"input_ids": ids, "position_ids": positions, "logits_to_keep": 1}
        return {name: value for name, value in given.items() if name in self._accepts}

    def _answer(self, ids: Tensor) -> dict[str, Any]:
        return {"decoder_input_ids": ids, "encoder_outputs": (self._encoded,)}
