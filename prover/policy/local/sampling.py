"""Completions drawn from a model."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import torch
from torch import Tensor

from prover.policy.local.continuation import Continuation, Decoding, Task
from prover.policy.local.rows import Reader

DROPPED = 1 / 8
"""Rows that have ended are dropped when they are this share of all: it copies those that stay."""


def sample(
    reader: Reader, shared: Sequence[int], tasks: Sequence[Task], count: int, decoding: Decoding
) -> list[list[Continuation]]:
    """`count` continuations of each prompt, drawn at the temperature from the top-p tokens.

    Their log-probabilities are those of the model itself, at temperature 1 and over all tokens, so
    that they can be compared with those of other settings. The same may be drawn more than once.
    """
    rows, logits = reader.read(shared, [task.prompt for task in tasks])
    owners = [task for task in range(len(tasks)) for _ in range(count)]
    luck = torch.cat([_luck(task, count, decoding) for task in tasks])
    drawn = [Continuation() for _ in owners]
    live = list(range(len(owners)))
    rows.select(owners)
    logits = logits[torch.tensor(owners, device=logits.device)]
    ended: set[int] = set()
    for step in range(max(task.limit for task in tasks)):
        tokens, logprobs = _pick(logits, luck[live, step], decoding)
        for number, token, logprob in zip(live, tokens, logprobs, strict=True):
            if number not in ended:
                drawn[number] = drawn[number].then(token, logprob)
                if tasks[owners[number]].ends(drawn[number]):
                    ended.add(number)
        left = [place for place, number in enumerate(live) if number not in ended]
        if not left:
            break
        if len(left) <= (1 - DROPPED) * len(live):
            rows.select(left)
            live, tokens = ([x[place] for place in left] for x in (live, tokens))
        logits = rows.step(tokens)
    return [drawn[start : start + count] for start in range(0, len(drawn), count)]


def _luck(task: Task, count: int, decoding: Decoding) -> Tensor:
    """Random numbers from 0 to 1, for each continuation and token, of this prompt's own."""
    text = f"{decoding.seed + task.seed} {task.prompt}".encode()
    seed = int.from_bytes(hashlib.sha256(text).digest()[:8], "big", signed=True)
    generator = torch.Generator().manual_seed(seed)
    return torch.rand(count, decoding.max_tokens, generator=generator)


def _pick(logits: Tensor, luck: Tensor, decoding: Decoding) -> tuple[list[int], list[float]]:
    """A token for each row, and its log-probability in the model."""
    weights = (logits / decoding.temperature).softmax(dim=-1)
    order = None
    if decoding.top_p < 1:
        weights, order = weights.sort(dim=-1, descending=True)
        weights = weights * (weights.cumsum(dim=-1) - weights < decoding.top_p)
    sums = weights.cumsum(dim=-1)
    total = sums[:, -1:]
    wanted = luck.to(sums.device)[:, None] * total
    # The product may be rounded up to the total, behind which there are only impossible tokens.
    last = (sums < total).sum(dim=-1, keepdim=True)
    index = torch.minimum(torch.searchsorted(sums, wanted, right=True), last)
    tokens = index if order is None else order.gather(1, index)
    logprobs = logits.log_softmax(dim=-1).gather(1, tokens)
    return tokens[:, 0].tolist(), logprobs[:, 0].tolist()
