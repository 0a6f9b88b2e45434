"""A policy without the theorems that are not to be used."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import replace

from prover.policy.base import Candidate, ModelPolicy, Policy, Question

IDENTIFIER = re.compile(r"[^\W\d][\w!?'✝]*(?:\.[^\W\d][\w!?'✝]*)*")


def avoiding(policy: Policy, avoid: Collection[str]) -> Policy:
    """The policy without the tactics that name one of these, and without these as premises.

    A name is also avoided where a part of its namespace is left out (`open Demo`), and where what
    follows from it is named (`Demo.foo.symm`). What `simp` or `grind` use of their own accord is
    not looked into.
    """
    if not avoid:
        return policy
    if isinstance(policy, ModelPolicy):
        return _AvoidingModel(policy, avoid)
    return _Avoiding(policy, avoid)


def naming(avoid: Collection[str]) -> Callable[[str], bool]:
    """Tells whether a tactic names one of the theorems."""
    avoided = {short for name in avoid for short in _shortened(name)}

    def names(tactic: str) -> bool:
        words = (word.removeprefix("_root_.") for word in IDENTIFIER.findall(tactic))
        return any(not avoided.isdisjoint(_beginnings(word)) for word in words)

    return names


def _shortened(name: str) -> Iterator[str]:
    """The name, and what is left of it where namespaces are open."""
    parts = name.split(".")
    return (".".join(parts[begin:]) for begin in range(len(parts)))


def _beginnings(name: str) -> Iterator[str]:
    parts = name.split(".")
    return (".".join(parts[:end]) for end in range(1, len(parts) + 1))


class _Avoiding:
    def __init__(self, policy: Policy, avoid: Collection[str]) -> None:
        self._policy = policy
        self._avoid = avoid
        self._names = naming(avoid)

    @property
    def name(self) -> str:
        """That of the policy."""
        return self._policy.name

    @property
    def premises_wanted(self) -> int:
        """As many as the policy wants."""
        return self._policy.premises_wanted

    async def propose(self, questions: Sequence[Question], count: int) -> list[list[Candidate]]:
        """What the policy proposes, without what is to be avoided."""
        asked = [
            replace(
                question, premises=tuple(p for p in question.premises if p.name not in self._avoid)
            )
            for question in questions
        ]
        proposed = await self._policy.propose(asked, count)
        return [[one for one in some if not self._names(one.tactic)] for some in proposed]


class _AvoidingModel(_Avoiding):
    """The same of a `ModelPolicy`, which is one too."""

    _policy: ModelPolicy

    @property
    def repairs(self) -> int:
        """As often as the policy."""
        return self._policy.repairs
