"""A run that is killed at any moment, or whose Lean is, comes to the same results."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pytest

from benchmarks.perf.kill import Killing, differences, problems, write
from prover.bench.attempt import Attempt
from prover.bench.store import read
from tests.bench import runs


@pytest.mark.lean
@pytest.mark.slow
@pytest.mark.usefixtures("lean_command")
def test_killed_again_and_again_it_ends_as_if_it_had_not_been(tmp_path: Path) -> None:
    file = tmp_path / "few.jsonl"
    write(file, problems(10))
    chance = random.Random(7)
    calm = Killing(tmp_path / "calm", file, workers=2, random=chance)
    calm.undisturbed()
    wild = Killing(tmp_path / "wild", file, workers=2, random=chance)
    wild.disturbed(["runner"] * 2 + ["worker"] * 3, patience=6.0)
    assert wild.kills["runner"] == 2
    assert wild.kills["worker"] >= 1
    assert not any(differences(tmp_path / "calm", tmp_path / "wild").values())
    found = read(tmp_path / "wild")
    assert len(found) == 10
    assert {"t0", "t1", "t2", "t4"} <= {one.name for one in found if one.proved}
    [unreadable] = [one.name for one in found if not one.applicable]
    assert unreadable == "t9"


A, B = runs.problem("a"), runs.problem("b")
CALM = [runs.attempt(A), runs.attempt(B, "limit")]


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (CALM, {}),
        ([runs.attempt(A, "error"), *CALM], {}),
        ([*CALM, runs.attempt(B, "limit")], {"twice": ["b"]}),
        (CALM[:1], {"missing": ["b"]}),
        ([*CALM, runs.attempt(B, number=1)], {"unknown": ["b"]}),
        ([CALM[0], runs.attempt(B)], {"other": ["b"]}),
        ([CALM[0], runs.attempt(B, "error")], {"errors": ["b"]}),
        ([CALM[0], runs.attempt(B, "error", applicable=False)], {"other": ["b"]}),
    ],
)
def test_what_differs_is_seen(
    tmp_path: Path, lines: list[Attempt], expected: dict[str, list[str]]
) -> None:
    traces: dict[str, list[dict[str, Any]]] = {one.key: [{}] for one in [*CALM, *lines]}
    runs.write(tmp_path / "calm", [A, B], CALM, traces=traces)
    runs.write(tmp_path / "wild", [A, B], lines, traces=traces)
    found = differences(tmp_path / "calm", tmp_path / "wild")
    assert {what: names for what, names in found.items() if names} == expected
    (tmp_path / "wild" / "traces" / f"{CALM[0].key}.jsonl.gz").unlink()
    assert differences(tmp_path / "calm", tmp_path / "wild")["traceless"] == ["a"]
