"""Completions are drawn as the settings say, and repeatably."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable

import pytest
import torch

from prover.errors import InputError
from prover.policy.local.decoding import Continuation, merged, sample
from prover.policy.model_options import DecodingOptions
from tests.policy.local.conftest import Both
from tests.policy.local.tiny import SHOTS, STATES


def drawn(
    one: Both, states: list[str], count: int, decoding: DecodingOptions, limit: int = 8
) -> list[list[Continuation]]:
    tasks = [one.task(SHOTS + state, "-", limit=limit) for state in states]
    with torch.inference_mode():
        return sample(one.reader, one.tokenization.encode(SHOTS), tasks, count, decoding)


@pytest.mark.parametrize("kind", ["llama", "t5"])
def test_a_seed_repeats_itself_whatever_else_is_drawn(both: Callable[..., Both], kind: str) -> None:
    one, decoding = both(kind), DecodingOptions(temperature=1.0, seed=3)
    together = drawn(one, STATES, 8, decoding)
    alone = [drawn(one, [state], 8, decoding)[0] for state in reversed(STATES)][::-1]
    tokens = [[continuation.tokens for continuation in group] for group in together]
    assert tokens == [[continuation.tokens for continuation in group] for group in alone]
    other = drawn(one, STATES, 8, DecodingOptions(temperature=1.0, seed=4))
    assert tokens != [[continuation.tokens for continuation in group] for group in other]


@pytest.mark.parametrize(("temperature", "top_p"), [(1.0, 1.0), (0.6, 1.0), (1.5, 0.7)])
def test_frequencies(both: Callable[..., Both], temperature: float, top_p: float) -> None:
    """Of the first token: as the temperature and top-p make them of the model's."""
    one, count = both("llama"), 4000
    [group] = drawn(one, STATES[:1], count, DecodingOptions(temperature, top_p), limit=1)
    prompt = one.tokenization.encode(SHOTS + STATES[0])
    with torch.inference_mode():
        logits = one.oracle(input_ids=torch.tensor([prompt])).logits[0, -1]
    wanted = (logits / temperature).softmax(0)
    best = wanted.argsort(descending=True).tolist()
    kept, mass = set(), 0.0
    for token in best:
        if mass < top_p:
            kept.add(token)
            mass += float(wanted[token])
    found = Counter(continuation.tokens[0] for continuation in group)
    assert set(found) <= kept
    for token in best[:10]:
        share = float(wanted[token]) / mass if token in kept else 0.0
        deviation = math.sqrt(share * (1 - share) / count)
        assert found[token] / count == pytest.approx(share, abs=5 * deviation + 1e-9)
    for continuation in group[:20]:
        expected = float(logits.log_softmax(0)[continuation.tokens[0]])
        assert continuation.logprob == pytest.approx(expected, abs=1e-4)


def test_ways_to_say_the_same_are_added(both: Callable[..., Both]) -> None:
    one = both("llama")
    encode = one.tokenization.encode
    whole, letters = encode("simp-"), [token for letter in "simp-" for token in encode(letter)]
    spaced = encode("simp -")
    assert whole != letters
    found = [
        Continuation(tuple(letters), math.log(0.1)),
        Continuation(tuple(whole), math.log(0.3) + 1e-9),
        Continuation(tuple(whole), math.log(0.3)),
        Continuation(tuple(spaced), math.log(0.2)),
        Continuation(tuple(encode("omega-")), math.log(0.4)),
        Continuation(tuple(encode("rfl-")), -math.inf),
        Continuation(tuple(encode("ring-")), math.nan),
    ]
    ending = one.tokenization.ending(encode("⊢ p"), ("-",))
    simp, omega = merged(found, ending, add=True)
    assert (simp.text, simp.tokens) == ("simp", len(whole))
    assert math.exp(simp.logprob) == pytest.approx(0.6)
    assert omega.text == "omega"
    assert math.exp(omega.logprob) == pytest.approx(0.4)
    best = merged(found, ending, add=False)
    assert [math.exp(completion.logprob) for completion in best] == pytest.approx([0.4, 0.3])


def test_all_draws_together_are_at_most_certain(both: Callable[..., Both]) -> None:
    """With a completion of one token all that there is gets drawn, and no more."""
    one = both("llama")
    task = one.task(STATES[0], limit=1)
    [group] = drawn(one, STATES[:1], 5000, DecodingOptions(temperature=3.0), limit=1)
    completions = merged(group, task.ending, add=True)
    assert 0.98 < sum(math.exp(completion.logprob) for completion in completions) <= 1 + 1e-5


@pytest.mark.parametrize(
    "wrong", [{"temperature": -1.0}, {"top_p": 0.0}, {"top_p": 1.5}, {"max_tokens": 0}]
)
def test_settings_that_make_no_sense(wrong: dict[str, float]) -> None:
    with pytest.raises(InputError) as caught:
        DecodingOptions(**wrong)  # type: ignore[arg-type]
    assert caught.value.hint
