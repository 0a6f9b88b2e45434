"""A search ends with the client that asked for it, and with the service."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator
from dataclasses import dataclass

import pytest

from prover.policy.policy import Candidate
from prover.service import runs
from tests.search.scripted import Policy
from tests.service.scripted_service import (
    THEOREM,
    TREE,
    Json,
    Scripted,
    Served,
    StuckLean,
    events_of,
    serving,
)

PROMPT = 0.2
"""Seconds within which a search must be over."""


@dataclass
class StuckPolicy(Policy):
    """A policy that never answers."""

    stopped: int = 0

    async def propose(self, *_: object) -> list[list[Candidate]]:
        """Thinks for ever."""
        try:
            return await asyncio.Future()
        finally:
            self.stopped += 1


IN_FILE = {"file": {"text": "theorem t : 1 = 1 := by\n  sorry\n", "line": 2}}


async def lines(served: Served, path: str, body: Json = THEOREM) -> AsyncGenerator[Json, None]:
    """The events of a request, as they come; closed, the client goes away."""
    async with served.unix.stream("POST", path, json=body) as answer:
        async for line in answer.aiter_lines():
            yield json.loads(line)


@pytest.mark.parametrize("body", [THEOREM, IN_FILE])
@pytest.mark.parametrize("path", ["/v1/prove", "/v1/suggest"])
async def test_a_client_that_goes_away_stops_lean(path: str, body: Json) -> None:
    lean = StuckLean(TREE)
    scripted = Scripted(lean=lean)
    async with serving(scripted.opened) as served:
        events = lines(served, path, body)
        await anext(events)
        await served.until(lambda: lean.running)
        await events.aclose()
        took = await served.until(lambda: not served.service.runs.alive)
        assert took < PROMPT
        assert (lean.running, lean.stopped, scripted.sessions) == (0, 1, 0)


async def test_a_client_that_goes_away_stops_the_policy() -> None:
    policy = StuckPolicy(TREE)
    scripted = Scripted(policy=policy)
    async with serving(scripted.opened) as served:
        events = lines(served, "/v1/prove")
        async for event in events:
            if event["event"] == "opened":
                break
        await events.aclose()
        took = await served.until(lambda: policy.stopped and not scripted.sessions)
        assert took < PROMPT


async def test_a_client_that_goes_away_in_the_queue_leaves_it() -> None:
    lean = StuckLean(TREE)
    async with serving(Scripted(lean=lean).opened) as served:
        first, second = lines(served, "/v1/prove"), lines(served, "/v1/prove")
        await anext(first)
        assert (await anext(second))["position"] == 1
        await second.aclose()
        await served.until(lambda: served.service.status()["waiting"] == 0)
        assert served.service.status()["running"] == 1
        await first.aclose()
        await served.until(lambda: served.service.status()["running"] == 0)


async def test_a_client_that_goes_away_before_the_answer_begins_leaves_nothing() -> None:
    async with serving(Scripted(lean=StuckLean(TREE)).opened) as served:
        body = json.dumps(THEOREM).encode()
        for _ in range(20):
            _, writer = await asyncio.open_unix_connection(served.address.socket)
            writer.write(
                b"POST /v1/prove HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json"
                b"\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body)
            )
            await writer.drain()
            writer.close()
            await writer.wait_closed()
        await asyncio.sleep(0.05)
        await served.until(lambda: not served.service.runs.alive)
        assert served.service.status()["running"] == 0


async def test_delete_cancels_a_run_and_its_client_is_told() -> None:
    lean = StuckLean(TREE)
    async with serving(Scripted(lean=lean).opened) as served:
        request = asyncio.create_task(served.post("/v1/prove", THEOREM))
        await served.until(lambda: lean.running)
        [run] = served.service.runs.alive
        gone = await served.unix.delete(f"/v1/runs/{run.id}")
        assert (gone.status_code, gone.json()["status"]) == (200, "cancelled")
        assert lean.running == 0
        assert events_of(await request)[-1]["status"] == "cancelled"
        again = await served.unix.delete(f"/v1/runs/{run.id}")
        assert again.json()["status"] == "cancelled"


async def test_who_only_follows_a_run_does_not_end_it() -> None:
    lean = StuckLean(TREE)
    async with serving(Scripted(lean=lean).opened) as served:
        request = asyncio.create_task(served.post("/v1/prove", THEOREM))
        await served.until(lambda: lean.running)
        [run] = served.service.runs.alive
        async with served.unix.stream("GET", f"/v1/runs/{run.id}") as answer:
            first = await anext(answer.aiter_lines())
        assert json.loads(first)["run"] == run.id
        await asyncio.sleep(0.1)
        assert served.service.runs.alive == [run]
        run.cancel()
        await request


async def test_stopping_the_service_gives_every_run_its_result() -> None:
    lean = StuckLean(TREE)
    scripted = Scripted(lean=lean)
    async with serving(scripted.opened) as served:
        requests = [asyncio.create_task(served.post("/v1/prove", THEOREM)) for _ in range(3)]
        await served.until(lambda: lean.running and len(served.service.runs.alive) == 3)
        served.stop.cancel()
        for answer in await asyncio.gather(*requests):
            assert events_of(answer)[-1]["status"] == "cancelled"
        await asyncio.wait({served.stop}, timeout=5)
        assert served.stop.done()
    assert scripted.sessions == 0


async def test_a_quiet_run_says_that_it_is_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runs, "SILENCE_SECONDS", 0.05)
    async with serving(Scripted(lean=StuckLean(TREE)).opened) as served:
        events = lines(served, "/v1/suggest")
        kinds = [(await anext(events))["event"] for _ in range(3)]
        await events.aclose()
    assert kinds == ["queued", "waiting", "waiting"]
