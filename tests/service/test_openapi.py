"""What the service says of itself holds for whatever is sent to it."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from prover.service.app import create_app
from prover.service.guard import Rules
from prover.service.service import Service, Settings
from tests.service.serving import Scripted, Served, serving

if TYPE_CHECKING:
    from schemathesis import GenerationMode

schemathesis = pytest.importorskip(
    "schemathesis", reason="schemathesis is not installed: pip install 'prover[dev]'"
)
checks = pytest.importorskip("schemathesis.specs.openapi.checks")


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


SCHEMA = schemathesis.openapi.from_dict(
    create_app(Service(Scripted().opened, Settings()), Rules()).openapi()
)
OPERATIONS = {
    operation.label: operation
    for operation in (result.ok() for result in SCHEMA.get_all_operations())
}


@pytest.mark.parametrize(
    ("label", "mode"),
    [
        (label, mode)
        for label in OPERATIONS
        for mode in schemathesis.GenerationMode
        # What takes no body can be sent no wrong one.
        if mode.is_positive or (label.startswith("POST") and OPERATIONS[label].body)
    ],
)
@settings(max_examples=40, suppress_health_check=list(HealthCheck), database=None)
@given(data=st.data())
def test_every_answer_is_as_described(
    served: Served, label: str, mode: GenerationMode, data: st.DataObject
) -> None:
    case = data.draw(OPERATIONS[label].as_strategy(generation_mode=mode))
    case.call_and_validate(
        base_url=f"http://127.0.0.1:{served.address.port}",
        headers={"Authorization": f"Bearer {served.address.token}"},
        timeout=20,
        # That a request has one subject only is no part of the schema.
        excluded_checks=[checks.positive_data_acceptance],
    )


def test_the_description_names_every_path() -> None:
    assert set(OPERATIONS) == {
        "POST /v1/prove",
        "POST /v1/suggest",
        "POST /v1/check",
        "POST /v1/goals",
        "POST /v1/page",
        "GET /v1/runs/{run}",
        "GET /v1/runs/{run}/graph",
        "DELETE /v1/runs/{run}",
        "GET /v1/status",
        "GET /healthz",
        "GET /readyz",
        "GET /metrics",
        "POST /generate",
    }
