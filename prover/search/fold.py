"""Long lines of tactics, broken as a person would."""

from __future__ import annotations

from collections.abc import Iterator

WIDTH = 100
"""What Mathlib's style allows."""
OPENING, CLOSING = "([{⟨", ")]}⟩"


def fold(line: str, width: int = WIDTH) -> list[str]:
    """The line as lines of at most so many characters, where its commas allow it.

    It is broken after commas inside brackets and after `<;>`, where Lean does not mind, and goes
    on further to the right than it began. A line with a string in it is left alone.
    """
    if len(line) <= width or '"' in line:
        return [line]
    further = " " * (len(line) - len(line.lstrip(" ·")) + 2)
    first, *others = _pieces(line)
    lines = [first]
    for piece in others:
        if len(lines[-1]) + 1 + len(piece) <= width:
            lines[-1] += f" {piece}"
        else:
            lines.append(further + piece)
    return lines


def _pieces(line: str) -> Iterator[str]:
    """The line, cut at the spaces at which it may be broken."""
    depth = begin = 0
    for place, character in enumerate(line):
        depth += (character in OPENING) - (character in CLOSING)
        after_comma = depth > 0 and line[place - 1] == ","
        if character == " " and (after_comma or line[:place].endswith("<;>")):
            yield line[begin:place]
            begin = place + 1
    yield line[begin:]
