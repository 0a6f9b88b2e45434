"""Log-probabilities are those of a plain pass over prompt and completion."""

from __future__ import annotations

import copy
from collections.abc import Callable

import pytest
import torch

from prover.policy.local.decoding import beam_search, sample
from prover.policy.local.kv_cache import CachedModelRunner
from prover.policy.local.prefix_sharing import ARCHITECTURES, PrefixedModelRunner
from prover.policy.model_options import DecodingOptions
from tests.policy.local.conftest import Both
from tests.policy.local.tiny import CONFIGURATIONS, SHOTS, STATES, logprob

TOLERANCE = 1e-4
KINDS = list(CONFIGURATIONS)


@pytest.fixture(autouse=True)
def _inference() -> object:
    with torch.inference_mode():
        yield


def test_every_architecture_that_shares_is_tested(both: Callable[..., Both]) -> None:
    sharing = {kind for kind in KINDS if isinstance(both(kind).reader, PrefixedModelRunner)}
    assert sharing == ARCHITECTURES
    assert isinstance(both("sliding").reader, CachedModelRunner)


@pytest.mark.parametrize("tokenizer", ["plain", "spaced"])
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("shared", [SHOTS, ""])
@pytest.mark.parametrize("temperature", [0.0, 2.0])
def test_logprobs(
    both: Callable[..., Both], kind: str, tokenizer: str, shared: str, temperature: float
) -> None:
    one = both(kind, "answer" if kind == "t5" and tokenizer == "spaced" else tokenizer)
    tasks = [one.task(shared + state, *"aeiou-") for state in STATES]
    prefix = one.tokenization.encode(shared) if shared else []
    if temperature:
        decoding = DecodingOptions(temperature, top_p=0.9, max_tokens=12)
        found = sample(one.reader, prefix, tasks, 6, decoding)
    else:
        found = beam_search(one.reader, prefix, tasks, 6)
    lengths = {len(continuation.tokens) for group in found for continuation in group}
    assert len(lengths) > 1, "rows should have ended at different times"
    for task, group in zip(tasks, found, strict=True):
        assert len(group) == 6
        for continuation in group:
            expected = logprob(one.oracle, task.prompt, continuation.tokens)
            assert continuation.logprob == pytest.approx(expected, abs=TOLERANCE)


@pytest.mark.parametrize("kind", ["llama", "gpt2", "t5"])
def test_nothing_follows_what_is_shared(both: Callable[..., Both], kind: str) -> None:
    one = both(kind)
    tasks = [one.task(SHOTS), one.task(SHOTS + STATES[1])]
    for task, group in zip(
        tasks, beam_search(one.reader, one.tokenization.encode(SHOTS), tasks, 4), strict=True
    ):
        for continuation in group:
            expected = logprob(one.oracle, task.prompt, continuation.tokens)
            assert continuation.logprob == pytest.approx(expected, abs=TOLERANCE)


@pytest.mark.parametrize("kind", ["llama", "gpt2", "t5"])
def test_an_empty_prompt(both: Callable[..., Both], kind: str) -> None:
    one = both(kind, "plain")
    task = one.task("")
    [group] = beam_search(one.reader, [], [task], 4)
    assert task.prompt
    assert group[0].logprob == pytest.approx(
        logprob(one.oracle, task.prompt, group[0].tokens), abs=TOLERANCE
    )


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="no GPU")
@pytest.mark.parametrize("kind", ["llama", "gpt2", "t5"])
def test_a_gpu_says_the_same(both: Callable[..., Both], kind: str) -> None:
    one = both(kind)
    model = copy.deepcopy(one.oracle).cuda()
    reader = (
        PrefixedModelRunner(model) if PrefixedModelRunner.fits(model) else CachedModelRunner(model)
    )
    tasks = [one.task(SHOTS + state, "-") for state in STATES]
    prefix = one.tokenization.encode(SHOTS)
    for decoding in (DecodingOptions(), DecodingOptions(temperature=1.0, top_p=0.9)):
        if decoding.temperature:
            found = sample(reader, prefix, tasks, 6, decoding)
        else:
            found = beam_search(reader, prefix, tasks, 6)
        for task, group in zip(tasks, found, strict=True):
            for continuation in group:
                expected = logprob(one.oracle, task.prompt, continuation.tokens)
                assert continuation.logprob == pytest.approx(expected, abs=1e-2)


def test_a_seam_inside_a_token(both: Callable[..., Both]) -> None:
    """What is shared is tokenized differently when something follows it."""
    one = both("llama")
    shared, own = "Next tact", "ic:\n---"
    prefix, task = one.tokenization.encode(shared), one.task(shared + own)
    assert list(task.prompt[: len(prefix)]) != prefix
    [group] = beam_search(one.reader, prefix, [task], 4)
    for continuation in group:
        expected = logprob(one.oracle, task.prompt, continuation.tokens)
        assert continuation.logprob == pytest.approx(expected, abs=TOLERANCE)


def test_beginnings_are_read_once(
    both: Callable[..., Both], monkeypatch: pytest.MonkeyPatch
) -> None:
    one = both("llama")
    read: list[int] = []
    prefill = PrefixedModelRunner._prefill

    def counted(*arguments: object) -> object:
        read.append(len(arguments[2][0]))  # type: ignore[index]
        return prefill(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(PrefixedModelRunner, "_prefill", counted)
    shared = "Another beginning. " * 8
    prefix, task = one.tokenization.encode(shared), one.task(shared + STATES[0])
    for _ in range(3):
        beam_search(one.reader, prefix, [task], 2)
    assert read == [len(prefix)] + 3 * [len(task.prompt) - len(prefix)]


@pytest.mark.parametrize("kind", ["llama", "gpt2", "t5"])
def test_more_candidates_than_tokens(both: Callable[..., Both], kind: str) -> None:
    one = both(kind)
    tasks = [one.task(state, limit=2) for state in STATES[:2]]
    vocabulary = len(one.tokenizer)
    for group in beam_search(one.reader, [], tasks, vocabulary + 50):
        assert len({continuation.tokens for continuation in group}) == vocabulary + 50
