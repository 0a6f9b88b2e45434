"""A theorem with one hole, and the text that fills it."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

OPENS_A_BLOCK = re.compile(r"(?:^|[\s(⟨])by\s*$|[·⟩;(|]\s*$|=>\s*$|^\s*$")
TAKES_A_TERM_BARE = re.compile(r"(?::=|=>|\bfrom|\bexact|\bshow)\s*$")


@dataclass(frozen=True)
class Theorem:
    """A declaration with one hole, and all that stands before it.

    The text of the file is `header + before + hole + after`; the gate keeps every byte of it
    but the hole's.
    """

    name: str
    header: str
    """Everything before the declaration: imports, options, opened namespaces, definitions."""
    before: str
    """The declaration up to the hole."""
    hole: str = "sorry"
    after: str = ""
    """What follows the hole inside the declaration."""
    is_term: bool = False
    """Whether the hole stands where Lean expects a term rather than a tactic."""
    source: str = ""

    @classmethod
    def from_statement(
        cls, name: str, statement: str, *, header: str = "", source: str = ""
    ) -> Theorem:
        """A theorem from its statement, which ends in `:= by`."""
        if header and not header.endswith("\n"):
            header += "\n"
        return cls(name=name, header=header, before=statement.rstrip() + "\n  ", source=source)

    @property
    def declaration(self) -> str:
        """The declaration with its hole."""
        return self.before + self.hole + self.after

    @property
    def offset(self) -> int:
        """Where the hole starts in the declaration, in UTF-8 bytes."""
        return len(self.before.encode())

    def filled(self, script: str) -> Theorem:
        """The theorem with the tactic script, laid out for its place, instead of the hole."""
        lines = script.rstrip("\n").split("\n")
        line = self.before.rpartition("\n")[2]
        before, indent = self.before, " " * (len(line) - len(line.lstrip()))
        if self.is_term:
            text = _term(lines, line, indent)
        elif OPENS_A_BLOCK.search(line) and re.search(r":=\s*by\s+$", line):
            before, text = before.rstrip(" "), _block(lines, "\n" + indent + "  ")
        elif OPENS_A_BLOCK.search(line):
            text = ("\n" + " " * len(line)).join(lines)
        else:
            text = _bracketed("(", lines, line)
        return replace(self, before=before, hole=text)


def _block(lines: list[str], separator: str) -> str:
    return "".join(separator + line for line in lines)


def _term(lines: list[str], line: str, indent: str) -> str:
    if TAKES_A_TERM_BARE.search(line):
        return "by" + _block(lines, "\n" + indent + "  ")
    return _bracketed("(by ", lines, line)


def _bracketed(opening: str, lines: list[str], line: str) -> str:
    """The lines in brackets behind `line`; the closing one is out of reach of a comment."""
    indent = "\n" + " " * (len(line) + len(opening))
    return opening + indent.join(lines) + (indent if "--" in lines[-1] else "") + ")"
