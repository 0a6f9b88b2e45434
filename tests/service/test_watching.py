"""A search that is watched: its graph as it grows, and how long it goes on alone."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest_asyncio

from prover.web.graph_data import GROWING, LiveGraph, recorded_graph
from tests.search.scripted import events_of
from tests.search.test_trace import TREE
from tests.service.scripted_service import THEOREM, Scripted, Served, StuckLean, serving

FILE = "theorem a : 1 = 1 := by\n  sorry\n\ntheorem b : 1 = 1 := by\n  trivial\n"


@pytest_asyncio.fixture(scope="module")
async def served() -> AsyncIterator[Served]:
    async with serving() as served:
        yield served


def known(graph: dict[str, Any]) -> dict[str, int]:
    """How many rows of each part there are."""
    parts = {part: len(graph[part][columns[0]]) for part, columns in GROWING.items()}
    return {**parts, "messages": len(graph["messages"])}


def merged(graph: dict[str, Any], fresh: dict[str, Any]) -> dict[str, Any]:
    """What a client has after it was told what is new."""
    whole = {**fresh, "messages": graph["messages"] + fresh["messages"]}
    for part, columns in GROWING.items():
        grown = {name: graph[part][name] + fresh[part][name] for name in columns}
        whole[part] = {**fresh[part], **grown}
    return whole


async def test_what_is_told_bit_by_bit_is_the_graph_of_the_report() -> None:
    events = await events_of(TREE)
    recording, graph = LiveGraph(), None
    nothing = {"states": 0, "tactics": 0, "expansions": 0, "messages": 0}
    for event in events:
        recording.take(event)
        rows = recording.rows(known(graph) if graph else nothing)
        if rows is not None:
            graph = merged(graph, rows) if graph else rows
    assert graph is not None
    del graph["since"]
    assert graph == recorded_graph(events)


async def test_the_graph_of_a_run_is_there_while_it_runs_and_afterwards(served: Served) -> None:
    events = await served.events("/v1/prove", {**THEOREM, "graph": True})
    path = f"/v1/runs/{events[0]['run']}/graph"
    body = (await served.unix.get(path)).json()
    assert (body["status"], body["events"][-1]["status"]) == ("proved", "proved")
    assert "⊢ root" in body["graph"]["states"]["goals"]
    assert body["graph"]["proof"]
    rest = (await served.unix.get(path, params={"states": 1, "messages": 1})).json()["graph"]
    assert rest["states"]["goals"] == body["graph"]["states"]["goals"][1:]
    assert rest["states"]["standing"] == body["graph"]["states"]["standing"]


async def test_there_is_no_graph_unless_it_was_asked_for(served: Served) -> None:
    events = await served.events("/v1/prove", THEOREM)
    body = (await served.unix.get(f"/v1/runs/{events[0]['run']}/graph")).json()
    assert body["graph"] is None


async def begun(served: Served, linger: float) -> str:
    """Starts a search and leaves it; its run."""
    body = {**THEOREM, "linger": linger, "graph": True}
    async with served.unix.stream("POST", "/v1/prove", json=body) as answer:
        return str(answer.headers["prover-run"])


async def test_a_search_that_lingers_outlives_its_client_while_it_is_asked_after() -> None:
    scripted = Scripted(lean=StuckLean({}))
    async with serving(scripted.opened) as served:
        run = await begun(served, 0.6)
        for _ in range(8):
            await asyncio.sleep(0.2)
            assert (await served.unix.get(f"/v1/runs/{run}/graph")).json()["status"] == "running"
        took = await served.until(lambda: not served.service.runs.alive)
        assert took > 0.3


async def test_a_search_that_lingers_ends_when_nobody_comes_back() -> None:
    async with serving(Scripted(lean=StuckLean({})).opened) as served:
        run = await begun(served, 0.3)
        await served.until(lambda: not served.service.runs.alive)
        body = (await served.unix.get(f"/v1/runs/{run}/graph")).json()
        assert body["status"] == "cancelled"


async def test_a_search_that_lingers_is_cancelled_at_once_by_its_user() -> None:
    async with serving(Scripted(lean=StuckLean({})).opened) as served:
        run = await begun(served, 100)
        assert (await served.unix.delete(f"/v1/runs/{run}")).json()["status"] == "cancelled"


async def test_the_goals_at_the_cursor_come_with_what_lean_says(served: Served) -> None:
    events = await served.events("/v1/goals", {"file": {"text": FILE, "line": 1, "column": 3}})
    assert [event["line"] for event in events if event["event"] == "hole"] == [2]
    result = events[-1]
    assert (result["status"], result["goals"]) == ("open", ["⊢ root"])
    assert (result["theorem"], result["line"], result["column"]) == ("a", 2, 2)


async def test_away_from_all_holes_there_are_no_goals(served: Served) -> None:
    events = await served.events("/v1/goals", {"file": {"text": FILE, "line": 5, "column": 0}})
    assert events[-1]["goals"] == []
    assert "sorry" in events[-1]["message"]
