"""`prover graph`: from a recorded search to a file."""

from __future__ import annotations

import json
from pathlib import Path

from tests.cli.conftest import Prover
from tests.search.scripted import events_of
from tests.search.test_trace import TREE, told


async def test_a_recorded_search_is_drawn(prover: Prover, tmp_path: Path) -> None:
    (tmp_path / "trace.jsonl").write_text("\n".join(told(await events_of(TREE))))
    ran = prover("graph", "trace.jsonl", "graph.json")
    assert ran.code == 0
    assert ran.out == "Wrote the graph of t to graph.json: 4 states\n"
    assert json.loads((tmp_path / "graph.json").read_text())["nodes"]
    assert prover("graph", "trace.jsonl", "graph.svg", "--theorem", "t").code == 0
    assert "<svg" in (tmp_path / "graph.svg").read_text()


async def test_a_search_that_never_began_has_no_graph(prover: Prover, tmp_path: Path) -> None:
    (tmp_path / "trace.jsonl").write_text(told(await events_of(TREE))[0])
    ran = prover("graph", "trace.jsonl", "graph.svg")
    assert ran.code == 2
    assert "there is no graph" in ran.err
