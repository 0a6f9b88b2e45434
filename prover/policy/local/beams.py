"""Beam search: the likeliest completions, as far as a beam finds them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import torch
from torch import Tensor

from prover.policy.local.continuation import Continuation, Task
from prover.policy.local.rows import Reader


def beam_search(
    reader: Reader, shared: Sequence[int], tasks: Sequence[Task], count: int
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

    task: Task
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
