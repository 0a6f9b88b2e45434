"""Theorems whose whole proof is `sorry`, found in the text of a file without Lean.

Benchmark files import Mathlib, which need not be installed to read what they state. So this reads
tokens, and takes for a theorem a declaration by `theorem`, `lemma` or `example` that starts a line
and ends in `:= sorry` or `:= by sorry`. Its documentation, attributes, modifiers and `open … in`
are part of it. All that stands before it is its header, byte for byte, without the other theorems
that end in `sorry`: what is not proved must not be used.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from prover.tokens import Kind, Token, line_of, tokens

THEOREMS = frozenset({"theorem", "lemma", "example"})
DECLARING = THEOREMS | {"def", "abbrev", "axiom", "namespace", "section", "end"}
"""Words that start a command wherever they start a line."""
COMMANDS = DECLARING | {
    "#", "@", "alias", "attribute", "class", "compile_inductive", "declare_syntax_cat", "deriving",
    "elab", "elab_rules", "export", "extend_docs", "import", "include", "inductive", "infix",
    "infixl", "infixr", "initialize", "instance", "irreducible_def", "local", "macro",
    "macro_rules", "meta", "mutual", "noncomputable", "nonrec", "notation", "notation3", "omit",
    "opaque", "open", "partial", "postfix", "prefix", "private", "protected", "public", "scoped",
    "set_option", "structure", "suppress_compilation", "syntax", "universe", "unsafe", "variable",
}  # fmt: skip
"""Words that start a command where they stand in the first column."""
MODIFIERS = frozenset(
    {"private", "protected", "public", "noncomputable", "nonrec", "partial", "unsafe", "meta"}
)
LIMITED = frozenset({"open", "set_option", "omit", "include", "variable", "attribute", "local"})
"""Commands that may stand before a declaration with `in`."""
CONTINUATIONS = frozenset({"where", "termination_by", "decreasing_by"})


@dataclass(frozen=True)
class Unproved:
    """A theorem to be proved. Places are in characters of the file's text."""

    name: str
    """In full; an `example` is called after its line."""
    line: int
    """Of `theorem`, counted from 1."""
    header: str
    statement: str
    """Up to and with `:= by`, where ` by` is added if the file has a term for its proof."""


@dataclass(frozen=True)
class Reading:
    """What was found in a text."""

    theorems: tuple[Unproved, ...]
    partly: tuple[tuple[str, int], ...]
    """Name and line of each theorem that has a `sorry` somewhere inside its proof."""


@dataclass(frozen=True)
class _Hole:
    """Where a proof by `sorry` is, and the text that stands for it."""

    statement_stop: int
    addition: str
    stop: int


def read(text: str) -> Reading:
    """The theorems of a text. Raises `InputProblem` where a comment or string has no end."""
    code = tokens(text)
    starts = {index: _start(code, index) for index in _theorems(code)}
    boundaries = sorted({*starts.values(), *_commands(code), len(code)})
    names = dict(_names(code, starts, text))
    theorems, partly, kept, position = [], [], "", 0
    for index, start in starts.items():
        stop = next(boundary for boundary in boundaries if boundary > index)
        line = line_of(text, code[index].start)
        hole = _hole(code, index, stop)
        if hole is None:
            if any(token.text == "sorry" for token in code[index:stop]):
                partly.append((names[index], line))
            continue
        begin = code[start].start
        kept += text[position:begin]
        statement = text[begin : hole.statement_stop] + hole.addition
        theorems.append(Unproved(names[index], line, kept, statement))
        position = hole.stop
    return Reading(tuple(theorems), tuple(partly))


def _theorems(code: Sequence[Token]) -> Iterator[int]:
    """Where the word is that makes a declaration a theorem."""
    for index, token in enumerate(code):
        if token.kind is Kind.WORD and token.text in THEOREMS and code[_start(code, index)].leads:
            yield index


def _commands(code: Sequence[Token]) -> Iterator[int]:
    """Where commands start."""
    for index, token in enumerate(code):
        if not token.leads:
            continue
        documents = token.kind is Kind.DOCUMENTATION
        first = token.column == 0 and (documents or token.text in COMMANDS)
        if first or token.text in DECLARING:
            yield index


def _start(code: Sequence[Token], index: int) -> int:
    """The first token of the declaration whose keyword this is."""
    while index:
        before = code[index - 1]
        if before.kind is Kind.DOCUMENTATION or before.text in MODIFIERS:
            index -= 1
        else:
            opening = _opening(code, index - 1)
            if opening is None:
                break
            index = opening
    return index


def _opening(code: Sequence[Token], closing: int) -> int | None:
    """Where the attributes or the command start that end in this `]` or `in`."""
    match code[closing].text:
        case "]":
            return _attribute(code, closing)
        case "in":
            return _limited(code, closing)
    return None


def _attribute(code: Sequence[Token], closing: int) -> int | None:
    """Where `@[` is that belongs to this `]`."""
    depth = 0
    for index in range(closing, 0, -1):
        depth += {"]": 1, "[": -1}.get(code[index].text, 0)
        if depth == 0:
            return index - 1 if code[index - 1].text == "@" else None
    return None


def _limited(code: Sequence[Token], closing: int) -> int | None:
    """Where the command starts that ends in this `in`."""
    for index in range(closing - 1, -1, -1):
        if code[index].text in LIMITED:
            return index
        if code[index].leads and code[index].text in COMMANDS:
            return None
    return None


def _hole(code: Sequence[Token], index: int, stop: int) -> _Hole | None:
    """The `sorry` that is the whole proof of the theorem whose tokens these are."""
    for place in range(index + 2, stop):
        if code[place].text != "sorry" or not _ends(code, place, stop):
            continue
        if code[place - 1].text == ":=":
            return _Hole(code[place - 1].stop, " by", code[place].stop)
        if code[place - 1].text == "by" and code[place - 2].text == ":=":
            return _Hole(code[place - 1].stop, "", code[place].stop)
    return None


def _ends(code: Sequence[Token], place: int, stop: int) -> bool:
    """Whether the declaration ends with this token; unknown commands start in the first column."""
    if place + 1 == stop:
        return stop == len(code) or code[stop].text not in CONTINUATIONS
    after = code[place + 1]
    return after.leads and after.column == 0 and after.text not in CONTINUATIONS


def _names(code: Sequence[Token], starts: dict[int, int], text: str) -> Iterator[tuple[int, str]]:
    """The full name of each theorem."""
    scopes: list[str | None] = []
    for index, token in enumerate(code):
        if index in starts:
            line = line_of(text, token.start)
            yield index, _full_name(code, index, scopes, line)
        if token.kind is not Kind.WORD or not (token.leads or code[index - 1].text in MODIFIERS):
            continue
        follower = code[index + 1] if index + 1 < len(code) else token
        named = follower.kind is Kind.WORD and not follower.leads
        parts = follower.text.split(".") if named else [""]
        if token.text == "namespace":
            scopes += parts
        elif token.text in ("section", "mutual"):
            scopes += [None] * len(parts)
        elif token.text == "end":
            del scopes[max(0, len(scopes) - len(parts)) :]


def _full_name(code: Sequence[Token], index: int, scopes: list[str | None], line: int) -> str:
    follower = code[index + 1] if index + 1 < len(code) else None
    if code[index].text == "example" or follower is None or follower.kind is not Kind.WORD:
        return f"example_{line}"
    if follower.text.startswith("_root_."):
        return follower.text.removeprefix("_root_.")
    return ".".join([*(scope for scope in scopes if scope), follower.text])
