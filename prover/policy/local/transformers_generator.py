"""Language models run here, with transformers and torch.

Neither is imported before a model is loaded: they take seconds.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from prover.errors import InputError
from prover.policy.local.batching import DynamicBatcher
from prover.policy.local.tokenizer import Tokenization
from prover.policy.model_options import DecodingOptions, ModelSpec
from prover.policy.policy import Completion, Prompt

if TYPE_CHECKING:
    from transformers import PreTrainedModel, PreTrainedTokenizerBase

    from prover.policy.local.kv_cache import ModelRunner

WINDOW = 2048
"""Of a model that does not say how long a text may be."""


class TransformersGenerator:
    """A language model on this machine, decoder-only or encoder-decoder. Implements `Generator`.

    The calls of concurrent searches are decoded together, on a thread of their own.
    """

    def __init__(
        self,
        model: PreTrainedModel,
        tokenizer: PreTrainedTokenizerBase,
        *,
        name: str,
        decoding: DecodingOptions | None = None,
        states_at_once: int = 16,
    ) -> None:
        """Takes the model over: its attention may be replaced. `states_at_once` is how many prompts
        are decoded together at most; where the memory does not suffice, it becomes less."""
        from prover.policy.local.decoding import Decoder

        answers = bool(model.config.is_encoder_decoder)
        self._name = name
        self._window = _window(model, tokenizer)
        # What is encoded does not take up the room of the answer.
        self._room = math.inf if answers else self._window
        ends = _ends(model, tokenizer)
        self._tokenization = Tokenization(tokenizer, ends, continues=not answers)
        decoder = Decoder(
            _reader(model), self._tokenization, self._room, decoding or DecodingOptions()
        )
        self._batches = DynamicBatcher(decoder.complete, most=states_at_once)

    @classmethod
    def load(
        cls, choice: ModelSpec, decoding: DecodingOptions | None = None, *, states_at_once: int = 16
    ) -> TransformersGenerator:
        """Loads a model; blocks for seconds.

        Raises `InputError` when there can be no such model, `SetupError` when it is not
        on this machine or what it needs is missing.
        """
        from prover.policy.local.model_loader import load

        loaded = load(choice)
        return cls(
            loaded.model,
            loaded.tokenizer,
            name=choice.name,
            decoding=decoding,
            states_at_once=states_at_once,
        )

    @property
    def name(self) -> str:
        """What the model was called when it was chosen."""
        return self._name

    @property
    def window(self) -> int:
        """How many tokens a prompt and its completion may have together."""
        return self._window

    def count_tokens(self, text: str) -> int:
        """How many tokens a text has as a prompt, with those that the tokenizer adds."""
        return len(self._tokenization.encode(text))

    async def complete(self, prompts: Sequence[Prompt], count: int) -> list[list[Completion]]:
        """For each prompt at most `count` completions, likeliest first.

        Raises `InputError` when a prompt leaves no room for a completion, `SetupError`
        when the memory does not suffice or the model has been closed.
        """
        for prompt in prompts:
            self._check(prompt)
        if count < 1:
            return [[] for _ in prompts]
        return await self._batches.complete(prompts, count)

    async def close(self) -> None:
        """Ends when what is being decoded is done; calls that wait get an error."""
        await self._batches.close()

    def _check(self, prompt: Prompt) -> None:
        # A token is at least a byte, so most prompts need not be looked at; and one may be added.
        if len(prompt.text.encode()) + 1 < self._room:
            return
        if (tokens := self.count_tokens(prompt.text)) >= self._room:
            raise InputError(
                f"A prompt has {tokens} tokens, and {self._name} takes {self._window} with the "
                "completion",
                "Shorten the state, or give fewer examples or premises.",
            )


def _reader(model: PreTrainedModel) -> ModelRunner:
    from prover.policy.local.kv_cache import CachedModelRunner
    from prover.policy.local.prefix_sharing import PrefixedModelRunner

    return (
        PrefixedModelRunner(model) if PrefixedModelRunner.fits(model) else CachedModelRunner(model)
    )


def _ends(model: PreTrainedModel, tokenizer: PreTrainedTokenizerBase) -> frozenset[int]:
    """The tokens that end a text."""
    ends: set[int] = set()
    for source in (model.generation_config, model.config, tokenizer):
        token = getattr(source, "eos_token_id", None)
        ends.update([token] if isinstance(token, int) else token or ())
    return frozenset(ends)


def _window(model: PreTrainedModel, tokenizer: PreTrainedTokenizerBase) -> int:
    config = model.config.get_text_config()
    said = (getattr(config, "max_position_embeddings", None), tokenizer.model_max_length)
    # A tokenizer without a limit says an astronomical number.
    return min([number for number in said if number and number < 10**9], default=WINDOW)
