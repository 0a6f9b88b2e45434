"""Several tactics in one answer of a chat."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from typing import Any

from prover.policy.generation import Completion
from prover.policy.remote.completions import without_surrogates

TOKENS = 48
"""Room for one tactic in the answer. Most tactics have fewer tokens."""
THOUGHT = re.compile(r".*</think>", re.S)
"""What a reasoning model says to itself, where its server does not take it out."""


def asking(prompt: str, count: int) -> str:
    """The message that asks for so many tactics at once."""
    return (
        f"{prompt}\n\nGive not one tactic but up to {count} different ones that may work, the most "
        'promising first: a JSON list of strings, as in ["simp", "omega"], and nothing else.'
    )


def listed(answer: Mapping[str, Any], count: int) -> list[Completion]:
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
