"""Open documents as the editor has them, and places in them, counted as LSP and as Lean do.

LSP counts lines and columns from 0, columns in UTF-16 code units unless the server says otherwise.
The service counts lines from 1 and columns in characters. Here a place is an offset in characters.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from prover.lsp.framing import Json
from prover.tokens import line_of

LINE_END = re.compile(r"\r\n|\n|\r")
WIDTHS: Mapping[str, Callable[[str], int]] = {
    "utf-8": lambda character: len(character.encode(errors="surrogatepass")),
    "utf-16": lambda character: 1 + (ord(character) > 0xFFFF),
    "utf-32": lambda _: 1,
}
"""How many units of an encoding a character takes."""


@dataclass(frozen=True)
class Edit:
    """New text instead of the characters from `start` up to but without `stop`."""

    start: int
    stop: int
    text: str


@dataclass(frozen=True)
class Document:
    """One version of a document."""

    uri: str
    version: int | None
    text: str
    encoding: str = "utf-16"

    @cached_property
    def _starts(self) -> list[int]:
        """Where the lines begin, as LSP has them."""
        return [0, *(end.end() for end in LINE_END.finditer(self.text))]

    def offset(self, position: Json) -> int:
        """The place of an LSP position; one behind the end of a line is the line's end."""
        line: int = position["line"]
        if line >= len(self._starts):
            return len(self.text)
        start, width = self._starts[line], WIDTHS[self.encoding]
        units: int = position["character"]
        stop = self._starts[line + 1] if line + 1 < len(self._starts) else len(self.text)
        content = self.text[start:stop].rstrip("\r\n")
        if content.isascii():
            return start + min(units, len(content))
        for index, character in enumerate(content):
            units -= width(character)
            if units < 0:
                return start + index
        return start + len(content)

    def position(self, offset: int) -> Json:
        """The LSP position of a place."""
        line = bisect_right(self._starts, offset) - 1
        before = self.text[self._starts[line] : offset]
        return {"line": line, "character": sum(map(WIDTHS[self.encoding], before))}

    def changed(self, version: int | None, changes: Sequence[Json]) -> Document:
        """The version after the `contentChanges` of a `textDocument/didChange`."""
        document = Document(self.uri, version, self.text, self.encoding)
        for change in changes:
            text = change["text"]
            if (area := change.get("range")) is not None:
                start, stop = document.offset(area["start"]), document.offset(area["end"])
                text = applied(document.text, [Edit(start, stop, text)])
            document = Document(self.uri, version, text, self.encoding)
        return document

    def text_edits(self, edits: Sequence[Edit]) -> list[Json]:
        """Edits for the editor, with the document's own line ends."""
        end = "\r\n" if "\r\n" in self.text else "\n"
        return [
            {
                "range": {"start": self.position(edit.start), "end": self.position(edit.stop)},
                "newText": edit.text.replace("\n", end),
            }
            for edit in edits
        ]


def applied(text: str, edits: Sequence[Edit]) -> str:
    """The text after edits that are in order and don't overlap."""
    pieces, position = [], 0
    for edit in edits:
        pieces += [text[position : edit.start], edit.text]
        position = edit.stop
    return "".join([*pieces, text[position:]])


def lean_place(text: str, offset: int) -> tuple[int, int]:
    """The line from 1 and the column in characters of a place, as Lean counts."""
    start = text.rfind("\n", 0, offset) + 1
    return line_of(text, offset), offset - start


def at_lean_place(text: str, line: int, column: int) -> int:
    """The place that Lean means by a line and a column. Raises `ValueError` when it isn't there."""
    start = 0
    for _ in range(line - 1):
        start = text.index("\n", start) + 1
    return min(start + column, len(text))
