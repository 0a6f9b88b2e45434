"""Open documents as the editor has them, and places in them, counted as LSP and as Lean do."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import PurePosixPath
from urllib.parse import unquote, urlsplit

from prover.lexer import line_of
from prover.lsp.framing import Json

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

    @property
    def name(self) -> str:
        """What messages call it: the last part of its address."""
        return PurePosixPath(unquote(urlsplit(self.uri).path)).name

    def changed(self, version: int | None, changes: Sequence[Json]) -> tuple[Document, list[Edit]]:
        """The version after the `contentChanges` of a `textDocument/didChange`.

        With the edits that lead there, each of the text after the one before it.
        """
        document, edits = Document(self.uri, version, self.text, self.encoding), []
        for change in changes:
            start, stop = 0, len(document.text)
            if (area := change.get("range")) is not None:
                start, stop = document.offset(area["start"]), document.offset(area["end"])
            edit = trimmed(document.text, Edit(start, stop, change["text"]))
            text = applied(document.text, [edit])
            document = Document(self.uri, version, text, self.encoding)
            if edit.text or edit.start < edit.stop:
                edits.append(edit)
        return document, edits

    def in_its_line_ends(self, edit: Edit) -> Edit:
        """The edit with the line ends that the document has."""
        end = "\r\n" if "\r\n" in self.text else "\n"
        return Edit(edit.start, edit.stop, edit.text.replace("\n", end))

    def text_edits(self, edits: Sequence[Edit]) -> list[Json]:
        """Edits for the editor, with the document's own line ends."""
        return [
            {
                "range": {"start": self.position(edit.start), "end": self.position(edit.stop)},
                "newText": self.in_its_line_ends(edit).text,
            }
            for edit in edits
        ]


def trimmed(text: str, edit: Edit) -> Edit:
    """The edit of a text without what it leaves as it is, at its start and at its end."""
    old, new = text[edit.start : edit.stop], edit.text
    same = _common(old, new)
    tail = _common(old[same:][::-1], new[same:][::-1])
    return Edit(edit.start + same, edit.stop - tail, new[same : len(new) - tail])


def _common(one: str, other: str) -> int:
    """How many characters two texts begin with alike."""
    pairs = enumerate(zip(one, other, strict=False))
    return next((place for place, (a, b) in pairs if a != b), min(len(one), len(other)))


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
