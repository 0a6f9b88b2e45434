"""Traces: what was told in events builds the same graph again, and what is broken is named."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from prover.errors import InputError
from prover.search.budget import Limit
from prover.search.configuration import Configuration
from prover.search.events import Event
from prover.search.proof import format_script, shortest_proof
from prover.search.result import Result
from prover.search.trace import build_graph, parse_events
from prover.trace_file import read_trace
from tests.search.scripted import ScriptedVerifier, Tree, events_of

TREE: Tree = {
    "root": {"bad": "error", "slow": "timeout", "split": "left right", "long": "mid"},
    "left": {"a": "closed"},
    "right": {"b": "mid", "c": "left root"},
    "mid": {"c": "closed"},
}
PLACE = {"theorem": "t", "line": 3, "column": 1}


def told(events: list[Event], **place: Any) -> list[str]:
    """The events as lines of a file."""
    return [json.dumps({**event.to_json(), **PLACE, **place}) for event in events]


@pytest.mark.parametrize("refused", [(), ("split\n· a\n· b\n  c", "long\nc")])
async def test_the_graph_is_built_again(refused: tuple[str, ...]) -> None:
    events = await events_of(TREE, verifier=ScriptedVerifier(refused=refused))
    first, again = build_graph(events), build_graph(parse_events(told(events), "trace"))
    assert first is not None
    assert again is not None
    again.check_invariants()
    assert list(again.nodes) == list(first.nodes)
    assert again.frontier == first.frontier
    assert [a.candidate for a in again.applications] == [a.candidate for a in first.applications]
    assert {k: n.standing for k, n in again.nodes.items()} == {
        k: n.standing for k, n in first.nodes.items()
    }
    result = events[-1]
    assert isinstance(result, Result)
    if result.proof is not None:
        assert format_script(shortest_proof(again)) == result.script


async def test_a_finished_trace_can_be_scored_anew() -> None:
    events = await events_of(TREE, limit=Limit(tactics=4))
    trace = told(events)
    graphs = [
        build_graph(parse_events(trace, "trace"), Configuration(score=score))
        for score in ("sum", "uniform")
    ]
    first, second = [graph.nodes for graph in graphs if graph is not None]
    assert first.keys() == second.keys()
    assert [a for a in first if first[a].length != second[a].length]


async def test_one_search_of_several_is_read(tmp_path: Path) -> None:
    events = await events_of(TREE)
    path = tmp_path / "trace.jsonl"
    other = told(events[:3], theorem="other")
    path.write_text("\n".join([*other, "", *told(events), *told(events[:2], line=9)]))
    assert len(list(read_trace(path))) == 3
    first = build_graph(read_trace(path, "t"))
    assert first is not None
    assert first.proved
    with pytest.raises(InputError, match="no search for `none`"):
        list(read_trace(path, "none"))


def broken(line: str, change: str) -> str:
    """A line that is broken in one way."""
    event = json.loads(line)
    match change:
        case "cut":
            return line[:-5]
        case "list":
            return "[1]"
        case "outcome":
            event["candidates"][0]["outcome"] = "magic"
        case "number":
            event["candidates"][0]["logprob"] = "likely"
        case field:
            del event[field]
    return json.dumps(event)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ("cut", "not JSON"),
        ("list", "not a JSON object"),
        ("candidates", "the event `expanded` is broken"),
        ("state", "the event `expanded` is broken"),
        ("outcome", "unknown outcome 'magic'"),
        ("number", "the event `expanded` is broken"),
    ],
)
async def test_a_broken_line_is_named(change: str, message: str) -> None:
    lines = told(await events_of(TREE))
    lines[2] = broken(lines[2], change)
    with pytest.raises(InputError, match="trace:3: ") as caught:
        list(parse_events(lines, "trace"))
    assert message in caught.value.message
    assert "prover prove --json" in caught.value.hint


async def test_a_configuration_of_another_version_is_named() -> None:
    first, *others = told(await events_of(TREE))
    event = json.loads(first)
    event["configuration"]["magic"] = 1
    with pytest.raises(InputError, match="trace:1: no setting of a search is called `magic`"):
        list(parse_events([json.dumps(event), *others], "trace"))


def test_files_that_are_no_traces(tmp_path: Path) -> None:
    path = tmp_path / "empty.jsonl"
    path.write_text("")
    with pytest.raises(InputError, match="has no search in it"):
        list(read_trace(path))
    with pytest.raises(InputError, match="can't be read"):
        list(read_trace(tmp_path / "none.jsonl"))
    path.write_bytes(b"\xff\xfe")
    with pytest.raises(InputError, match="not UTF-8"):
        list(read_trace(path))


async def test_an_edge_that_leads_out_of_what_is_known_is_named() -> None:
    """A state that was expanded without ever having been found."""
    lines = told(await events_of(TREE, configuration=Configuration(turn=8)))
    with pytest.raises(InputError, match="never found"):
        build_graph(parse_events([lines[0], lines[1], *lines[4:]], "trace"))
