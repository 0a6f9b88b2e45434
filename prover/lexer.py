"""Lean source text cut into tokens, without knowing its notations.

As much of Lean's lexical structure as it takes to tell code from what only looks like it: nested
comments, strings, raw strings, characters, and names with primes, dots and `«»`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum, auto

from prover.errors import InputError

NAME_PART = r"«[^»\n]*»|[\w]"
TOKEN = re.compile(
    rf"""
      (?P<space>\s+)
    | (?P<line>--[^\n]*)
    | (?P<block>/-)
    | (?P<raw>r(?P<hashes>\#*)".*?"(?P=hashes))
    | (?P<string>"(?:\\.|[^"\\])*")
    | (?P<char>'(?:\\(?:x[0-9a-fA-F]{{2}}|u[0-9a-fA-F]{{4}}|.)|[^\\'\n])')
    | (?P<word>(?:{NAME_PART})(?:{NAME_PART}|['!?]|\.(?=[\w«]))*)
    | (?P<symbol>:=|.)
    """,
    re.VERBOSE | re.DOTALL,
)
CODE_WORD = re.compile(
    r"""(?P<comment>/-)
    | --[^\n]*
    | r(?P<marks>\#+)".*?"(?P=marks)
    | r"[^"]*"
    | "(?:[^"\\]|\\.)*"
    | '(?:[^'\\\n]|\\[^\n']+)'
    | (?P<word>\.?(?:[\w'!?]+|«[^»\n]*»)(?:\.(?:[\w'!?]+|«[^»\n]*»))*)""",
    re.DOTALL | re.VERBOSE,
)
"""A word of code, or what words in it do not count of: comments, strings and characters."""
COMMENT_EDGE = re.compile(r"/-|-/")


class Kind(Enum):
    """What a token is. Spaces and comments are none, but for those that document declarations."""

    DOCUMENTATION = auto()
    WORD = auto()
    LITERAL = auto()
    SYMBOL = auto()


@dataclass(frozen=True)
class Token:
    """A piece of code, or a documentation comment."""

    kind: Kind
    text: str
    start: int
    """In characters of the whole text."""
    column: int
    """In characters from the start of its line."""
    leads: bool
    """Whether it is the first token of its line."""

    @property
    def stop(self) -> int:
        """Where the token has ended."""
        return self.start + len(self.text)


def tokens(text: str) -> list[Token]:
    """The tokens of a text. Raises `InputError` for a comment or string without an end."""
    found: list[Token] = []
    position, line_start, last_line = 0, 0, -1
    while match := TOKEN.match(text, position):
        stop = _comment_stop(text, position) if match.lastgroup == "block" else match.end()
        kind = _kind(match, text)
        if kind is not None:
            line_start = text.rfind("\n", 0, position) + 1
            leads = line_start != last_line
            last_line = text.rfind("\n", 0, stop) + 1
            found.append(Token(kind, text[position:stop], position, position - line_start, leads))
        position = stop
    return found


def comment_stop(text: str, start: int) -> int | None:
    """Where the `/-` comment ends that starts here; comments may stand in comments."""
    depth, position = 1, start + 2
    while depth:
        edge = COMMENT_EDGE.search(text, position)
        if edge is None:
            return None
        depth += 1 if edge.group() == "/-" else -1
        position = edge.end()
    return position


def sorries(text: str) -> Iterator[int]:
    """Where `sorry` stands in a text, in characters, outside of comments and strings.

    These need not end: text that Lean can't parse is read too.
    """
    return (match.start() for match, _ in _code_words(text) if match["word"] == "sorry")


def ends_in_comment(text: str) -> bool:
    """Whether a comment of a text has no end, so that what follows would be a part of it."""
    return any(stop is None for _, stop in _code_words(text))


def _code_words(text: str) -> Iterator[tuple[re.Match[str], int | None]]:
    """The words, strings and comments of a text, each with where it stops; None for a comment that
    has no end."""
    position = 0
    while match := CODE_WORD.search(text, position):
        stop = comment_stop(text, match.start()) if match["comment"] else match.end()
        yield match, stop
        position = len(text) if stop is None else stop


def line_of(text: str, position: int) -> int:
    """The line of a character, counted from 1."""
    return text.count("\n", 0, position) + 1


def _kind(match: re.Match[str], text: str) -> Kind | None:
    """The kind of token that was matched; none for spaces and comments."""
    match match.lastgroup:
        case "space" | "line":
            return None
        case "block":
            documents = text.startswith("/--", match.start())
            return Kind.DOCUMENTATION if documents else None
        case "word":
            return Kind.WORD
        case "raw" | "string" | "char":
            return Kind.LITERAL
    if match.group() == '"':
        raise InputError(f"the string on line {line_of(text, match.start())} has no end")
    return Kind.SYMBOL


def _comment_stop(text: str, start: int) -> int:
    """As `comment_stop`. Raises `InputError` where it has no end."""
    stop = comment_stop(text, start)
    if stop is None:
        raise InputError(f"the comment on line {line_of(text, start)} has no end")
    return stop
