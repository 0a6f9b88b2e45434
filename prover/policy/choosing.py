"""Which policy is meant: `builtin`, `llemma`, `hf:NAME_OR_FOLDER`, or several: `mix:A*3+B`."""

from __future__ import annotations

import asyncio
import math
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

from prover.errors import InputProblem
from prover.nearest import nearest
from prover.policy.base import Policy
from prover.policy.builtin import BuiltinPolicy
from prover.policy.local.choice import SHORT_NAMES

BUILTIN = "builtin"
HUB = "hf:"
MIXTURE = "mix:"


@dataclass(frozen=True)
class PolicyChoice:
    """A policy by its name, as a part of a mixture with its share."""

    name: str
    """`builtin`, a short name of a model, or `hf:` with a name on the hub or a folder."""
    share: float = 1.0

    @property
    def model(self) -> str | None:
        """What the language model is called; None for the built-in policy."""
        return None if self.name == BUILTIN else self.name.removeprefix(HUB)


def parse(text: str) -> tuple[PolicyChoice, ...]:
    """The policies that are to propose together; nearly always one.

    Raises `InputProblem` for what names no policy.
    """
    if not text.startswith(MIXTURE):
        return (_choice(text, 1.0),)
    parts = text.removeprefix(MIXTURE).split("+")
    return tuple(_part(part, text) for part in parts)


def _part(part: str, text: str) -> PolicyChoice:
    name, star, number = part.rpartition("*")
    try:
        return _choice(name, float(number)) if star else _choice(part, 1.0)
    except ValueError as error:
        raise InputProblem(
            f"`{number}` in `{text}` is no share", "Write it as in `mix:llemma*3+builtin`."
        ) from error


def _choice(name: str, share: float) -> PolicyChoice:
    known = (BUILTIN, *SHORT_NAMES)
    if name not in known and not (name.startswith(HUB) and name != HUB):
        hint = nearest([*known, f"{HUB}NAME_OR_FOLDER", f"{MIXTURE}A+B"], name)
        raise InputProblem(f"no policy is called `{name}`", hint)
    if not 0 < share < math.inf:
        raise InputProblem(f"the share of `{name}` is {share:g}", "Give a number above 0.")
    return PolicyChoice(name, share)


@asynccontextmanager
async def open_policy(
    text: str, *, template: str | None = None, seed: int = 0
) -> AsyncIterator[Policy]:
    """The policy that is called so, for as long as the block lasts.

    `template` is how language models are shown a state; without it the model's name decides.
    Raises `InputProblem` for a wrong name, `EnvironmentProblem` when a model is not here.
    """
    choices = parse(text)
    async with AsyncExitStack() as stack:
        policies = [
            await stack.enter_async_context(_model(choice.model, template, seed))
            if choice.model is not None
            else BuiltinPolicy(seed=seed)
            for choice in choices
        ]
        if len(policies) == 1:
            yield policies[0]
            return
        from prover.policy.mixture import Member, MixturePolicy

        pairs = zip(policies, choices, strict=True)
        yield MixturePolicy([Member(policy, choice.share) for policy, choice in pairs])


@asynccontextmanager
async def _model(name: str, template: str | None, seed: int) -> AsyncIterator[Policy]:
    # Templates need YAML and models need torch: seconds that the built-in policy does not cost.
    from prover.policy.language_model import LanguageModelPolicy
    from prover.policy.local.choice import ModelChoice
    from prover.policy.local.continuation import Decoding
    from prover.policy.prompts import default_for, named
    from prover.policy.transformers_lm import TransformersGenerator

    shown = named(template) if template else default_for(name)
    generator = await asyncio.to_thread(
        TransformersGenerator.load, ModelChoice(name), Decoding(seed=seed)
    )
    try:
        yield LanguageModelPolicy(generator, shown)
    finally:
        await generator.close()
