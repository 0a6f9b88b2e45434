"""A policy made of a language model: prompts for its questions, tactics from its completions."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from prover.errors import InputError
from prover.policy.policy import (
    Candidate,
    Completion,
    Generator,
    Question,
    bounded,
    is_known,
    log_sum,
)
from prover.policy.prompts import Prompted, Template, prompted, templates
from prover.policy.tactic_parser import Flaw, parse_tactic

COMPLETION_TOKENS = 256
"""Room for a completion; what wellecks/llemma_formal2formal allows for one."""
REFUSALS = 4
"""Refused tactics that are told in one prompt."""


@dataclass
class Statistics:
    """What a policy has asked its model so far, and what of the answers was not used."""

    prompts: int = 0
    repairs: int = 0
    """Prompts among them that told what Lean had refused."""
    unasked: int = 0
    """States whose targets alone are too long for the model."""
    shortened: int = 0
    """Prompts without some hypotheses."""
    hypotheses_left_out: int = 0
    """In all those prompts together."""
    completions: int = 0
    without_probability: int = 0
    """Completions whose log-probability was NaN, infinite or above 0."""
    duplicates: int = 0
    """Completions that said the same as another of their prompt."""
    flaws: Counter[Flaw] = field(default_factory=Counter)
    """Completions that were no tactic to try."""


class LanguageModelPolicy:
    """Proposes what a model makes of a template.

    A tactic is as likely as all different completions that come to it, and has the tokens of the
    likeliest of them. A completion without a log-probability is the least likely; where no
    completion of a prompt has one, they are taken for a sample of equally likely ones.

    Asked again about a state, it is told what Lean said of its likeliest tactics; with none of its
    own among the refused ones it has nothing to add.

    Raises `InputError` when the template takes no premises and is to have some, and when it
    leaves no room for a state in the model's window.
    """

    def __init__(
        self,
        generator: Generator,
        template: Template,
        *,
        premises: int = 0,
        completions: int | None = None,
        completion_tokens: int = COMPLETION_TOKENS,
        repairs: int = 0,
    ) -> None:
        """At most `premises` are listed before each state, and at most `completions` asked for,
        however many candidates are wanted; `completion_tokens` of the model's window, at most half
        of it, are kept for its answer. `repairs` is how often it wants to be asked again."""
        self._generator = generator
        self._template = template
        self._completions = completions
        self.premises_wanted = premises
        self.repairs = repairs
        self._prompt_tokens = generator.window - min(completion_tokens, generator.window // 2)
        self.statistics = Statistics()
        self._require_premises()
        self._require_room()

    @property
    def name(self) -> str:
        """The model's."""
        return self._generator.name

    async def propose(self, questions: Sequence[Question], count: int) -> list[list[Candidate]]:
        """For each question at most `count` candidates, most likely first, no tactic twice; none
        for a state that is too long for the model, or where it has nothing to add.

        Raises `SetupError` when the model can't be had, never for what it answers.
        """
        count = min(count, self._completions or count)
        prompts = [self._prompted(question) for question in questions]
        asked = [known.prompt for known in prompts if known]
        answers = iter(await self._generator.complete(asked, count) if asked else ())
        return [self._candidates(next(answers, []))[:count] if known else [] for known in prompts]

    def _prompted(self, question: Question) -> Prompted | None:
        own = [refusal for refusal in question.refused if refusal.candidate.policy == self.name]
        if question.refused and not own:
            return None
        question = replace(
            question,
            premises=question.premises[: self.premises_wanted],
            refused=tuple(own[:REFUSALS]),
        )
        known = prompted(self._template, question, self._fits)
        if known is None:
            self.statistics.unasked += 1
            return None
        self.statistics.prompts += 1
        self.statistics.repairs += bool(own)
        self.statistics.shortened += known.left_out > 0
        self.statistics.hypotheses_left_out += known.left_out
        return known

    def _fits(self, text: str) -> bool:
        return self._generator.count_tokens(text) <= self._prompt_tokens

    def _candidates(self, completions: Sequence[Completion]) -> list[Candidate]:
        said: dict[str, list[Completion]] = {}
        flaws: Counter[Flaw] = Counter()
        for completion in weighed(completions):
            tactic = parse_tactic(completion.text, self._template.echoes)
            if isinstance(tactic, Flaw):
                flaws[tactic] += 1
            else:
                said.setdefault(tactic, []).append(completion)
        self._note(completions, flaws, len(said))
        candidates = [merged(tactic, alike, self.name) for tactic, alike in said.items()]
        return sorted(candidates, key=lambda candidate: -candidate.logprob)

    def _note(self, completions: Sequence[Completion], flaws: Counter[Flaw], tactics: int) -> None:
        statistics = self.statistics
        statistics.completions += len(completions)
        statistics.without_probability += sum(not is_known(one.logprob) for one in completions)
        statistics.flaws += flaws
        statistics.duplicates += len(completions) - flaws.total() - tactics

    def _require_premises(self) -> None:
        if self.premises_wanted and not self._template.premise:
            able = ", ".join(f"`{name}`" for name, one in templates().items() if one.premise)
            raise InputError(
                f"the template `{self._template.name}` takes no premises",
                f"Ask for 0 premises, or use one of {able}.",
            )

    def _require_room(self) -> None:
        if not self._fits(self._template.shared):
            raise InputError(
                f"the template `{self._template.name}` leaves no room for a state in the window of "
                f"{self._generator.window} tokens that {self.name} has",
                "Use a template without examples, fewer `completion_tokens`, or a model with a "
                "larger window.",
            )


def weighed(completions: Sequence[Completion]) -> list[Completion]:
    """Each text once, with a log-probability in bounds.

    The same text twice is one thing said twice, so its probability counts once; but where no
    log-probability is known, how often a text came is all that is known of it.
    """
    different: dict[str, Completion] = {}
    times = Counter(completion.text for completion in completions)
    guess = not any(is_known(completion.logprob) for completion in completions)
    for completion in completions:
        often = times[completion.text] / len(completions)
        logprob = math.log(often) if guess else bounded(completion.logprob)
        best = different.get(completion.text)
        if best is None or logprob > best.logprob:
            tokens = max(1, completion.tokens)
            different[completion.text] = Completion(completion.text, logprob, tokens)
    return list(different.values())


def merged(tactic: str, completions: Sequence[Completion], policy: str) -> Candidate:
    """The candidate that all these completions come to."""
    likeliest = max(completions, key=lambda completion: completion.logprob)
    logprob = min(0.0, log_sum(completion.logprob for completion in completions))
    return Candidate(tactic, logprob, likeliest.tokens, policy)
