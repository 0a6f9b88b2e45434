"""Exported graphs, read back."""

from __future__ import annotations

import json
import math
import re
from pathlib import Path
from typing import Any

import networkx as nx
import pytest

from prover.errors import InputError
from prover.search.graph import ProofGraph
from prover.visualization.export import export
from tests.search.graphs import build, candidate, insert, state

NODES = {"s0", "s1", "s2", "t0", "t1", "t2"}
EDGES = [
    *[("s0", "t0"), ("s1", "t1"), ("s2", "t2")],
    *[("t0", "s1"), ("t0", "s2"), ("t0", "s2"), ("t2", "s1")],
]


@pytest.fixture
def graph() -> ProofGraph:
    """A split with a state that is left twice."""
    graph = build([("r", "constructor", "abb"), ("a", "rfl", "")])
    insert(graph, "b", "simp", "a", -math.inf)
    return graph


def read_json(path: Path) -> Any:
    return json.loads(path.read_text(), parse_constant=lambda name: pytest.fail(name))


def test_json_is_a_graph_for_networkx_with_every_record(graph: ProofGraph, tmp_path: Path) -> None:
    export(graph, tmp_path / "g.json")
    read = nx.node_link_graph(read_json(tmp_path / "g.json"), edges="edges")
    assert isinstance(read, nx.MultiDiGraph)
    assert read.graph == {"root": "s0"}
    assert set(read) == NODES
    assert sorted(read.edges()) == EDGES
    assert dict(read.nodes["s0"]) == {
        "kind": "state",
        "key": "r",
        "goals": "⊢ r",
        "standing": "proved",
        "expanded": False,
        "waiting": False,
        "depth": 0,
    }
    assert read.nodes["t0"]["tactic"] == "constructor"
    assert read.nodes["t1"]["proved"]
    assert "logprob" not in read.nodes["t2"]
    assert sorted(d["position"] for *_, d in read.out_edges("t0", data=True)) == [0, 1, 2]


def test_graphml_is_read_back_by_networkx(graph: ProofGraph, tmp_path: Path) -> None:
    export(graph, tmp_path / "g.graphml")
    read = nx.read_graphml(tmp_path / "g.graphml", force_multigraph=True)
    assert set(read) == NODES
    assert sorted(read.edges()) == EDGES
    assert read.nodes["s1"]["goals"] == "⊢ a"
    assert read.nodes["t1"]["logprob"] == -1


def test_an_open_state_has_its_length_and_waits(tmp_path: Path) -> None:
    export(build([("r", "t", "a")]), tmp_path / "g.json")
    nodes = {node["id"]: node for node in read_json(tmp_path / "g.json")["nodes"]}
    assert (nodes["s1"]["length"], nodes["s1"]["depth"], nodes["s1"]["waiting"]) == (1, 1, True)


def test_dot_has_a_line_for_each_node_and_edge(graph: ProofGraph, tmp_path: Path) -> None:
    export(graph, tmp_path / "g.dot")
    text = (tmp_path / "g.dot").read_text()
    assert text.startswith("digraph search {\n")
    assert text.endswith("}\n")
    assert set(re.findall(r"^  (\w\d) \[", text, re.MULTILINE)) == NODES
    assert sorted(re.findall(r"^  (\w\d) -> (\w\d) \[", text, re.MULTILINE)) == EDGES
    assert 'label="constructor", shape="plain"' in text


def test_dot_quotes_what_lean_may_say(tmp_path: Path) -> None:
    graph = ProofGraph(state("r", target='s = "a\\b"\n  ∧ q'))
    export(graph, tmp_path / "g.dot")
    assert r'label="⊢ s = \"a\\b\"\l  ∧ q\l"' in (tmp_path / "g.dot").read_text()


@pytest.mark.parametrize("suffix", [".graphml", ".dot", ".json"])
def test_characters_that_a_format_lacks_are_replaced(suffix: str, tmp_path: Path) -> None:
    graph = ProofGraph(state("r"))
    graph.insert("r", candidate("a\x00b\ud800 <&> \x1b"), [])
    export(graph, path := tmp_path / f"g{suffix}")
    assert "a\ufffdb\ufffd" in path.read_text(encoding="utf-8")
    if suffix == ".graphml":
        assert nx.read_graphml(path).nodes["t0"]["tactic"] == "a\ufffdb\ufffd <&> \ufffd"


@pytest.mark.parametrize(
    ("suffix", "begin"), [("svg", b"<?xml"), ("png", b"\x89PNG"), ("pdf", b"%PDF")]
)
def test_pictures_are_drawn(suffix: str, begin: bytes, graph: ProofGraph, tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    export(graph, path := tmp_path / f"g.{suffix}")
    assert path.read_bytes().startswith(begin)


def test_another_suffix_is_told_the_known_ones(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"g\.xml") as caught:
        export(build([]), tmp_path / "g.xml")
    assert ".graphml, .dot, .json, .svg, .png, .pdf" in caught.value.hint
    assert not list(tmp_path.iterdir())
