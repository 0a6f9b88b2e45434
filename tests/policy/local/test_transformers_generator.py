"""Completions of whole models, as policies get them."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import pytest
import pytest_asyncio
import torch
from torch import Tensor
from transformers import OpenAIGPTConfig, OpenAIGPTLMHeadModel

from prover.errors import InputError, SetupError
from prover.policy.local.decoding import Decoder
from prover.policy.local.kv_cache import ModelRunner, SequenceBatch
from prover.policy.local.prefix_sharing import PrefixedModelRunner
from prover.policy.local.transformers_generator import TransformersGenerator
from prover.policy.model_options import DecodingOptions, ModelSpec
from prover.policy.policy import Completion, Generator, Prompt
from tests.policy.local.conftest import Both
from tests.policy.local.tiny import SHOTS, STATES, make_model, make_tokenizer, save

PROMPTS = [Prompt(SHOTS, state, ("-", "\n")) for state in STATES]
BEAM, DRAW = DecodingOptions(max_tokens=10), DecodingOptions(temperature=1.0, max_tokens=10)


@pytest_asyncio.fixture(params=[("llama", "spaced"), ("gpt2", "plain"), ("t5", "answer")])
async def folder(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    return save(tmp_path, *request.param)


@pytest_asyncio.fixture
async def llama() -> AsyncIterator[TransformersGenerator]:
    tokenizer = make_tokenizer("spaced")
    model = make_model("llama", tokenizer)
    generator = TransformersGenerator(model, tokenizer, name="tiny", decoding=BEAM)
    yield generator
    await generator.close()


@pytest.mark.parametrize("decoding", [BEAM, DRAW])
async def test_complete(folder: Path, decoding: DecodingOptions) -> None:
    generator: Generator = TransformersGenerator.load(ModelSpec(str(folder)), decoding)
    answers = await generator.complete(PROMPTS, 6)
    again = await asyncio.gather(*(generator.complete([prompt], 6) for prompt in PROMPTS))
    for answer, [alone] in zip(answers, again, strict=True):
        assert [found.text for found in answer] == [found.text for found in alone]
        assert [found.logprob for found in answer] == pytest.approx(
            [found.logprob for found in alone], abs=1e-4
        )
        assert 1 <= len(answer) <= 6
        assert len({found.text.strip() for found in answer}) == len(answer)
        logprobs = [found.logprob for found in answer]
        assert logprobs == sorted(logprobs, reverse=True)
        for found in answer:
            assert found.logprob <= 0
            assert 1 <= found.tokens <= 10
            assert "-" not in found.text
            assert "\n" not in found.text
    await generator.close()  # type: ignore[attr-defined]


async def test_concurrent_calls_are_read_together(
    llama: TransformersGenerator, monkeypatch: pytest.MonkeyPatch
) -> None:
    read = PrefixedModelRunner.read
    batches: list[int] = []

    def counted(
        self: PrefixedModelRunner, shared: Sequence[int], prompts: Sequence[Sequence[int]]
    ) -> tuple[SequenceBatch, Tensor]:
        batches.append(len(prompts))
        return read(self, shared, prompts)

    monkeypatch.setattr(PrefixedModelRunner, "read", counted)
    await asyncio.gather(*(llama.complete([prompt], 2) for prompt in PROMPTS))
    assert batches == [3]


async def test_nothing_asked(llama: TransformersGenerator) -> None:
    assert await llama.complete([], 5) == []
    assert await llama.complete(PROMPTS, 0) == [[], [], []]


async def test_the_window(llama: TransformersGenerator) -> None:
    assert llama.window == 512
    text = "h " * 400
    assert llama.count_tokens(text) > 512
    with pytest.raises(InputError, match="512") as caught:
        await llama.complete([Prompt("", text)], 2)
    assert caught.value.hint
    room = "h" * 700
    while llama.count_tokens(room) > 510:
        room = room[:-1]
    [answer] = await llama.complete([Prompt("", room)], 3)
    assert {found.tokens for found in answer} <= {1, 2}


async def test_closed(llama: TransformersGenerator) -> None:
    await llama.close()
    with pytest.raises(SetupError):
        await llama.complete(PROMPTS, 2)


def test_a_model_without_a_cache() -> None:
    tokenizer = make_tokenizer("plain")
    config = OpenAIGPTConfig(vocab_size=len(tokenizer), n_embd=8, n_layer=1, n_head=2)
    model = OpenAIGPTLMHeadModel(config)
    with pytest.raises(InputError, match="openai-gpt"):
        TransformersGenerator(model, tokenizer, name="old")


def test_importing_it_is_fast() -> None:
    code = (
        "import sys, prover.policy.local.transformers_generator as local;"
        "from prover.policy.model_options import DecodingOptions, ModelSpec;"
        "ModelSpec('llemma'); DecodingOptions();"
        "sys.exit('torch' in sys.modules or 'transformers' in sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


class Small:
    """A reader whose memory holds so many rows and no more."""

    def __init__(self, reader: ModelRunner, most: int) -> None:
        self._reader = reader
        self.most = most
        self.batches: list[int] = []

    def read(
        self, shared: Sequence[int], prompts: Sequence[Sequence[int]]
    ) -> tuple[SequenceBatch, Tensor]:
        self.batches.append(len(prompts))
        if len(prompts) > self.most:
            raise torch.OutOfMemoryError("CUDA out of memory")
        return self._reader.read(shared, prompts)


def texts(answers: Sequence[Sequence[Completion]]) -> list[list[str]]:
    return [[found.text for found in answer] for answer in answers]


@pytest.mark.parametrize("decoding", [BEAM, DRAW])
def test_memory_that_holds_a_few(both: object, decoding: DecodingOptions) -> None:
    one: Both = both("llama")  # type: ignore[operator]
    prompts = [Prompt(SHOTS, f"{state} {number}") for state in STATES for number in range(3)]
    small = Small(one.reader, 2)
    decoder = Decoder(small, one.tokenization, 512, decoding)
    enough = Decoder(one.reader, one.tokenization, 512, decoding)
    assert texts(decoder.complete(prompts, 3)) == texts(enough.complete(prompts, 3))
    assert small.batches == [9, 4, 2, 2, 2, 2, 1]
    decoder.complete(prompts[:4], 3)
    assert small.batches[7:] == [2, 2]


def test_memory_that_holds_nothing(both: object) -> None:
    one: Both = both("llama")  # type: ignore[operator]
    decoder = Decoder(Small(one.reader, 0), one.tokenization, 512, BEAM)
    for _ in range(2):
        with pytest.raises(SetupError, match="one state") as caught:
            decoder.complete(PROMPTS, 3)
        assert caught.value.hint
