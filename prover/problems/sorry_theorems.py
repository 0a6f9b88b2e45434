"""Theorems whose whole proof is `sorry`, found in the text of a file without Lean.

Benchmark files import Mathlib, which need not be installed to read what they state. So this reads
tokens (`prover.declarations`). A theorem's documentation, attributes, modifiers and `open … in` are
part of it. All that stands before it is its header, byte for byte, but for open theorems that stand
alone: Lean would read each of them again for each of the others.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from prover.declarations import (
    DEFINITIONS,
    GAPS,
    THEOREMS,
    Declaration,
    assignment,
    declarations,
    gap,
    name_parts,
    parts,
)
from prover.lexer import Token, line_of, tokens


@dataclass(frozen=True)
class SorryTheorem:
    """A theorem to be proved. Places are in characters of the file's text."""

    name: str
    """In full; an `example` is called after its line."""
    line: int
    """Of `theorem`, counted from 1."""
    header: str
    statement: str
    """Up to and with `:= by`, where ` by` is added if the file has a term for its proof."""


@dataclass(frozen=True)
class ScanResult:
    """What was found in a text."""

    theorems: tuple[SorryTheorem, ...]
    partly: tuple[tuple[str, int], ...]
    """Name and line of each theorem that has a `sorry` somewhere inside its proof."""


@dataclass(frozen=True)
class _Open:
    """A theorem whose proof is a `sorry`; places in characters."""

    statement_stop: int
    addition: str
    stop: int


def scan(text: str) -> ScanResult:
    """The theorems of a text. Raises `InputError` where a comment or string has no end."""
    code = tokens(text)
    found = declarations(code, text)
    uses = _Uses(code, found)
    theorems, partly, kept, position = [], [], "", 0
    for one in found:
        if code[one.word].text not in THEOREMS:
            continue
        line = line_of(text, code[one.word].start)
        hole = _open(code, one)
        if hole is None:
            if any(token.text in GAPS for token in code[one.word : one.stop]):
                partly.append((one.name, line))
            continue
        begin = code[one.start].start
        before = begin if one.mutual is None else code[one.mutual].start
        header = kept + text[position:before]
        statement = text[begin : hole.statement_stop] + hole.addition
        theorems.append(SorryTheorem(one.name, line, header, statement))
        if uses.is_alone(one):
            kept += text[position:begin]
            position = hole.stop
    return ScanResult(tuple(theorems), tuple(partly))


def _open(code: Sequence[Token], theorem: Declaration) -> _Open | None:
    """The proof of a theorem, where it is nothing but a `sorry`."""
    place = assignment(code, theorem.word, theorem.stop)
    end = None if place is None else gap(code, theorem, place + 1)
    if place is None or end is None:
        return None
    stop = code[end - 1].stop
    if code[place + 1].text == "by":
        return _Open(code[place + 1].stop, "", stop)
    return _Open(code[place].stop, " by", stop)


class _Uses:
    """Which words of a file its declarations share."""

    def __init__(self, code: Sequence[Token], found: Iterable[Declaration]) -> None:
        self._code = code
        self._counts = name_parts(code)
        definitions = (one for one in found if code[one.word].text in DEFINITIONS)
        self._defined = {parts(one.name)[-1] for one in definitions}

    def is_alone(self, theorem: Declaration) -> bool:
        """Whether nothing of the file can rest on a theorem: nothing else names it or a namespace
        that it is written in, it has no attribute that has tactics use it unasked, and it speaks
        of nothing that the file defines, of which what follows may speak too."""
        code = self._code
        if code[theorem.word].text == "example":
            return True
        attributes = any(token.text == "@" for token in code[theorem.start : theorem.word])
        own = name_parts(code[theorem.start : theorem.stop])
        written = parts(code[theorem.word + 1].text)
        named = any(self._counts[part] > own[part] for part in written)
        return not (attributes or named or theorem.mutual or self._defined & own.keys())
