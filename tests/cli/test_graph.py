"""`prover graph`: from a recorded search to a file."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

from tests.cli.conftest import Prover
from tests.search.scripted import events_of
from tests.search.test_trace import TREE, told


def test_a_recorded_search_is_drawn(prover: Prover, here: Prover, tmp_path: Path) -> None:
    (tmp_path / "trace.jsonl").write_text("\n".join(told(asyncio.run(events_of(TREE)))))
    ran = prover("graph", "trace.jsonl", "graph.json")
    assert ran.code == 0
    assert ran.out == "Wrote the graph of t to graph.json: 4 states\n"
    assert json.loads((tmp_path / "graph.json").read_text())["nodes"]
    assert here("graph", "trace.jsonl", "graph.svg", "--theorem", "t").code == 0
    assert "<svg" in (tmp_path / "graph.svg").read_text()


def test_a_search_that_never_began_has_no_graph(here: Prover, tmp_path: Path) -> None:
    (tmp_path / "trace.jsonl").write_text(told(asyncio.run(events_of(TREE)))[0])
    ran = here("graph", "trace.jsonl", "graph.svg")
    assert ran.code == 2
    assert "there is no graph" in ran.err
