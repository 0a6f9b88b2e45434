"""Which holes of a file a line means, and how to tell when it means none."""

from __future__ import annotations

from collections.abc import Sequence

from prover.file import Hole, LeanFile


def near(file: LeanFile, holes: Sequence[Hole], line: int) -> list[Hole]:
    """The holes on a line, or else those of the declaration that the line belongs to."""
    return [hole for hole in holes if hole.line == line] or [
        hole for hole in holes if _within(file, hole, line)
    ]


def none_near(file: LeanFile, line: int) -> str:
    """Says that a line means no hole."""
    return f"there is no `sorry` on line {line} of {file.path} nor in a declaration around it"


def where(holes: Sequence[Hole]) -> str:
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
