"""Two runs side by side."""

from __future__ import annotations

from pathlib import Path

import pytest

from prover.bench.attempt import Attempt
from prover.bench.comparison import compare
from prover.bench.results import RunResults, read_run
from prover.errors import InputError
from prover.problems.problem import Problem
from tests.bench.runs import attempt, problem, write

SET = tuple(problem(f"p{number}") for number in range(6))


def run(
    folder: Path, ways: str, problems: tuple[Problem, ...] = SET, dialect: str = ""
) -> RunResults:
    """A run in which each problem was proved (p), not proved (n), or not applicable (x)."""
    attempts: list[Attempt] = []
    for one, way in zip(problems, ways, strict=True):
        status = {"p": "proved", "n": "limit", "x": "error"}[way]
        attempts.append(attempt(one, status, applicable=way != "x", seconds=2.0, tactics=5))
    return read_run(write(folder, problems, attempts, environment={"dialect": dialect}))


def test_what_was_won_and_lost(tmp_path: Path) -> None:
    found = compare(run(tmp_path / "a", "ppnnnx"), run(tmp_path / "b", "pnpppp"))
    assert [pair.name for pair in found.won] == ["p2", "p3", "p4"]
    assert [pair.name for pair in found.lost] == ["p1"]
    assert [pair.name for pair in found.both] == ["p0"]
    # Of the 16 ways for 4 to differ, 2 · (1 + 4) are as uneven.
    assert found.p_value == pytest.approx(10 / 16)
    assert (found.first.proved, found.second.proved, found.second.attempted) == (2, 4, 5)
    assert found.apart == ("p5",)
    assert found.to_json()["seconds_of_both"] == [2.0, 2.0]
    assert found.to_json()["tactics_of_both"] == [5, 5]


def test_other_dialects_are_refused(tmp_path: Path) -> None:
    first, second = run(tmp_path / "a", "pppppp"), run(tmp_path / "b", "pppppp", dialect="numbers")
    with pytest.raises(InputError, match="dialects are none and `numbers`"):
        compare(first, second)
    assert "dialects" in compare(first, second, anyway=True).differences[0]


def test_other_problems_are_refused_and_anyway_only_equal_ones_compared(tmp_path: Path) -> None:
    changed = problem("p1", statement="theorem p1 : 2 = 2 := by")
    others = (SET[0], changed, problem("new"))
    first, second = run(tmp_path / "a", "pppppp"), run(tmp_path / "b", "npp", others)
    with pytest.raises(InputError, match="4 problems are only in a, 1 only in b, 1 of 2"):
        compare(first, second)
    found = compare(first, second, anyway=True)
    assert [pair.name for pair in found.pairs] == ["p0"]
    assert [pair.name for pair in found.lost] == ["p0"]


def test_nothing_in_common_is_told(tmp_path: Path) -> None:
    others = (problem("q0"), problem("q1"))
    first, second = run(tmp_path / "c", "pppppp"), run(tmp_path / "d", "pp", others)
    for anyway in (False, True):
        with pytest.raises(InputError, match="they have no problem in common"):
            compare(first, second, anyway=anyway)
    with pytest.raises(InputError, match="no problem that both attempted"):
        compare(run(tmp_path / "a", "xxxppp"), run(tmp_path / "b", "pppxxx"))
