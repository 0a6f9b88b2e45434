"""What the service says of itself holds for whatever is sent to it."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from prover.service.http.access_control import AccessRules
from prover.service.http.app import create_app
from prover.service.service import Service, Settings
from tests.service.scripted_service import Scripted, Served, serving

WITH_A_BODY = [
    "POST /v1/prove",
    "POST /v1/suggest",
    "POST /v1/check",
    "POST /v1/goals",
    "POST /generate",
]
WITHOUT_ONE = [
    "POST /v1/page",
    "GET /v1/runs/{run}",
    "GET /v1/runs/{run}/graph",
    "DELETE /v1/runs/{run}",
    "GET /v1/status",
    "GET /healthz",
    "GET /readyz",
    "GET /metrics",
]
RIGHT, WRONG = "positive", "negative"
FEW, MANY = 10, 40


@pytest.fixture(scope="module")
def served() -> Iterator[Served]:
    """A service in a thread of its own, as the cases come from a client that blocks."""
    started, stop = threading.Event(), threading.Event()
    box: list[Served] = []

    async def run() -> None:
        async with serving() as served:
            box.append(served)
            started.set()
            await asyncio.to_thread(stop.wait)

    thread = threading.Thread(target=asyncio.run, args=(run(),))
    thread.start()
    assert started.wait(20)
    yield box[0]
    stop.set()
    thread.join()


@pytest.fixture(scope="module")
def operations() -> dict[str, Any]:
    """What the service can be asked, by method and path."""
    # Seconds, which only these tests are to take.
    schemathesis = pytest.importorskip("schemathesis")
    description = create_app(Service(Scripted().opened, Settings()), AccessRules()).openapi()
    found = schemathesis.openapi.from_dict(description).get_all_operations()
    return {operation.label: operation for operation in (one.ok() for one in found)}


@pytest.mark.parametrize("count", [FEW, pytest.param(MANY, marks=pytest.mark.slow)])
@pytest.mark.parametrize(
    ("label", "mode"),
    [
        *((label, mode) for label in WITH_A_BODY for mode in (RIGHT, WRONG)),
        *((label, RIGHT) for label in WITHOUT_ONE),
    ],
)
def test_every_answer_is_as_described(
    served: Served, operations: dict[str, Any], label: str, mode: str, count: int
) -> None:
    from schemathesis import GenerationMode
    from schemathesis.specs.openapi import checks

    cases = operations[label].as_strategy(generation_mode=GenerationMode(mode))

    @settings(max_examples=count, suppress_health_check=list(HealthCheck), database=None)
    @given(data=st.data())
    def check(data: st.DataObject) -> None:
        data.draw(cases).call_and_validate(
            base_url=f"http://127.0.0.1:{served.address.port}",
            headers={"Authorization": f"Bearer {served.address.token}"},
            timeout=20,
            # That a request has one subject only is no part of the schema.
            excluded_checks=[checks.positive_data_acceptance],
        )

    check()


def test_the_description_names_every_path(operations: dict[str, Any]) -> None:
    assert operations.keys() == {*WITH_A_BODY, *WITHOUT_ONE}
    assert [label for label, found in operations.items() if found.body] == WITH_A_BODY
