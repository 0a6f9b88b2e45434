"""Completions out of what `/v1/completions` answers."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from prover.policy.generation import Completion
from prover.policy.probability import is_known

Token = tuple[str, Any]
"""The text of a token, and what is said to be its log-probability."""


def completions(answer: Mapping[str, Any], stop: Sequence[str]) -> list[Completion]:
    """What can be read of the choices of an answer. Where the log-probability of one is missing,
    NaN or above 0, it is NaN (`Completion.logprob`)."""
    choices = answer.get("choices")
    if not isinstance(choices, list):
        return []
    return [
        _completion(choice, stop)
        for choice in choices
        if isinstance(choice, dict) and isinstance(choice.get("text"), str)
    ]


def without_surrogates(text: str) -> str:
    """The text without halves of characters, which JSON can have and nothing else can write."""
    return text.encode(errors="replace").decode()


def _completion(choice: Mapping[str, Any], stop: Sequence[str]) -> Completion:
    text = without_surrogates(choice["text"])
    tokens = _until(stop, _tokens(choice.get("logprobs")))
    return Completion(_before(stop, text), _sum(tokens), max(1, len(tokens)))


def _before(stop: Sequence[str], text: str) -> str:
    """The text up to the first stop string; nearly every server has cut it there already."""
    ends = [place for one in stop if (place := text.find(one)) >= 0]
    return text[: min(ends)] if ends else text


def _tokens(logprobs: Any) -> list[Token]:
    """The tokens in the form of `/v1/completions`, or in that of chats, which llama.cpp has."""
    match logprobs:
        case {"tokens": [*texts], "token_logprobs": [*values]}:
            return [(str(text), value) for text, value in zip(texts, values, strict=False)]
        case {"content": [*entries]}:
            known = [entry for entry in entries if isinstance(entry, dict)]
            return [(str(entry.get("token", "")), entry.get("logprob")) for entry in known]
    return []


def _until(stop: Sequence[str], tokens: Sequence[Token]) -> Sequence[Token]:
    """The tokens up to the one with which a stop string is complete, or all."""
    text = ""
    for number, (piece, _) in enumerate(tokens, start=1):
        text += piece
        if any(one in text for one in stop):
            return tokens[:number]
    return tokens


def _sum(tokens: Sequence[Token]) -> float:
    values = [value for _, value in tokens]
    if not values or not all(_is_logprob(value) for value in values):
        return math.nan
    return math.fsum(min(0.0, value) for value in values)


def _is_logprob(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and is_known(value)
