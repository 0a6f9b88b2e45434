"""The holes that a text seems to have, found without Lean: a code action can't wait for it.

What is inside comments and strings is left out. A declaration is taken to reach from one line that
is not indented to the next. Lean has the last word when a hole is to be filled.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from functools import lru_cache
from pathlib import Path

from prover.lean_file import Hole, LeanFile, Span, holes_near
from prover.lexer import sorries
from prover.lsp.documents import lean_place

COMMAND = re.compile(r"^(?=[^\s\-/|)\]}⟩·<:])", re.MULTILINE)
"""The start of a line that begins a command."""
BLOCK = re.compile(r"^(?:mutual|end)\b", re.MULTILINE)
MUTUAL_END = re.compile(r"^end\b", re.MULTILINE)


def holes(file: LeanFile) -> list[Hole]:
    """The holes of a file, as far as its text shows them."""
    text = file.text.decode()
    found, bounds = [], [0, *(match.start() for match in COMMAND.finditer(text)), len(text)]
    for offset in sorries(text):
        behind = bisect_right(bounds, offset)
        first, last = bounds[behind - 1], bounds[behind]
        declaration = Span(
            _bytes(text, first), _bytes(text, first + len(text[first:last].rstrip()))
        )
        span = Span(_bytes(text, offset), _bytes(text, offset + len("sorry")))
        line, column = lean_place(text, offset)
        found.append(Hole(span, declaration, "", False, line, column))
    return found


def nearest(file: LeanFile, found: list[Hole], first: tuple[int, int], last: int) -> Hole | None:
    """The hole that lines of a file mean, from that of the place `first` to the line `last`."""
    line, column = first
    inside = [hole for hole in found if line <= hole.line <= last] or holes_near(file, found, line)
    return min(
        inside,
        key=lambda hole: (abs(hole.line - line), abs(hole.column - column)),
        default=None,
    )


def declaration_stop(text: str, offset: int) -> int:
    """Where the declaration ends that a place is in, without comments behind it on own lines.

    Those of a `mutual` block end together.
    """
    edges = [match[0] for match in BLOCK.finditer(text, 0, offset)]
    command = MUTUAL_END if edges[-1:] == ["mutual"] else COMMAND
    behind = command.search(text, offset + 1)
    before, rest = text[: behind.start() if behind else len(text)].rstrip(), ""
    while rest != before:
        rest = before
        last = before.rfind("\n/-" if before.endswith("-/") else "\n") + 1
        if last > offset and before.startswith(("--", "/-"), last):
            before = before[:last].rstrip()
    return len(before)


def holds(text: str, offset: int) -> bool:
    """Whether there is a hole at a place."""
    return text.startswith("sorry", offset) and offset in sorries(text)


@lru_cache(maxsize=8)
def read(text: str) -> tuple[LeanFile, list[Hole]]:
    """The text as a file, and its holes. Editors ask again whenever the cursor moves."""
    file = LeanFile(Path("file.lean"), text.encode(errors="replace"))
    return file, holes(file)


def _bytes(text: str, offset: int) -> int:
    return len(text[:offset].encode())
