"""A Lean source file with its holes: one theorem for each, and the file with proofs written in.

Offsets count bytes of the text as Lean sees it: UTF-8 with `\n` between lines. The file's own line
ends, its byte order mark, permissions and every byte outside the holes stay as they are.
"""

from __future__ import annotations

import codecs
import contextlib
import dataclasses
import difflib
import os
import re
import shutil
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from tempfile import NamedTemporaryFile

from prover.errors import InputError, SetupError
from prover.lexer import sorries
from prover.script_layout import Slot
from prover.theorem import Theorem


@dataclass(frozen=True, order=True)
class Span:
    """Bytes `start` up to but without `stop`."""

    start: int
    stop: int


@dataclass(frozen=True)
class Hole:
    """A `sorry`, and the declaration that it stands in."""

    span: Span
    declaration: Span
    name: str
    """The declaration's name; `example` where it has none."""
    is_term: bool
    line: int
    """Counted from 1."""
    column: int
    """In characters, counted from 0, as in Lean's messages."""
    obstacle: str = ""
    """Why no proof can be looked for; empty where one can."""
    rests_on: tuple[str, ...] = ()
    """Declarations of the file that its goal rests on and that hold a `sorry`; an empty name stands
    for its own, where the goal speaks of an earlier hole."""
    slot: Slot | None = None
    """What Lean says of its place; None where it was not asked."""


@dataclass(frozen=True)
class Edit:
    """New text for some bytes."""

    span: Span
    text: str


Scripts = Mapping[Hole, str]
"""Tactic scripts for some of the holes of a file."""


@dataclass(frozen=True)
class LeanFile:
    """A file as it was read."""

    path: Path
    raw: bytes

    @classmethod
    def read(cls, path: Path) -> LeanFile:
        """Raises `InputError` when it can't be read, is empty or isn't UTF-8."""
        return cls(path, read_utf8(path))

    @cached_property
    def text(self) -> bytes:
        """What Lean is given: the file without a byte order mark, with `\n` for every line end."""
        return self.raw[self._mark :].replace(b"\r\n", b"\n")

    @property
    def _mark(self) -> int:
        """How many bytes of a byte order mark the file begins with."""
        return len(codecs.BOM_UTF8) if self.raw.startswith(codecs.BOM_UTF8) else 0

    @cached_property
    def imports(self) -> tuple[str, ...]:
        """The modules that it imports."""
        code = re.sub(rb"/-.*?-/|--[^\n]*", b"", self.text, flags=re.DOTALL).decode()
        words = r"^(?:(?:public|private|meta)\s+)*import\s+(?:(?:all|runtime)\s+)?(\S+)"
        return tuple(re.findall(words, code, flags=re.MULTILINE))

    def offset(self, line: int, column: int) -> int:
        """The byte at a place, given as Lean gives it: lines from 1, characters from 0.

        Behind the last line, that is the end.
        """
        lines = self.text.split(b"\n")
        if line > len(lines):
            return len(self.text)
        before = sum(len(earlier) + 1 for earlier in lines[: line - 1])
        return before + len(lines[line - 1].decode()[:column].encode())

    def first(self, line: int | None = None) -> int | None:
        """The byte of a `sorry` before which none is meant, as far as the text alone tells.

        With a line, one on or around it is meant.
        """
        text = self.text.decode()
        places = list(sorries(text))
        if line is not None:
            stop = len(self.text[: self.offset(line + 1, 0)].decode())
            places = [place for place in places if place < stop][-1:] or places
        return len(text[: places[0]].encode()) if places else None

    def place(self, offset: int) -> tuple[int, int]:
        """The line and column of a byte, counted as Lean does."""
        start = self.text.rfind(b"\n", 0, offset) + 1
        return self.text.count(b"\n", 0, offset) + 1, len(self.text[start:offset].decode())

    def part(self, span: Span, edits: Sequence[Edit] = ()) -> str:
        """The text of a span, with the edits that lie in it."""
        pieces, position = [], span.start
        for edit in edits:
            if span.start <= edit.span.start and edit.span.stop <= span.stop:
                pieces += [self.text[position : edit.span.start].decode(), edit.text]
                position = edit.span.stop
        return "".join([*pieces, self.text[position : span.stop].decode()])

    def edits(self, scripts: Scripts) -> list[Edit]:
        """What puts the scripts into their holes, first to last.

        How a script is laid out depends on what stands before it, so holes are filled in order.
        """
        edits: list[Edit] = []
        for hole in sorted(scripts, key=lambda hole: hole.span):
            theorem = self._theorem(hole, edits)
            filled = theorem.filled(scripts[hole])
            dropped = theorem.offset - filled.offset
            edits.append(Edit(Span(hole.span.start - dropped, hole.span.stop), filled.hole))
        return edits

    def theorem(self, hole: Hole, scripts: Scripts) -> Theorem:
        """The theorem of a hole, with these scripts in other holes before and beside it."""
        others = {other: script for other, script in scripts.items() if other != hole}
        edits = self.edits(others)
        header = self.part(Span(0, hole.declaration.start), edits)
        theorem = self._theorem(hole, edits)
        return dataclasses.replace(
            theorem, header=header, source=f"{self.path}:{hole.line}", checked=True
        )

    def _theorem(self, hole: Hole, edits: Sequence[Edit]) -> Theorem:
        """The theorem of a hole without its header."""
        start, slot = hole.declaration.start, hole.slot
        if slot is not None:
            block, base = (
                None if place is None else self._column(start, place, edits)
                for place in (slot.block, slot.base)
            )
            fixed = slot.fixed or self._is_followed_by_lines(hole, edits)
            slot = dataclasses.replace(slot, block=block, base=base, fixed=fixed)
        return Theorem(
            name=hole.name,
            header="",
            before=self.part(Span(start, hole.span.start), edits),
            hole=self.part(hole.span),
            after=self.part(Span(hole.span.stop, hole.declaration.stop), edits),
            is_term=hole.is_term,
            slot=slot,
        )

    def _column(self, start: int, place: int, edits: Sequence[Edit]) -> int:
        """The column of a byte when the edits are made, where the text begins at `start`."""
        return len(self.part(Span(start, place), edits).rpartition("\n")[2])

    def _is_followed_by_lines(self, hole: Hole, edits: Sequence[Edit]) -> bool:
        """Whether a script of several lines, laid out already, begins behind a hole on its line."""
        return any(
            "\n" in edit.text
            and hole.span.stop <= edit.span.start
            and b"\n" not in self.text[hole.span.stop : edit.span.start]
            for edit in edits
        )

    def filled(self, scripts: Scripts) -> str:
        """The whole text with the scripts in their holes."""
        return self.part(Span(0, len(self.text)), self.edits(scripts))

    def write(self, scripts: Scripts) -> None:
        """Puts the scripts into the file, at once or not at all.

        Raises `InputError` when the file has changed since it was read, `SetupError`
        when it can't be written; it is then as it was.
        """
        target = Path(os.path.realpath(self.path))
        try:
            if target.read_bytes() != self.raw:
                raise InputError(
                    f"{self.path} has changed since it was read, so nothing was written",
                    "Put the proofs in by hand, or run `prover prove` again.",
                )
            replace(target, self._raw_filled(scripts))
        except OSError as error:
            raise SetupError(
                f"{self.path} can't be written: {error.strerror}; it is as it was",
                "Make room or get the right to write there, then run `prover prove` again.",
            ) from error

    def _raw_filled(self, scripts: Scripts) -> bytes:
        """The file's bytes with the scripts in their holes, in the file's own line ends."""
        end = b"\r\n" if self._returns else b"\n"
        pieces, position = [], 0
        for edit in self.edits(scripts):
            start, stop = self._raw_offset(edit.span.start), self._raw_offset(edit.span.stop)
            pieces += [self.raw[position:start], edit.text.encode().replace(b"\n", end)]
            position = stop
        return b"".join([*pieces, self.raw[position:]])

    def _raw_offset(self, offset: int) -> int:
        """Where a byte of `text` is in `raw`."""
        return self._mark + offset + bisect_left(self._returns, offset)

    @cached_property
    def _returns(self) -> list[int]:
        """Where in `text` the line ends are that have a carriage return in `raw`."""
        ends = re.finditer(rb"\r\n", self.raw)
        return [match.start() - self._mark - number for number, match in enumerate(ends)]


def replace(target: Path, content: bytes) -> None:
    """Replaces a file's content in one step; it keeps its permissions. Raises `OSError`."""
    with NamedTemporaryFile(prefix=f".{target.name}.", dir=target.parent, delete=False) as file:
        temporary = Path(file.name)
        try:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
            shutil.copymode(target, temporary)
            temporary.replace(target)
        finally:
            temporary.unlink(missing_ok=True)


def holes_near(file: LeanFile, holes: Sequence[Hole], line: int) -> list[Hole]:
    """The holes on a line, or else those of the declaration that the line belongs to."""
    return [hole for hole in holes if hole.line == line] or [
        hole for hole in holes if _within(file, hole, line)
    ]


def no_hole_near(file: LeanFile, line: int) -> str:
    """Says that a line means no hole."""
    return f"there is no `sorry` on line {line} of {file.path} nor in a declaration around it"


def hole_lines(holes: Sequence[Hole]) -> str:
    """Says on which lines the holes are that can be tried."""
    lines = sorted({hole.line for hole in holes if not hole.obstacle})
    if not holes:
        return "The file has none."
    if not lines:
        return "The file has none that can be tried."
    if len(lines) == 1:
        return f"There is one on line {lines[0]}."
    return f"There is one on each of these lines: {', '.join(map(str, lines))}."


def _within(file: LeanFile, hole: Hole, line: int) -> bool:
    first, _ = file.place(hole.declaration.start)
    last, _ = file.place(hole.declaration.stop)
    return first <= line <= last


def read_utf8(path: Path) -> bytes:
    """UTF-8 that says something. Raises `InputError`, by the line where one is wrong."""
    try:
        raw = path.read_bytes()
    except FileNotFoundError as error:
        raise InputError(f"there is no file {path}", _beside(path)) from error
    except IsADirectoryError as error:
        raise InputError(f"{path} is a folder", "Name a file in it.") from error
    except OSError as error:
        raise InputError(f"{path} can't be read: {error.strerror}") from error
    try:
        text = raw.decode()
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        message = f"{path}:{line}: byte {error.start} is not UTF-8"
        raise InputError(message, "Save the file with the encoding UTF-8.") from error
    if not text.removeprefix("\ufeff").strip():
        raise InputError(f"{path} is empty", "Give a file with a theorem to prove.")
    return raw


def _beside(path: Path) -> str:
    """What the user may have meant instead of a file that isn't there."""
    with contextlib.suppress(OSError):
        names = [entry.name for entry in path.parent.iterdir() if entry.suffix == path.suffix]
        if near := difflib.get_close_matches(path.name, names, n=1):
            return f"Did you mean {path.parent / near[0]}?"
    return "Check the path."
