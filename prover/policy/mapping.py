"""Policies as a configuration file has them, and as plain values to be hashed and stored.

A policy is written with the words of the command line, or as a mapping with options of its own:

    policy: mix:llemma*3+builtin
    policy: {name: llemma, samples: 16, temperature: 0.7}
    policy: {mix: [{name: llemma, share: 3, samples: 16}, builtin]}
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, fields, replace
from pathlib import Path
from typing import Any

from prover.errors import InputProblem, closest
from prover.policy import spec as words
from prover.policy.options import ModelOptions
from prover.policy.spec import (
    BuiltinSpec,
    EndpointSpec,
    LocalSpec,
    MemberSpec,
    MixtureSpec,
    PolicySpec,
    Single,
)

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


def configured(value: Any) -> PolicySpec:
    """The policy that a value of YAML means, a text or a mapping.

    Raises `InputProblem` for anything else, for a key or a name that is unknown, which tells the
    nearest one, and for a value that an option can't have.
    """
    if isinstance(value, str):
        return words.parse(value)
    if not isinstance(value, Mapping):
        raise InputProblem(f"a policy is {value!r}", f"Write its name, or `{EXAMPLE}`.")
    if "mix" not in value:
        return _single(value, ())
    for key in value:
        if key != "mix":
            raise InputProblem(
                f"`{key}` is beside `mix`", "Give it to a policy of the mixture: mix: [{name: …}]."
            )
    members = value["mix"]
    if not isinstance(members, list) or not members:
        raise InputProblem(f"`mix` is {members!r}", f"Give a list, as [{EXAMPLE}, builtin].")
    return MixtureSpec(tuple(map(_member, members)))


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


def _member(value: Any) -> MemberSpec:
    if isinstance(value, str):
        return words.member(value)
    if not isinstance(value, Mapping):
        raise InputProblem(f"a policy of a mixture is {value!r}", f"Write `{EXAMPLE}`.")
    share = value.get("share", 1.0)
    if not isinstance(share, int | float) or isinstance(share, bool):
        raise InputProblem(f"`share` is {share!r}", "Give a number above 0.")
    return MemberSpec(_single(value, ("share",)), float(share))


def _single(value: Mapping[Any, Any], more: Sequence[str]) -> Single:
    """The policy in `name` with the other values as its options, but for the keys in `more`."""
    spec = _named(value, more)
    known = ("name", *more, *OPTIONS[type(spec)])
    for key in value:
        if key not in known:
            unused = [name for name in known if name not in value]
            raise InputProblem(f"`{spec}` has no option `{key}`", closest(unused, str(key)))
    own = {key: given for key, given in value.items() if key not in ("name", *more)}
    read = asdict(ModelOptions().changed(own))
    return replace(spec, own=tuple((key, _value(read[key])) for key in sorted(own)))


def _named(value: Mapping[Any, Any], more: Sequence[str]) -> Single:
    if "name" not in value:
        wrong = next((key for key in value if key not in (*more, *ALL)), None)
        if wrong is None:
            raise InputProblem("a policy has no `name`", f"Write it as `{EXAMPLE}`.")
        raise InputProblem(
            f"no key of a policy is called `{wrong}`", closest(("name", "mix"), str(wrong))
        )
    if not isinstance(value["name"], str):
        raise InputProblem(f"the `name` of a policy is {value['name']!r}", f"Write `{EXAMPLE}`.")
    if value["name"].startswith(words.MIXTURE):
        raise InputProblem(
            f"the `name` of a policy is the mixture `{value['name']}`",
            f"Write it alone, or as mix: [{EXAMPLE}, builtin].",
        )
    return words.single(value["name"])


def _value(value: Any) -> Any:
    return str(value) if isinstance(value, Path) else value
