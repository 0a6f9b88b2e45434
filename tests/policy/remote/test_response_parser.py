"""Completions and lists of tactics out of what servers answer."""

from __future__ import annotations

import json
import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prover.policy.policy import Completion
from prover.policy.remote.response_parser import completions, parse_list
from tests.policy.fake_server import choice

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: (
        st.lists(inner)
        | st.dictionaries(
            st.sampled_from(["choices", "text", "logprobs", "tokens", "token_logprobs", "content"])
            | st.sampled_from(["token", "logprob", "message"]),
            inner,
        )
    ),
)


def one(entry: dict[str, Any], *stop: str) -> Completion:
    """The completion that a choice is."""
    [completion] = completions({"choices": [entry]}, stop)
    return completion


def test_a_log_probability_is_a_sum_over_all_tokens() -> None:
    # vLLM takes the stop string from the text, and leaves its tokens.
    entry = choice("\nsimp\n", -0.5, -0.25, -0.125, tokens=["\nsimp", "\n", "---"])
    assert one(entry, "---") == Completion("\nsimp\n", -0.875, 3)


def test_the_form_of_chats() -> None:
    content = [{"token": "si", "logprob": -1.0}, {"token": "mp", "logprob": -0.5}]
    entry = {"text": "simp", "logprobs": {"content": content}}
    assert one(entry) == Completion("simp", -1.5, 2)


def test_a_server_that_does_not_stop() -> None:
    entry = choice("a--", -1.0, -2.0, -4.0, -8.0, tokens=["a", "-", "-", "b"])
    assert one(entry | {"text": "a--b"}, "--", "b") == Completion("a", -7.0, 3)


def test_rounding_above_0_is_0() -> None:
    assert one(choice("simp", 1e-7, -1.0)) == Completion("simp", -1.0, 2)


@pytest.mark.parametrize(
    "value", [math.nan, math.inf, -math.inf, 0.5, None, "-1", True, [], 10**400]
)
def test_a_log_probability_that_is_none_makes_the_sum_unknown(value: Any) -> None:
    completion = one(choice("simp", -1.0, value))
    assert math.isnan(completion.logprob)
    assert (completion.text, completion.tokens) == ("simp", 2)


def test_no_log_probabilities() -> None:
    unknown: list[Any] = [None, {}, {"tokens": [], "token_logprobs": []}, {"content": None}, 3]
    for logprobs in unknown:
        completion = one({"text": "simp", "logprobs": logprobs})
        assert math.isnan(completion.logprob)
        assert completion.tokens == 1


def test_half_a_character_can_be_written() -> None:
    assert one({"text": "simp \ud83d"}).text == "simp ?"


@given(JSON)
def test_whatever_comes_nothing_breaks(value: Any) -> None:
    for answer in (
        {"choices": value},
        {"choices": [value]},
        {"choices": [{"text": "x"} | {"logprobs": value}]},
    ):
        for completion in completions(answer, ["x"]):
            assert math.isnan(completion.logprob) or completion.logprob <= 0
            assert completion.tokens >= 1
        parse_list(answer, 3)


def chat(content: Any, count: int = 9) -> list[str]:
    """The tactics in an answer of a chat."""
    answer = {"choices": [{"message": {"content": content}}]}
    return [completion.text for completion in parse_list(answer, count)]


@pytest.mark.parametrize(
    ("content", "tactics"),
    [
        ('["simp", "omega"]', ["simp", "omega"]),
        ('Here:\n```json\n[\n  "simp",\n  "rw [h, \\"x\\"]"\n]\n```', ["simp", 'rw [h, "x"]']),
        ('{"tactics": ["simp"]}', ["simp"]),
        ('<think>maybe ["bad"]?</think>[\'x\'] ["good"]', ["good"]),
        ('["simp", "omega", "nlinar', ["simp", "omega"]),
        ('["simp", "simp"]', ["simp"]),
        ('["rw [h]", 3, "omega"]', ["rw [h]"]),
        ('["intro x\n  simp"]', ["intro x\n  simp"]),
        ("simp [h]", ["simp [h]"]),
        ("  \n", []),
        ("", []),
        (None, []),
    ],
)
def test_the_tactics_of_a_chat(content: Any, tactics: list[str]) -> None:
    assert chat(content) == tactics


def test_rank_decides_in_a_chat() -> None:
    content = json.dumps(["a", "b", "c"])
    found = parse_list({"choices": [{"message": {"content": content}}]}, 3)
    shares = [math.exp(completion.logprob) for completion in found]
    assert shares == pytest.approx([6 / 11, 3 / 11, 2 / 11])
    assert [*chat(content, count=2)] == ["a", "b"]
    assert [one.logprob for one in parse_list({"choices": [{"message": {"content": "a"}}]}, 3)] == [
        0.0
    ]
