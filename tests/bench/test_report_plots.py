"""The plots of a run."""

from __future__ import annotations

from pathlib import Path

from prover.bench.report.plots import plot
from prover.bench.results import read_run
from tests.bench.runs import write
from tests.bench.test_metrics import ALL_WAYS, PROBLEMS


def test_each_picture_is_drawn_twice(tmp_path: Path) -> None:
    run = read_run(write(tmp_path / "run", PROBLEMS, ALL_WAYS))
    drawn = list(plot(run, tmp_path / "new" / "plots"))
    names = {path.stem for path in drawn}
    assert names == {
        f"proved-by-{n}" for n in ("seconds", "tactics", "topic", "split", "difficulty")
    }
    assert {path.suffix for path in drawn} == {".png", ".svg"}
    for path in drawn:
        begins = path.read_bytes()[:8]
        assert begins.startswith(b"<?xml" if path.suffix == ".svg" else b"\x89PNG")
