"""Choosing by name, where a wrong name is told its nearest neighbour."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from typing import TypeVar

from prover.errors import InputProblem

Value = TypeVar("Value")


def among(known: Mapping[str, Value], name: str, what: str) -> Value:
    """The value with this name. Raises `InputProblem` for any other name."""
    if name not in known:
        raise InputProblem(f"no {what} is called `{name}`", nearest(known, name))
    return known[name]


def nearest(known: Iterable[str], name: str) -> str:
    """A hint for who wrote this name: the known one that is most like it, or all of them."""
    known = list(known)
    near = difflib.get_close_matches(name, known, n=1, cutoff=0.5)
    return f"Did you mean `{near[0]}`?" if near else f"Known: {', '.join(known)}."
