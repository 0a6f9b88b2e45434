"""Tiny models as a policy has them, and beside each the same model as transformers has it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from transformers import PreTrainedTokenizerFast

from prover.policy.local.decoding import DecodingTask
from prover.policy.local.kv_cache import CachedModelRunner, ModelRunner
from prover.policy.local.prefix_sharing import PrefixedModelRunner
from prover.policy.local.tokenizer import Tokenization
from tests.policy.local.tiny import make_model, make_tokenizer


@dataclass(frozen=True)
class Both:
    """A model twice."""

    reader: ModelRunner
    tokenization: Tokenization
    oracle: Any
    """A `PreTrainedModel`, whose methods have no types."""
    tokenizer: PreTrainedTokenizerFast

    def task(self, text: str, *stop: str, limit: int = 12) -> DecodingTask:
        """To complete a text."""
        tokens = self.tokenization.encode(text)
        return DecodingTask(tuple(tokens), limit, self.tokenization.ending(tokens, stop))


@pytest.fixture(scope="session")
def both() -> Callable[..., Both]:
    """Makes them, once for each kind of model and tokenizer."""
    made: dict[tuple[str, str], Both] = {}

    def make(kind: str, tokenizer: str = "plain") -> Both:
        if (kind, tokenizer) not in made:
            tokens = make_tokenizer(tokenizer)
            model, oracle = (make_model(kind, tokens) for _ in range(2))
            assert tokens.eos_token_id is not None
            tokenization = Tokenization(
                tokens, frozenset({tokens.eos_token_id}), continues=kind != "t5"
            )
            fits = PrefixedModelRunner.fits(model)
            reader: ModelRunner = PrefixedModelRunner(model) if fits else CachedModelRunner(model)
            made[kind, tokenizer] = Both(reader, tokenization, oracle, tokens)
        return made[kind, tokenizer]

    return make
