"""Beam search finds what that of transformers finds, which does one prompt at a time."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch
from transformers import PreTrainedTokenizerFast

from prover.policy.local.decoding import Beam, Continuation, DecodingTask, beam_search
from tests.policy.local.conftest import Both
from tests.policy.local.tiny import SHOTS, STATES

LIMIT = 12


def generated(
    one: Both, task: DecodingTask, width: int, *stop: str
) -> list[tuple[tuple[int, ...], float]]:
    """The beam search of transformers with no length penalty, which ends as early as ours."""
    assert isinstance(one.tokenizer, PreTrainedTokenizerFast)
    stopping: dict[str, Any] = {}
    if stop:
        stopping = {"stop_strings": list(stop), "tokenizer": one.tokenizer}
    output = one.oracle.generate(
        torch.tensor([task.prompt]),
        attention_mask=torch.ones(1, len(task.prompt), dtype=torch.long),
        num_beams=width,
        num_return_sequences=width,
        do_sample=False,
        max_new_tokens=task.limit,
        length_penalty=0.0,
        early_stopping="never",
        pad_token_id=one.tokenizer.eos_token_id,
        eos_token_id=one.tokenizer.eos_token_id,
        return_dict_in_generate=True,
        output_scores=True,
        **stopping,
    )
    start = 1 if one.oracle.config.is_encoder_decoder else len(task.prompt)
    found = []
    for sequence, score in zip(output.sequences, output.sequences_scores, strict=True):
        tokens = sequence[start:].tolist()
        while len(tokens) > 1 and tokens[-1] == tokens[-2] == one.tokenizer.eos_token_id:
            tokens.pop()
        stopped = stop and len(tokens) > 1 and stop[0] in one.tokenization.decode(tokens[:-1])
        found.append((tuple(tokens[:-1] if stopped else tokens), float(score)))
    return found


@pytest.mark.parametrize("kind", ["llama", "qwen3", "gpt2", "t5"])
# Transformers does not see a stop string in tokens for single bytes, so only one tokenizer stops.
@pytest.mark.parametrize(("tokenizer", "stop"), [("plain", ("-",)), ("plain", ()), ("spaced", ())])
@pytest.mark.parametrize("width", [2, 4, 9])
def test_beams(
    both: Callable[..., Both], kind: str, tokenizer: str, stop: tuple[str, ...], width: int
) -> None:
    one = both(kind, "answer" if kind == "t5" and tokenizer == "spaced" else tokenizer)
    tasks = [one.task(SHOTS + state, *stop, limit=LIMIT) for state in STATES]
    with torch.inference_mode():
        ours = beam_search(one.reader, one.tokenization.encode(SHOTS), tasks, width)
    for task, group in zip(tasks, ours, strict=True):
        theirs = generated(one, task, width, *stop)
        assert [continuation.tokens for continuation in group] == [tokens for tokens, _ in theirs]
        logprobs = [logprob for _, logprob in theirs]
        assert [found.logprob for found in group] == pytest.approx(logprobs, abs=1e-4)


@pytest.mark.parametrize("kind", ["llama", "gpt2", "t5"])
def test_a_beam_of_one_takes_the_likeliest(both: Callable[..., Both], kind: str) -> None:
    one = both(kind)
    task = one.task(STATES[0], limit=LIMIT)
    with torch.inference_mode():
        [[found]] = beam_search(one.reader, [], [task], 1)
    output = one.oracle.generate(
        torch.tensor([task.prompt]),
        attention_mask=torch.ones(1, len(task.prompt), dtype=torch.long),
        max_new_tokens=LIMIT,
        do_sample=False,
        pad_token_id=one.tokenizer.eos_token_id,
    )
    assert tuple(output[0, -len(found.tokens) :].tolist()) == found.tokens


def test_a_beam_that_only_ends_is_over(both: Callable[..., Both]) -> None:
    task = both("llama").task("⊢ p", limit=1)
    beam = Beam(task, 2)
    table = torch.tensor([[-0.5, -1.0, -2.0, -torch.inf]])
    assert beam.advance(table, torch.tensor([[5, 6, 7, 8]])) == []
    assert beam.finished == [Continuation((5,), -0.5), Continuation((6,), -1.0)]
    assert not beam.running


def test_a_beam_goes_on_while_it_can_improve(both: Callable[..., Both]) -> None:
    one = both("llama")
    [end], beam = one.tokenization.ends, Beam(one.task("⊢ p"), 2)
    tokens = torch.tensor([[end, 5, 6, 7]])
    beam.advance(torch.tensor([[-3.0, -1.0, -2.0, -9.0]]), tokens)
    assert not beam.finished, "the end was not among the best two"
    beam.advance(torch.tensor([[-0.5, -2.0, -3.0, -4.0]] * 2), tokens.expand(2, -1))
    assert [found.logprob for found in beam.finished] == [-1.5, -2.5]
    assert not beam.running, "-3 cannot become -2.5"

    beam = Beam(one.task("⊢ p"), 2)
    beam.advance(torch.tensor([[-0.5, -0.7, -4.0, -9.0]]), tokens)
    beam.advance(torch.tensor([[-3.0, -0.1, -5.0, -6.0]] * 2), tokens.expand(2, -1))
    assert [found.logprob for found in beam.finished] == pytest.approx([-0.5, -3.7])
    assert [running.logprob for running in beam.running] == pytest.approx([-0.8, -4.1])
    beam.advance(torch.tensor([[-0.01, -0.1, -5.0, -6.0]] * 2), tokens.expand(2, -1))
    assert [found.logprob for found in beam.finished] == pytest.approx([-0.5, -0.81])
    assert not beam.running, "-0.9 cannot become -0.81"


def test_impossible_tokens_are_never_taken(both: Callable[..., Both]) -> None:
    beam = Beam(both("llama").task("⊢ p"), 4)
    table = torch.tensor([[-0.5, -1.0, -torch.inf, -torch.inf]])
    assert beam.advance(table, torch.tensor([[5, 6, 7, 8]])) == [0, 0]
    assert [running.tokens for running in beam.running] == [(5,), (6,)]
