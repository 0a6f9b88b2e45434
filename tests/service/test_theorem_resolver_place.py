"""Which hole a position means."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from prover.errors import InputError
from prover.lean_file import LeanFile, hole_lines
from prover.service.theorem_resolver import hole_at
from tests.test_lean_file import TWO, holes_of

FILE = LeanFile(Path("A.lean"), TWO.encode())
HOLES = holes_of(FILE.text)
FIRST, SECOND, THIRD, FOURTH = HOLES


@pytest.mark.parametrize(
    ("line", "column", "hole"),
    [
        (2, 0, FIRST),
        (2, FIRST.column, FIRST),
        (2, SECOND.column, SECOND),
        (2, SECOND.column + 2, SECOND),
        (2, 100, SECOND),
        (2, None, FIRST),
        (1, 0, FIRST),
        (4, 0, THIRD),
        (5, 2, THIRD),
        (6, 2, FOURTH),
    ],
)
def test_the_nearest_hole_is_meant(line: int, column: int | None, hole: object) -> None:
    assert hole_at(FILE, HOLES, line, column) == hole


def test_without_a_position_there_must_be_one_hole() -> None:
    assert hole_at(FILE, HOLES[:1], None) == FIRST
    with pytest.raises(InputError, match="has 4 `sorry`s") as caught:
        hole_at(FILE, HOLES, None)
    assert "lines: 2, 5, 6" in caught.value.hint
    with pytest.raises(InputError, match="has no `sorry`"):
        hole_at(FILE, [], None)


def test_lines_without_a_hole_that_can_be_tried_are_not_named() -> None:
    data = [replace(hole, obstacle="It stands for data.") for hole in HOLES]
    assert hole_lines([*data[:3], FOURTH]) == "There is one on line 6."
    assert hole_lines(data) == "The file has none that can be tried."
    assert hole_lines([]) == "The file has none."
