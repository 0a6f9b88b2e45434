"""A server of one's own for each test, and a connection to it that does not wait for long."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from prover.policy.remote.client_config import VARIABLE, ApiKey, BaseUrl
from prover.policy.remote.http_client import Connection, RetryPolicy
from tests.policy.fake_server import FakeServer

QUICK = RetryPolicy(seconds=5.0, attempts=3, pause=0.01, longest_pause=0.5)


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """No key, and no proxy in between."""
    monkeypatch.delenv(VARIABLE, raising=False)
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")


@pytest_asyncio.fixture
async def server() -> AsyncIterator[FakeServer]:
    """A server that can be told how to behave."""
    async with FakeServer() as server:
        yield server


@pytest_asyncio.fixture
async def connection(server: FakeServer) -> AsyncIterator[Connection]:
    """A connection to the server, with room for answers of a thousand bytes."""
    connection = Connection(
        BaseUrl(server.url), ApiKey(), requests=2, patience=QUICK, most_bytes=1000
    )
    yield connection
    await connection.close()
