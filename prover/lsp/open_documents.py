"""All open documents, with marks on their holes, which stay in place while the text changes.

What a proof of a hole is worth depends on the text up to the end of the hole's declaration. An edit
behind that leaves the mark as it is; one before it touches the mark, as does one that makes the
declaration longer. The edits with which the editor fills other holes for us touch nothing: what a
theorem says does not depend on the proofs before it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from weakref import WeakSet

from prover.lsp.documents import Document, Edit, applied, lean_place
from prover.lsp.framing import Json
from prover.lsp.hole_scanner import declaration_stop, holds

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
