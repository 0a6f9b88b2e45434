"""Which policy is meant, in words: `builtin`, `hf:NAME`, `endpoint:URL#MODEL`, `mix:A*3+B`.

A model that is named alone comes with the built-in policy, which takes no time and proves what it
has no idea of; `mix:` and one name is that policy by itself. Options of a policy's own are in no
words: they come from a mapping, see `prover.policy.mapping`.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import Any

from prover.errors import InputProblem, closest
from prover.policy.local.choice import SHORT_NAMES
from prover.policy.remote.address import EXAMPLE, Address

HUB = "hf:"
ENDPOINT = "endpoint:"
MIXTURE = "mix:"
FORMS = (
    "builtin",
    *SHORT_NAMES,
    f"{HUB}NAME_OR_FOLDER",
    f"{ENDPOINT}URL#MODEL",
    f"{MIXTURE}A*3+B",
)
"""What can be written."""

Own = tuple[tuple[str, Any], ...]
"""The options in which a policy differs from what holds for all: names of `ModelOptions` and their
values, each name once."""


@dataclass(frozen=True)
class BuiltinSpec:
    """The policy that needs no model."""

    own: Own = ()

    def __str__(self) -> str:
        return "builtin"


@dataclass(frozen=True)
class LocalSpec:
    """A language model on this machine."""

    model: str
    """A short name, a name on the hub, or a folder."""
    own: Own = ()

    def __str__(self) -> str:
        return self.model if self.model in SHORT_NAMES else f"{HUB}{self.model}"


@dataclass(frozen=True)
class EndpointSpec:
    """A language model behind a server."""

    address: Address
    model: str = ""
    """Empty: the only one that the server has."""
    own: Own = ()

    def __str__(self) -> str:
        return f"{ENDPOINT}{self.address}" + (f"#{self.model}" if self.model else "")


Single = BuiltinSpec | LocalSpec | EndpointSpec


@dataclass(frozen=True)
class MemberSpec:
    """A policy of a mixture. Raises `InputProblem` for what can't be one."""

    policy: Single
    share: float = 1.0
    """How much it has to say, as against the shares of the others."""

    def __post_init__(self) -> None:
        if not 0 < self.share < math.inf:
            raise InputProblem(f"the share of `{self.policy}` is {self.share}", "Give one above 0.")
        if re.search(r"[+*]", str(self.policy)):
            raise InputProblem(
                f"`{self.policy}` can't be in a mixture", "Rename it to be without `+` and `*`."
            )

    def __str__(self) -> str:
        if self.share == 1:
            return str(self.policy)
        return f"{self.policy}*{repr(self.share).removesuffix('.0').replace('e+', 'e')}"


@dataclass(frozen=True)
class MixtureSpec:
    """Several policies that propose together."""

    members: tuple[MemberSpec, ...]

    def __str__(self) -> str:
        return MIXTURE + "+".join(map(str, self.members))


PolicySpec = Single | MixtureSpec


def parse(text: str) -> PolicySpec:
    """The policy that is meant: a model named alone is a mixture with the built-in policy, in equal
    shares (see `benchmarks/results`).

    Raises `InputProblem` for what means none, with the nearest name. In a mixture names can have
    neither `+` nor `*`.
    """
    if not text.startswith(MIXTURE):
        named = single(text)
        if isinstance(named, BuiltinSpec):
            return named
        return MixtureSpec((MemberSpec(named), MemberSpec(BuiltinSpec())))
    return MixtureSpec(tuple(map(member, text.removeprefix(MIXTURE).split("+"))))


def member(text: str) -> MemberSpec:
    """A policy of a mixture, with its share: `llemma*3`. Raises `InputProblem` as `parse` does."""
    name, star, number = text.rpartition("*")
    if not star:
        return MemberSpec(single(text))
    try:
        share = float(number)
    except ValueError:
        raise InputProblem(
            f"`{number}` is no share", "Write it as in `mix:llemma*3+builtin`."
        ) from None
    return MemberSpec(single(name), share)


def single(text: str) -> Single:
    """A policy that is no mixture. Raises `InputProblem` as `parse` does."""
    if text == "builtin":
        return BuiltinSpec()
    if text.startswith(ENDPOINT):
        url, _, model = text.removeprefix(ENDPOINT).partition("#")
        return EndpointSpec(Address(url), model)
    name = text.removeprefix(HUB)
    if name and (text.startswith(HUB) or text in SHORT_NAMES):
        return LocalSpec(name)
    # It may have a password in it.
    if re.match(r"https?:", text):
        raise InputProblem("an address is no policy", f"Write `{ENDPOINT}{EXAMPLE}`.")
    raise InputProblem(f"no policy is called `{text}`", closest(FORMS, text))
