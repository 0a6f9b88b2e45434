"""Completions out of what a server answers: one text each, or several tactics in an answer."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping, Sequence
from typing import Any

from prover.policy.policy import Completion, is_known

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


TOKENS = 48
"""Room for one tactic in the answer. Most tactics have fewer tokens."""
THOUGHT = re.compile(r".*</think>", re.S)
"""What a reasoning model says to itself, where its server does not take it out."""


def list_prompt(prompt: str, count: int) -> str:
    """The message that asks for so many tactics at once."""
    return (
        f"{prompt}\n\nGive not one tactic but up to {count} different ones that may work, the most "
        'promising first: a JSON list of strings, as in ["simp", "omega"], and nothing else.'
    )


def parse_list(answer: Mapping[str, Any], count: int) -> list[Completion]:
    """The first `count` tactics of an answer.

    A chat gives no log-probabilities of the parts of its answer, so their rank decides: the k-th of
    m has a probability in proportion to 1/k (Zipf's law), and all have 1 together.
    """
    match answer.get("choices"):
        case [{"message": {"content": str(content)}}, *_]:
            tactics = _tactics(THOUGHT.sub("", without_surrogates(content), count=1))[:count]
        case _:
            return []
    whole = math.fsum(1 / rank for rank in range(1, len(tactics) + 1))
    return [
        Completion(tactic, min(0.0, -math.log(rank * whole)), 1)
        for rank, tactic in enumerate(tactics, start=1)
    ]


def _tactics(content: str) -> list[str]:
    """The strings of the first list in the text; an answer without one is a single tactic."""
    for bracket in re.finditer(r"\[(?=\s*\")", content):
        if strings := _strings(content, bracket.end()):
            return list(dict.fromkeys(strings))
    return [content] if content.strip() else []


def _strings(text: str, place: int) -> list[str]:
    """The JSON strings with commas between them from a place on. That way a list of which the end
    is missing still has a beginning."""
    decoder, strings = json.JSONDecoder(strict=False), []
    while match := re.compile(r"[\s,]*(?=\")").match(text, place):
        try:
            string, place = decoder.raw_decode(text, match.end())
        except ValueError:
            break
        strings.append(string)
    return strings
