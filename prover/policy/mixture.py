"""Several policies as one.

A tactic's probability is that of a mixture, p(t | s) = Σ wᵢ pᵢ(t | s), with the shares as weights.
What a language model gives its candidates is a part of its distribution and stays what it is.
Scores that add up to more than 1 are no probabilities, and are scaled down until they do add up to
1. So no candidate is worth more than the share of those who propose it, and a mixture of one model
is that model.
"""

from __future__ import annotations

import asyncio
import logging
import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import compress

from prover.errors import InputError, ProverError
from prover.policy.policy import Candidate, ModelPolicy, Policy, Question, bounded, log_sum

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Member:
    """A policy of a mixture."""

    policy: Policy
    share: float = 1.0
    """How much it has to say, as against the shares of the others. Finite and above 0."""


class MixturePolicy:
    """Asks all its members at once, each for its share of the candidates. Asked again about a
    state, now with premises or with what Lean refused, it asks those that make use of that.

    A member that proposes nothing for a state has no say in it, and the others have its share.
    One that fails proposes nothing; that is logged the first time.

    Raises `InputError` for a mixture of nothing and for shares that can't be.
    """

    def __init__(self, members: Sequence[Member]) -> None:
        self._members = tuple(members)
        self._total = math.fsum(member.share for member in members)
        self._failed: set[int] = set()
        if not members:
            raise InputError("a mixture of no policies", "Name at least one policy.")
        for member in members:
            if not 0 < member.share < math.inf:
                raise InputError(
                    f"the share of {member.policy.name} is {member.share}",
                    "Give a finite number above 0.",
                )

    @property
    def name(self) -> str:
        """The names of all members."""
        return " + ".join(member.policy.name for member in self._members)

    @property
    def premises_wanted(self) -> int:
        """As many as the member that wants most."""
        return max(member.policy.premises_wanted for member in self._members)

    @property
    def repairs(self) -> int:
        """As often as the member that can be asked again most often."""
        return max(_repairs(member.policy) for member in self._members)

    async def propose(self, questions: Sequence[Question], count: int) -> list[list[Candidate]]:
        """For each question at most `count` candidates, most likely first, no tactic twice.

        Raises what a member raises that isn't a `ProverError`, in an `ExceptionGroup`, and the
        first member's `ProverError` when all members fail.
        """
        async with asyncio.TaskGroup() as group:
            tasks = [
                group.create_task(self._asked(number, questions, count))
                for number in range(len(self._members))
            ]
        answers = [task.result() for task in tasks]
        problems = [answer for answer in answers if isinstance(answer, ProverError)]
        if len(problems) == len(answers):
            raise problems[0]
        voices = [
            (member.share, answer)
            for member, answer in zip(self._members, answers, strict=True)
            if not isinstance(answer, ProverError)
        ]
        return [
            mixed(
                [(share, answer[number]) for share, answer in voices],
                math.fsum(m.share for m in self._members if not _is_for(m.policy, question)),
            )[:count]
            for number, question in enumerate(questions)
        ]

    async def _asked(
        self, number: int, questions: Sequence[Question], count: int
    ) -> list[list[Candidate]] | ProverError:
        """What a member proposes, or how it failed."""
        member = self._members[number]
        put = [_is_for(member.policy, question) for question in questions]
        asked = list(compress(questions, put))
        try:
            part = math.ceil(count * member.share / self._total)
            answers = iter(await member.policy.propose(asked, part) if asked else ())
            return [next(answers) if is_put else [] for is_put in put]
        except ProverError as problem:
            if number not in self._failed:
                self._failed.add(number)
                name = member.policy.name
                log.warning("%s proposes nothing: %s", name, problem.sentences)
            return problem


def _repairs(policy: Policy) -> int:
    return policy.repairs if isinstance(policy, ModelPolicy) else 0


def _is_for(policy: Policy, question: Question) -> bool:
    """Whether the policy makes use of what is new in the question; if not, it would only repeat
    what it has said of the state before."""
    if question.refused:
        return _repairs(policy) > 0
    return not question.premises or policy.premises_wanted > 0


def mixed(
    voices: Sequence[tuple[float, Sequence[Candidate]]], spoken: float = 0.0
) -> list[Candidate]:
    """One state's candidates of several policies with their shares, most likely first; `spoken` is
    the share of those who have said before what they had to say.

    A tactic that several propose has their probabilities together, and the tokens and the label of
    the one that adds most to it.
    """
    voices = [(share, candidates) for share, candidates in voices if candidates]
    total = spoken + math.fsum(share for share, _ in voices)
    parts: dict[str, list[Candidate]] = {}
    for share, candidates in voices:
        excess = max(0.0, log_sum(bounded(candidate.logprob) for candidate in candidates))
        for candidate in candidates:
            logprob = bounded(candidate.logprob) - excess + math.log(share / total)
            part = replace(candidate, logprob=bounded(logprob))
            parts.setdefault(candidate.tactic, []).append(part)
    return sorted(map(_together, parts.values()), key=lambda candidate: -candidate.logprob)


def _together(parts: Sequence[Candidate]) -> Candidate:
    greatest = max(parts, key=lambda part: part.logprob)
    return replace(greatest, logprob=min(0.0, log_sum(part.logprob for part in parts)))
