"""The hole of a file that a position in an editor means."""

from __future__ import annotations

from collections.abc import Sequence

from prover.errors import InputProblem
from prover.lean_file import Edit, Hole, LeanFile, hole_lines, holes_near, no_hole_near
from prover.service.runs import Json


def hole_at(
    file: LeanFile, holes: Sequence[Hole], line: int | None, column: int | None = None
) -> Hole:
    """The hole at a position, else the nearest one on its line or in the declaration around it.

    Lines count from 1, columns in characters from 0; without a line it is the file's only hole.
    Raises `InputProblem` when there is none, or no way to tell which.
    """
    if line is None:
        if len(holes) == 1:
            return holes[0]
        raise InputProblem(
            f"{file.path} has {len(holes)} `sorry`s" if holes else f"{file.path} has no `sorry`",
            f"Say with `line` which one. {hole_lines(holes)}" if holes else "",
        )
    found = holes_near(file, holes, line)
    if not found:
        raise InputProblem(no_hole_near(file, line), hole_lines(holes))
    return min(found, key=lambda hole: (abs(hole.line - line), _columns(hole, column)))


def edit_to_json(file: LeanFile, edit: Edit) -> Json:
    """What an editor needs to make an edit."""
    start, stop = file.place(edit.span.start), file.place(edit.span.stop)
    return {
        "start": {"line": start[0], "column": start[1]},
        "end": {"line": stop[0], "column": stop[1]},
        "text": edit.text,
    }


def _columns(hole: Hole, column: int | None) -> int:
    """How far a column is from the hole's."""
    if column is None:
        return 0
    stop = hole.column + hole.span.stop - hole.span.start
    return max(hole.column - column, column - stop, 0)
