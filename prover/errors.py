"""One tree of errors, and the words in which they are told: hints for a name that is nearly right,
counted things, sentences."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from typing import TypeVar


class ProverError(Exception):
    """Any failure that the tool foresees. The hint says what to do next."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    @property
    def sentences(self) -> str:
        """The message and the hint, where both are told in one line."""
        return sentences(self.message, self.hint)


class SetupError(ProverError):
    """Something that the tool needs is missing or too old."""


class InputError(ProverError):
    """What the user gave cannot be used."""


class TheoremNotFoundError(InputError):
    """A theorem that LeanDojo can't find where it is said to be."""


class LeanDiedError(ProverError):
    """A Lean process ended or stopped answering."""


class PolicyUnavailableError(ProverError):
    """A policy can't be asked any more, in the middle of a search: its server has gone, say."""


def sentences(*parts: str) -> str:
    """The parts that are not empty as sentences, with a stop between them."""
    return " ".join(_sentence(part) for part in parts if part)


def _sentence(text: str) -> str:
    """The text with a capital, unless it begins with a name, and a stop; several lines are Lean's
    own, and stay as they are."""
    if "\n" in text:
        return text
    word = text.partition(" ")[0]
    if word.isascii() and word.isalpha():
        text = text[0].upper() + text[1:]
    return text if text.endswith((".", "!", "?", "…")) else f"{text}."


Value = TypeVar("Value")


def lookup(known: Mapping[str, Value], name: str, what: str) -> Value:
    """The value with this name. Raises `InputError` for any other name."""
    if name not in known:
        raise InputError(f"no {what} is called `{name}`", closest(known, name))
    return known[name]


def closest(known: Iterable[str], name: str) -> str:
    """A hint for who wrote this name: the known one that is most like it, or all of them."""
    known = list(known)
    near = difflib.get_close_matches(name, known, n=1, cutoff=0.5)
    return f"Did you mean `{near[0]}`?" if near else f"Known: {', '.join(known)}."


def counted(count: int, noun: str) -> str:
    """`1 error`, `2 errors`."""
    return f"{count} {noun}{'' if count == 1 else 's'}"
