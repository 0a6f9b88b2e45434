"""The Python client, against a real service on a real socket."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager
from pathlib import Path

import pytest

from prover.errors import InputError, SetupError
from prover.service.client import Client, connect
from prover.service.discovery import ServiceSocket
from prover.service.schemas import CheckRequest, ProveRequest, SuggestRequest
from tests.service.scripted_service import (
    THEOREM,
    Scripted,
    Served,
    StuckLean,
    serving,
    short_folder,
)

PROVE = ProveRequest.model_validate(THEOREM)


@asynccontextmanager
async def client_of(served: Served) -> AsyncIterator[Client]:
    async with connect(ServiceSocket(Path(served.address.socket)), name="tests") as client:
        yield client


async def test_events_come_until_the_result() -> None:
    async with serving() as served, client_of(served) as client:
        events = [event async for event in client.prove(PROVE)]
        assert events[0]["event"] == "queued"
        assert (events[-1]["event"], events[-1]["status"]) == ("result", "proved")
        suggest = SuggestRequest.model_validate({**THEOREM, "top": 1})
        [*_, result] = [event async for event in client.suggest(suggest)]
        assert len(result["suggestions"]) == 1
        check = CheckRequest.model_validate({"file": {"text": "theorem t : True := by\u2028sorry"}})
        assert "hole" in [event["event"] async for event in client.check(check)]
        assert (await client.status())["policy"] == events[1]["policy"]


async def test_closing_the_events_ends_the_run() -> None:
    lean = StuckLean({})
    async with serving(Scripted(lean=lean).opened) as served, client_of(served) as client:
        async with aclosing(client.prove(PROVE)) as events:
            async for event in events:
                if event["event"] == "waiting":
                    break
        await served.until(lambda: lean.stopped == 1)


async def test_refusals_are_raised() -> None:
    async with serving(waiting=1) as served, client_of(served) as client:
        unknown = ProveRequest.model_validate({"file": {"path": "nowhere.lean"}})
        [*_, result] = [event async for event in client.prove(unknown)]
        assert result["status"] == "error"
        large = CheckRequest.model_validate({"file": {"text": "ℝ" * 2 * 2**20}})
        with pytest.raises(InputError, match="larger than") as caught:
            await anext(client.check(large))
        assert caught.value.hint


async def test_a_service_that_goes_away_is_an_environment_problem() -> None:
    async with serving(Scripted(lean=StuckLean({})).opened) as served, client_of(served) as client:
        events = client.prove(PROVE)
        assert (await anext(events))["event"] == "queued"
        served.stop.cancel()
        [*_, result] = [event async for event in events]
        assert result["status"] == "cancelled"
        await asyncio.wait({served.stop})
        with pytest.raises(SetupError, match="went away") as caught:
            await anext(client.prove(PROVE))
        assert "prover serve" in caught.value.hint


async def test_where_none_runs_it_says_how_to_start_it() -> None:
    with short_folder() as folder, pytest.raises(SetupError, match="no service") as caught:
        async with connect(ServiceSocket(Path(folder) / "serve.sock")):
            pass
    assert "prover serve" in caught.value.hint
