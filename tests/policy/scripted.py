"""States to ask about, and a model that says what it was told to say."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from prover.lean.codec import pretty
from prover.lean.interface import Goal, Hypothesis, Premise, State
from prover.policy.policy import Candidate, Completion, Prompt, Question, Refusal


def goal(target: str, **hypotheses: str) -> Goal:
    """A goal with these hypotheses, each with its type."""
    made = tuple(Hypothesis(name, type_, "", True) for name, type_ in hypotheses.items())
    return Goal(made, target, "", target, pretty(made, target))


def question(
    *goals: Goal,
    premises: Sequence[Premise] = (),
    path: Sequence[str] = (),
    refused: Sequence[Refusal] = (),
) -> Question:
    """A question about a state with these goals."""
    state = State(1, goals, " / ".join(one.key for one in goals))
    return Question(state, tuple(premises), tuple(path), tuple(refused))


def refusal(tactic: str, message: str = "no", policy: str = "model") -> Refusal:
    """A candidate of a policy that Lean refused."""
    return Refusal(Candidate(tactic, -1.0, 1, policy), message)


@dataclass
class Model:
    """A model for which a word is a token, and which gives the same completions to all prompts."""

    completions: Sequence[Completion] = ()
    window: int = 10_000
    name: str = "model"
    problem: Exception | None = None
    mute: bool = False
    """Whether it gives fewer answers than it is asked for."""
    asked: list[list[Prompt]] = field(default_factory=list)

    def count_tokens(self, text: str) -> int:
        """How many words the text has."""
        return len(text.split())

    async def complete(self, prompts: Sequence[Prompt], count: int) -> list[list[Completion]]:
        """The first `count` of its completions for each prompt."""
        self.asked.append(list(prompts))
        if self.problem:
            raise self.problem
        if self.mute:
            return []
        return [list(self.completions[:count]) for _ in prompts]
