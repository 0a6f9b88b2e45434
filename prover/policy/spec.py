"""Which policy is meant, in words: `builtin`, `hf:NAME`, `endpoint:URL#MODEL`, `mix:A*3+B`.

A model that is named alone comes with the built-in policy, which takes no time and proves what it
has no idea of; `mix:` and one name is that policy by itself. Options of a policy's own are in no
words: they come from a mapping, see `prover.policy.spec`.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path
from typing import Any

from prover.errors import InputError, closest
from prover.policy.model_options import SHORT_NAMES, ModelOptions
from prover.policy.remote.client_config import EXAMPLE_URL, BaseUrl

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

    address: BaseUrl
    model: str = ""
    """Empty: the only one that the server has."""
    own: Own = ()

    def __str__(self) -> str:
        return f"{ENDPOINT}{self.address}" + (f"#{self.model}" if self.model else "")


Single = BuiltinSpec | LocalSpec | EndpointSpec


@dataclass(frozen=True)
class MemberSpec:
    """A policy of a mixture. Raises `InputError` for what can't be one."""

    policy: Single
    share: float = 1.0
    """How much it has to say, as against the shares of the others."""

    def __post_init__(self) -> None:
        if not 0 < self.share < math.inf:
            raise InputError(f"the share of `{self.policy}` is {self.share}", "Give one above 0.")
        if re.search(r"[+*]", str(self.policy)):
            raise InputError(
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

    Raises `InputError` for what means none, with the nearest name. In a mixture names can have
    neither `+` nor `*`.
    """
    if not text.startswith(MIXTURE):
        named = single(text)
        if isinstance(named, BuiltinSpec):
            return named
        return MixtureSpec((MemberSpec(named), MemberSpec(BuiltinSpec())))
    return MixtureSpec(tuple(map(member, text.removeprefix(MIXTURE).split("+"))))


def member(text: str) -> MemberSpec:
    """A policy of a mixture, with its share: `llemma*3`. Raises `InputError` as `parse` does."""
    name, star, number = text.rpartition("*")
    if not star:
        return MemberSpec(single(text))
    try:
        share = float(number)
    except ValueError:
        raise InputError(
            f"`{number}` is no share", "Write it as in `mix:llemma*3+builtin`."
        ) from None
    return MemberSpec(single(name), share)


def single(text: str) -> Single:
    """A policy that is no mixture. Raises `InputError` as `parse` does."""
    if text == "builtin":
        return BuiltinSpec()
    if text.startswith(ENDPOINT):
        url, _, model = text.removeprefix(ENDPOINT).partition("#")
        return EndpointSpec(BaseUrl(url), model)
    name = text.removeprefix(HUB)
    if name and (text.startswith(HUB) or text in SHORT_NAMES):
        return LocalSpec(name)
    # It may have a password in it.
    if re.match(r"https?:", text):
        raise InputError("an address is no policy", f"Write `{ENDPOINT}{EXAMPLE_URL}`.")
    raise InputError(f"no policy is called `{text}`", closest(FORMS, text))


EXAMPLE = "{name: llemma, samples: 16}"
REACHING = frozenset({"requests", "answer_seconds", "key_file"})
"""How a server is reached, which does not change what it proposes."""
ALL = tuple(entry.name for entry in fields(ModelOptions))
OPTIONS: Mapping[type[Single], Sequence[str]] = {
    BuiltinSpec: ("seed",),
    LocalSpec: [name for name in ALL if name not in {"window", "chat", *REACHING}],
    EndpointSpec: [name for name in ALL if name != "bits"],
}
"""Which options a policy of each kind has."""


def spec_from_yaml(value: Any) -> PolicySpec:
    """The policy that a value of YAML means, a text or a mapping.

    Raises `InputError` for anything else, for a key or a name that is unknown, which tells the
    nearest one, and for a value that an option can't have.
    """
    if isinstance(value, str):
        return parse(value)
    if not isinstance(value, Mapping):
        raise InputError(f"a policy is {value!r}", f"Write its name, or `{EXAMPLE}`.")
    if "mix" not in value:
        return _single_from(value, ())
    for key in value:
        if key != "mix":
            raise InputError(
                f"`{key}` is beside `mix`", "Give it to a policy of the mixture: mix: [{name: …}]."
            )
    members = value["mix"]
    if not isinstance(members, list) or not members:
        raise InputError(f"`mix` is {members!r}", f"Give a list, as [{EXAMPLE}, builtin].")
    return MixtureSpec(tuple(map(_member_from, members)))


def to_json(spec: PolicySpec, options: ModelOptions | None = None) -> Any:
    """The policy with all of its options, those of its own and the others from `options`.

    Two policies that propose the same have the same values, however they were written; how a server
    is reached is left out. `configured` reads them.
    """
    options = options or ModelOptions()
    if isinstance(spec, MixtureSpec):
        members = [
            {"share": member.share, **_plain(member.policy, options)} for member in spec.members
        ]
        return {"mix": members}
    return _plain(spec, options)


def _plain(spec: Single, options: ModelOptions) -> dict[str, Any]:
    values = asdict(options.changed(dict(spec.own)))
    kept = {name: values[name] for name in OPTIONS[type(spec)] if name not in REACHING}
    return {"name": str(spec), **kept}


def _member_from(value: Any) -> MemberSpec:
    if isinstance(value, str):
        return member(value)
    if not isinstance(value, Mapping):
        raise InputError(f"a policy of a mixture is {value!r}", f"Write `{EXAMPLE}`.")
    share = value.get("share", 1.0)
    if not isinstance(share, int | float) or isinstance(share, bool):
        raise InputError(f"`share` is {share!r}", "Give a number above 0.")
    return MemberSpec(_single_from(value, ("share",)), float(share))


def _single_from(value: Mapping[Any, Any], more: Sequence[str]) -> Single:
    """The policy in `name` with the other values as its options, but for the keys in `more`."""
    spec = _named(value, more)
    known = ("name", *more, *OPTIONS[type(spec)])
    for key in value:
        if key not in known:
            unused = [name for name in known if name not in value]
            raise InputError(f"`{spec}` has no option `{key}`", closest(unused, str(key)))
    own = {key: given for key, given in value.items() if key not in ("name", *more)}
    read = asdict(ModelOptions().changed(own))
    return replace(spec, own=tuple((key, _value(read[key])) for key in sorted(own)))


def _named(value: Mapping[Any, Any], more: Sequence[str]) -> Single:
    if "name" not in value:
        wrong = next((key for key in value if key not in (*more, *ALL)), None)
        if wrong is None:
            raise InputError("a policy has no `name`", f"Write it as `{EXAMPLE}`.")
        raise InputError(
            f"no key of a policy is called `{wrong}`", closest(("name", "mix"), str(wrong))
        )
    if not isinstance(value["name"], str):
        raise InputError(f"the `name` of a policy is {value['name']!r}", f"Write `{EXAMPLE}`.")
    if value["name"].startswith(MIXTURE):
        raise InputError(
            f"the `name` of a policy is the mixture `{value['name']}`",
            f"Write it alone, or as mix: [{EXAMPLE}, builtin].",
        )
    return single(value["name"])


def _value(value: Any) -> Any:
    return str(value) if isinstance(value, Path) else value
