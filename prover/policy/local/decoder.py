"""Prompts in, completions out, on the thread of the caller."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

import torch

from prover.errors import EnvironmentProblem
from prover.policy.generation import Completion, Prompt
from prover.policy.local.beams import beam_search
from prover.policy.local.continuation import Continuation, Decoding, Task
from prover.policy.local.rows import Reader
from prover.policy.local.sampling import sample
from prover.policy.local.tokenization import Ending, Tokenization


class Decoder:
    """Completes prompts with a model, as many at once as its memory holds."""

    def __init__(
        self, reader: Reader, tokenization: Tokenization, window: float, decoding: Decoding
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

        Raises `EnvironmentProblem` when the memory does not suffice for a single prompt.
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
                raise EnvironmentProblem(
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

    def task(self, prompt: Prompt) -> Task:
        """A prompt in tokens. One that leaves no room still gets a token."""
        tokens = self._tokenization.encode(prompt.text)
        room = max(1, self._window - len(tokens))
        limit = int(min(self._decoding.max_tokens, room))
        ending = self._tokenization.ending(tokens, prompt.stop)
        return Task(tuple(tokens), limit, ending, prompt.seed)


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
