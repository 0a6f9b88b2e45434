"""Beam search and sampling: prompts in, completions out, on the thread of the caller."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import torch
from torch import Tensor

from prover.errors import SetupError
from prover.policy.local.kv_cache import ModelRunner
from prover.policy.local.tokenizer import Ending, Tokenization
from prover.policy.model_options import DecodingOptions
from prover.policy.policy import Completion, Prompt


@dataclass(frozen=True)
class Continuation:
    """Tokens that follow a prompt, the end included."""

    tokens: tuple[int, ...] = ()
    logprob: float = 0.0
    """Sum over the tokens."""

    def then(self, token: int, logprob: float) -> Continuation:
        """With one more token."""
        return Continuation((*self.tokens, token), self.logprob + logprob)


@dataclass(frozen=True)
class DecodingTask:
    """A prompt to be completed."""

    prompt: tuple[int, ...]
    limit: int
    """How many tokens a completion may have."""
    ending: Ending
    seed: int = 0
    """Added to that of the decoding."""

    def ends(self, continuation: Continuation) -> bool:
        """Whether it has ended or must be cut off."""
        tokens = continuation.tokens
        return len(tokens) >= self.limit or self.ending.reached(tokens)


def beam_search(
    reader: ModelRunner, shared: Sequence[int], tasks: Sequence[DecodingTask], count: int
) -> list[list[Continuation]]:
    """At most `count` continuations of each prompt, with a beam of `count`, likeliest first.

    They are ranked by the sum of their log-probabilities: a length penalty of 0. Llemma was
    evaluated with vLLM 0.1.7, which divides the sum by the length of prompt and completion
    together, so with a prompt of hundreds of tokens its ranking is nearly this one. As a sum only
    falls, a search is over exactly when the best of the beam is not above the worst that is kept.
    """
    rows, logits = reader.read(shared, [task.prompt for task in tasks])
    beams = [Beam(task, count) for task in tasks]
    live = beams
    while True:
        parents = _advance(live, logits, count)
        live = [beam for beam in live if beam.running]
        if not live:
            return [beam.finished for beam in beams]
        rows.select(parents)
        logits = rows.step([running.tokens[-1] for beam in live for running in beam.running])


@dataclass
class Beam:
    """The search for the completions of one prompt."""

    task: DecodingTask
    width: int
    running: list[Continuation] = field(default_factory=lambda: [Continuation()])
    """Not ended yet, likeliest first; none when the search is over."""
    finished: list[Continuation] = field(default_factory=list)
    """Likeliest first."""

    def advance(self, logprobs: Tensor, tokens: Tensor) -> list[int]:
        """Goes on by a token, given the likeliest of each running one: running × choices.

        Returns of each that is running then which one it continues. Of the ended, those count that
        are among the best `width`, as in the beam search of transformers.
        """
        grown: list[Continuation] = []
        parents: list[int] = []
        for rank, (parent, token, logprob) in enumerate(self._best(logprobs, tokens)):
            continuation = self.running[parent].then(token, logprob)
            if self.task.ends(continuation):
                self.finished += [continuation] if rank < self.width else []
            elif len(grown) < self.width:
                grown.append(continuation)
                parents.append(parent)
        self.finished.sort(key=lambda continuation: -continuation.logprob)
        del self.finished[self.width :]
        self.running = grown if self._can_improve(grown) else []
        return parents if self.running else []

    def _best(self, logprobs: Tensor, tokens: Tensor) -> list[tuple[int, int, float]]:
        """Twice as many as the beam is wide, best first: which running one is continued, with which
        token, and the token's log-probability. Impossible ones are left out."""
        sums = logprobs + torch.tensor([[running.logprob] for running in self.running])
        places = sums.flatten().topk(min(2 * self.width, sums.numel())).indices
        parents = places // tokens.shape[1]
        columns = (parents, tokens.flatten()[places], logprobs.flatten()[places])
        rows = zip(*(column.tolist() for column in columns), strict=True)
        return [row for row in rows if row[2] > -torch.inf]

    def _can_improve(self, grown: Sequence[Continuation]) -> bool:
        full = len(self.finished) == self.width
        return bool(grown) and not (full and grown[0].logprob <= self.finished[-1].logprob)


def _advance(beams: Sequence[Beam], logits: Tensor, count: int) -> list[int]:
    """Lets each beam go on; of each row that is left, which row it continues."""
    choices = min(2 * count, logits.shape[1])
    logprobs, tokens = (table.cpu() for table in logits.log_softmax(dim=-1).topk(choices))
    start = 0
    parents: list[int] = []
    for beam in beams:
        end = start + len(beam.running)
        moved = beam.advance(logprobs[start:end], tokens[start:end])
        parents += (start + parent for parent in moved)
        start = end
    return parents


DROPPED = 1 / 8
"""Rows that have ended are dropped when they are this share of all: it copies those that stay."""


def sample(
    reader: ModelRunner,
    shared: Sequence[int],
    tasks: Sequence[DecodingTask],
    count: int,
    decoding: DecodingOptions,
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


def _luck(task: DecodingTask, count: int, decoding: DecodingOptions) -> Tensor:
    """Random numbers from 0 to 1, for each continuation and token, of this prompt's own."""
    text = f"{decoding.seed + task.seed} {task.prompt}".encode()
    seed = int.from_bytes(hashlib.sha256(text).digest()[:8], "big", signed=True)
    generator = torch.Generator().manual_seed(seed)
    return torch.rand(count, decoding.max_tokens, generator=generator)


def _pick(logits: Tensor, luck: Tensor, decoding: DecodingOptions) -> tuple[list[int], list[float]]:
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


class Decoder:
    """Completes prompts with a model, as many at once as its memory holds."""

    def __init__(
        self,
        reader: ModelRunner,
        tokenization: Tokenization,
        window: float,
        decoding: DecodingOptions,
    ) -> None:
        """A prompt that the model encodes does not share its window with the completion: it may
        then be given as infinite."""
        self._reader = reader
        self._tokenization = tokenization
        self._window = window
        self._decoding = decoding
        self._most: float = math.inf
        """How many prompts at once have not been too many."""

    def complete(self, prompts: Sequence[Prompt], count: int) -> list[list[Completion]]:
        """For each prompt, all of which have the same shared part, at most `count` completions.

        The likeliest come first. One that does not end within `max_tokens` is given as it is then.
        Those that differ only in the space around them are one: of a beam the likeliest, and when
        they were drawn, their probabilities are added, for as far as the draws show they are what
        the model says; the number of tokens is that of the likeliest.

        Raises `SetupError` when the memory does not suffice for a single prompt.
        """
        completions: list[list[Completion]] = []
        while len(completions) < len(prompts):
            left = len(prompts) - len(completions)
            chunk = int(min(left, self._most))
            batch = prompts[len(completions) : len(completions) + chunk]
            try:
                completions += self._batch(batch, count)
                continue
            except torch.OutOfMemoryError:
                # What the batch holds is let go only when this clause has been left.
                self._most = chunk // 2
            torch.cuda.empty_cache()
            if self._most < 1:
                self._most = 1
                raise SetupError(
                    f"The model's memory does not suffice for {count} candidates of one state",
                    "Ask for fewer candidates, or load the model with fewer bits.",
                )
        return completions

    def _batch(self, prompts: Sequence[Prompt], count: int) -> list[list[Completion]]:
        shared = self._tokenization.encode(prompts[0].shared) if prompts[0].shared else []
        tasks = [self.task(prompt) for prompt in prompts]
        drawn = self._decoding.temperature > 0
        with torch.inference_mode():
            found = (
                sample(self._reader, shared, tasks, count, self._decoding)
                if drawn
                else beam_search(self._reader, shared, tasks, count)
            )
        return [
            merged(continuations, task.ending, add=drawn)
            for continuations, task in zip(found, tasks, strict=True)
        ]

    def task(self, prompt: Prompt) -> DecodingTask:
        """A prompt in tokens. One that leaves no room still gets a token."""
        tokens = self._tokenization.encode(prompt.text)
        room = max(1, self._window - len(tokens))
        limit = int(min(self._decoding.max_tokens, room))
        ending = self._tokenization.ending(tokens, prompt.stop)
        return DecodingTask(tuple(tokens), limit, ending, prompt.seed)


def merged(continuations: Iterable[Continuation], ending: Ending, *, add: bool) -> list[Completion]:
    """Their texts, each once but for space around it, likeliest first."""
    groups: dict[str, list[Completion]] = {}
    # What was drawn twice is one thing that the model may say, and its probability counts once. It
    # may have been rounded differently the second time.
    for continuation in {one.tokens: one for one in continuations}.values():
        text = ending.text(continuation.tokens)
        if math.isfinite(continuation.logprob):
            completion = Completion(text, continuation.logprob, len(continuation.tokens))
            groups.setdefault(text.strip(), []).append(completion)
    completions = [_one(group, add=add) for group in groups.values()]
    return sorted(completions, key=lambda completion: -completion.logprob)


def _one(group: Sequence[Completion], *, add: bool) -> Completion:
    best = max(group, key=lambda completion: completion.logprob)
    if not add or len(group) == 1:
        return best
    total = sum(math.exp(completion.logprob - best.logprob) for completion in group)
    # Rounding aside, a probability is at most 1.
    return Completion(best.text, min(0.0, best.logprob + math.log(total)), best.tokens)
