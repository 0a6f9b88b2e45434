"""Open documents as the editor has them, places in them, and marks on their holes.

Places are counted as LSP and as Lean do. A mark stays in place while the text changes. What a proof
of a hole is worth depends on the text up to the end of the hole's declaration. An edit behind that
leaves the mark as it is; one before it touches the mark, as does one that makes the declaration
longer. The edits with which the editor fills other holes for us touch nothing: what a theorem says
does not depend on the proofs before it.
"""

from __future__ import annotations

import asyncio
import re
from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import PurePosixPath
from urllib.parse import unquote, urlsplit
from weakref import WeakSet

from prover.lexer import line_of
from prover.lsp.framing import Json
from prover.lsp.hole_scanner import declaration_stop, holds

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


LENGTH = len("sorry")


@dataclass(eq=False)
class Mark:
    """A `sorry` of an open document."""

    uri: str
    offset: int
    """Where it is in the document as that is now."""
    gone: bool = False
    """Whether it was edited away, or its document closed."""
    touched: asyncio.Event = field(default_factory=asyncio.Event)
    """Set when it is gone, or the text that counts for it is not what it was."""
    filling: Edit | None = None
    """What the editor was asked to put there, counted from the mark."""

    def at(self, edit: Edit) -> Edit:
        """An edit that counts from the mark, as one of the document as it is now."""
        return Edit(self.offset + edit.start, self.offset + edit.stop, edit.text)

    def lose(self) -> None:
        """Takes note that it is not there any more."""
        self.gone = True
        self.touched.set()

    def move(self, edits: Sequence[Edit]) -> None:
        """Stays in place through edits that follow each other."""
        for edit in edits:
            if edit.start < self.offset + LENGTH and edit.stop > self.offset:
                self.lose()
            elif edit.stop <= self.offset:
                self.offset += len(edit.text) - (edit.stop - edit.start)


class Documents:
    """The documents as the editor has them. Marks are followed for as long as somebody has them."""

    def __init__(self) -> None:
        self._documents: dict[str, Document] = {}
        self._marks: dict[str, WeakSet[Mark]] = {}
        self._changes: dict[str, asyncio.Event] = {}

    def get(self, uri: str) -> Document | None:
        """The document, if it is open and its changes could be followed."""
        return self._documents.get(uri)

    def open(self, document: Document) -> None:
        """Has a document that was opened."""
        self._documents[document.uri] = document

    def close(self, uri: str) -> None:
        """Forgets a document."""
        self._documents.pop(uri, None)
        for mark in self._marks.pop(uri, ()):
            mark.lose()
        self._tell(uri)

    def change(self, uri: str, version: int | None, changes: Sequence[Json]) -> None:
        """Makes the `contentChanges` of a `textDocument/didChange`."""
        if (old := self._documents.get(uri)) is None:
            return
        new, edits = old.changed(version, changes)
        self._documents[uri] = new
        marks = list(self._marks.get(uri, ()))
        ours = any(_is_filling(mark, old, new) for mark in marks)
        for mark in marks:
            before = declaration_stop(old.text, mark.offset)
            mark.move(edits)
            if not ours and edits and not mark.gone:
                first = min(edit.start for edit in edits)
                # Where all before its end is as it was, the declaration has to end there still.
                if first < before or declaration_stop(new.text, mark.offset) != before:
                    mark.touched.set()
        self._tell(uri)

    def follow(self, uri: str, offset: int) -> Mark:
        """A mark on the `sorry` at a place of an open document."""
        mark = Mark(uri, offset)
        self._marks.setdefault(uri, WeakSet()).add(mark)
        return mark

    def renew(self, mark: Mark) -> Document | None:
        """The document as it is now, whose text is what counts for the mark from here on.

        None where the mark's `sorry` is none any more.
        """
        document = self.get(mark.uri)
        if mark.gone or document is None or not holds(document.text, mark.offset):
            mark.lose()
            return None
        mark.touched.clear()
        return document

    def place(self, mark: Mark) -> tuple[int, int]:
        """The line from 1 and the column of a mark; where it was, if it is gone."""
        document = self.get(mark.uri)
        return lean_place(document.text, mark.offset) if document else (1, 0)

    async def changes(self, uri: str, seconds: float) -> bool:
        """Waits until a document changes, at most so long; whether it has changed."""
        change = self._changes.setdefault(uri, asyncio.Event())
        try:
            async with asyncio.timeout(seconds):
                await change.wait()
        except TimeoutError:
            return False
        return True

    def _tell(self, uri: str) -> None:
        if (change := self._changes.pop(uri, None)) is not None:
            change.set()


def _is_filling(mark: Mark, old: Document, new: Document) -> bool:
    """Whether what has changed is what the editor was asked to put into a hole."""
    if mark.filling is None or mark.gone:
        return False
    return new.text == applied(old.text, [old.in_its_line_ends(mark.at(mark.filling))])
