"""A policy that does without some theorems, or uses them last."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, replace

from prover.policy.policy import Candidate, ModelPolicy, Policy, Question

PART = r"(?:«[^»]*»|[^\W\d][\w!?'✝]*)"
IDENTIFIER = re.compile(rf"{PART}(?:\.{PART})*")
LOSS = 3.0
"""What it costs a tactic that it names what is to be used last, as a negative log-probability."""


def exclude_theorems(policy: Policy, avoid: Collection[str]) -> Policy:
    """The policy without the tactics that name one of these, and without these as premises.

    A name is also avoided where a part of its namespace is left out (`open Demo`), and where what
    follows from it is named (`Demo.foo.symm`). What `simp` or `grind` use of their own accord is
    not looked into.
    """
    if not avoid:
        return policy
    named = naming(avoid)

    def asked(question: Question) -> Question:
        left = tuple(premise for premise in question.premises if premise.name not in avoid)
        return replace(question, premises=left)

    return _changed(policy, asked, lambda some: [one for one in some if not named(one.tactic)])


def reluctant(policy: Policy, last: Collection[str]) -> Policy:
    """The policy with the tactics that name one of these as much less likely than it thinks, and
    with these as the last premises. What names them is as for `avoiding`."""
    if not last:
        return policy
    named = naming(last)

    def asked(question: Question) -> Question:
        ordered = sorted(question.premises, key=lambda premise: premise.name in last)
        return replace(question, premises=tuple(ordered))

    def answered(some: Sequence[Candidate]) -> list[Candidate]:
        lowered = [
            replace(one, logprob=one.logprob - LOSS) if named(one.tactic) else one for one in some
        ]
        return sorted(lowered, key=lambda one: -one.logprob)

    return _changed(policy, asked, answered)


def naming(theorems: Collection[str]) -> Callable[[str], list[str]]:
    """Tells which of the theorems a tactic names."""
    known = {short: name for name in theorems for short in _shortened(name)}

    def names(tactic: str) -> list[str]:
        words = (word.removeprefix("_root_.") for word in IDENTIFIER.findall(tactic))
        return [known[begin] for word in words for begin in _beginnings(word) if begin in known]

    return names


def _shortened(name: str) -> Iterator[str]:
    """The name, and what is left of it where namespaces are open."""
    parts = name.split(".")
    return (".".join(parts[begin:]) for begin in range(len(parts)))


def _beginnings(name: str) -> Iterator[str]:
    parts = name.split(".")
    return (".".join(parts[:end]) for end in range(1, len(parts) + 1))


@dataclass(frozen=True)
class _Changed:
    """A policy of which the questions and the answers are changed."""

    policy: Policy
    asked: Callable[[Question], Question]
    answered: Callable[[Sequence[Candidate]], list[Candidate]]

    @property
    def name(self) -> str:
        """That of the policy."""
        return self.policy.name

    @property
    def premises_wanted(self) -> int:
        """As many as the policy wants."""
        return self.policy.premises_wanted

    async def propose(self, questions: Sequence[Question], count: int) -> list[list[Candidate]]:
        """What the policy proposes, changed."""
        proposed = await self.policy.propose([self.asked(one) for one in questions], count)
        return [self.answered(some) for some in proposed]


@dataclass(frozen=True)
class _ChangedModel(_Changed):
    """The same of a `ModelPolicy`, which is one too."""

    policy: ModelPolicy

    @property
    def repairs(self) -> int:
        """As often as the policy."""
        return self.policy.repairs


def _changed(
    policy: Policy,
    asked: Callable[[Question], Question],
    answered: Callable[[Sequence[Candidate]], list[Candidate]],
) -> Policy:
    if isinstance(policy, ModelPolicy):
        return _ChangedModel(policy, asked, answered)
    return _Changed(policy, asked, answered)
