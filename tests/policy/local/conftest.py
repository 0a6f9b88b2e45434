"""Tiny models as a policy has them, and beside each the same model as transformers has it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from transformers import PreTrainedTokenizerFast

from prover.policy.local.cached import CachedReader
from prover.policy.local.continuation import Task
from prover.policy.local.prefixed import PrefixedReader
from prover.policy.local.rows import Reader
from prover.policy.local.tokenization import Tokenization
from tests.policy.local.tiny import make_model, make_tokenizer


@dataclass(frozen=True)
class Both:
    """A model twice."""

    reader: Reader
    tokenization: Tokenization
    oracle: Any
    """A `PreTrainedModel`, whose methods have no types."""
    tokenizer: PreTrainedTokenizerFast

    def task(self, text: str, *stop: str, limit: int = 12) -> Task:
        """To complete a text."""
        tokens = self.tokenization.encode(text)
        return Task(tuple(tokens), limit, self.tokenization.ending(tokens, stop))


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
            fits = PrefixedReader.fits(model)
            reader: Reader = PrefixedReader(model) if fits else CachedReader(model)
            made[kind, tokenizer] = Both(reader, tokenization, oracle, tokens)
        return made[kind, tokenizer]

    return make
