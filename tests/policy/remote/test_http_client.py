"""Requests to servers that misbehave."""

from __future__ import annotations

import asyncio
import socket
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from prover.errors import InputError, SetupError
from prover.policy.remote.client_config import ApiKey, BaseUrl
from prover.policy.remote.http_client import Connection, RetryPolicy
from tests.policy.fake_server import Answer, FakeServer, answered
from tests.policy.remote.conftest import QUICK

FINE = answered({"fine": True})


async def asked(connection: Connection) -> object:
    """What comes of a request."""
    return (await connection.post("completions", {"n": 1})).json(connection.key)


async def refused(connection: Connection) -> SetupError:
    """The problem that a request ends in, with something to do about it."""
    with pytest.raises(SetupError) as raised:
        await asked(connection)
    assert connection.address.url in raised.value.message
    assert raised.value.hint
    return raised.value


@pytest.mark.parametrize("status", [408, 429, 500, 502, 503, 504])
async def test_what_passes_is_asked_for_again(
    server: FakeServer, connection: Connection, status: int
) -> None:
    server.script("completions", Answer("wait", status), Answer("wait", status), FINE)
    assert await asked(connection) == {"fine": True}
    assert len(server.requests) == 3


async def test_what_does_not_pass_ends_with_what_the_server_said(
    server: FakeServer, connection: Connection
) -> None:
    server.script("completions", answered({"error": {"message": "out of\nmemory"}}, status=500))
    problem = await refused(connection)
    assert problem.message.endswith("answers with status 500: out of memory")
    assert len(server.requests) == QUICK.attempts


@pytest.mark.parametrize("cut", [0, 3])
async def test_a_connection_that_is_cut_is_tried_again(
    server: FakeServer, connection: Connection, cut: int
) -> None:
    server.script("completions", replace(FINE, cut=cut), FINE)
    assert await asked(connection) == {"fine": True}
    server.script("completions", replace(FINE, cut=cut))
    assert "breaks off" in (await refused(connection)).message


async def test_retry_after_is_waited_for(server: FakeServer, connection: Connection) -> None:
    patience = replace(QUICK, longest_pause=1.5)
    patient = Connection(connection.address, ApiKey(), patience=patience)
    server.script("completions", Answer("", 429, {"Retry-After": "1"}), FINE)
    began = time.monotonic()
    assert await asked(patient) == {"fine": True}
    assert 1.0 <= time.monotonic() - began < 3.0
    await patient.close()


async def test_a_server_that_wants_to_be_left_alone_for_long_is_given_up(
    server: FakeServer, connection: Connection
) -> None:
    then = datetime.now(UTC) + timedelta(hours=1)
    for wanted in ("3600", format_datetime(then, usegmt=True)):
        server.requests.clear()
        server.script("completions", Answer("", 429, {"Retry-After": wanted}))
        assert "status 429" in (await refused(connection)).message
        assert len(server.requests) == 1


@pytest.mark.parametrize("wanted", ["soon", "-1", "", "١", "Thu, 01 Jan 1970 00:00:00"])
async def test_retry_after_that_says_nothing(
    server: FakeServer, connection: Connection, wanted: str
) -> None:
    server.script("completions", Answer("", 503, {"Retry-After": wanted}), FINE)
    assert await asked(connection) == {"fine": True}


def test_pauses_grow_up_to_the_longest_and_differ() -> None:
    patience = RetryPolicy(pause=1.0, longest_pause=6.0)
    for attempt, most in enumerate((1.0, 2.0, 4.0, 6.0, 6.0), start=1):
        pauses = [patience.before(attempt, None) for _ in range(100)]
        assert most / 2 <= min(pauses) < max(pauses) <= most or attempt > 4
        assert max(pauses) <= most
    assert patience.before(1, 3.0) == 3.0


async def test_a_server_that_is_not_running_is_asked_once() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{taken.getsockname()[1]}"
        connection = Connection(BaseUrl(url), ApiKey(), patience=replace(QUICK, pause=60.0))
        problem = await refused(connection)
        await connection.close()
    assert "can't be reached" in problem.message
    assert "Start the server" in problem.hint


async def test_a_slow_server_is_waited_for_only_so_long(
    server: FakeServer, connection: Connection
) -> None:
    hasty = Connection(connection.address, ApiKey(), patience=replace(QUICK, seconds=0.3))
    for slow in (replace(FINE, delay=2.0), replace(FINE, drip=0.1)):
        server.script("completions", slow)
        assert "has not answered in 0.3 s" in (await refused(hasty)).message
    server.script("completions", replace(FINE, delay=0.1))
    assert await asked(hasty) == {"fine": True}
    await hasty.close()


@pytest.mark.parametrize(
    "body",
    [
        "",
        "{",
        '{"choices": [{"te',
        "<html><b>Welcome</b></html>",
        "[1]",
        "null",
        "[" * 900,
        b"\xff",
    ],
)
async def test_what_is_no_object_is_told(
    server: FakeServer, connection: Connection, body: str | bytes
) -> None:
    server.script("completions", Answer(body))
    problem = await refused(connection)
    assert "no JSON object" in problem.message
    assert "/v1" in problem.hint
    assert len(server.requests) == 1


async def test_an_answer_is_read_up_to_a_bound(server: FakeServer, connection: Connection) -> None:
    server.script("completions", Answer("x" * 1001))
    assert "more than" in (await refused(connection)).message
    server.script("completions", Answer(b'{"a": "' + b"x" * 900 + b'"}'))
    assert await asked(connection)


async def test_long_words_are_cut(server: FakeServer, connection: Connection) -> None:
    server.script("completions", Answer("no! " * 200, 418))
    message = (await refused(connection)).message
    assert len(message) < 400
    assert message.endswith("…")


async def test_a_redirection_is_not_followed(server: FakeServer, connection: Connection) -> None:
    async with FakeServer() as other:
        target = f"{other.url}/v1/completions"
        server.script("completions", Answer("", 307, {"Location": target}))
        problem = await refused(connection)
        assert target in problem.message
        assert not other.requests


@pytest.mark.parametrize(
    ("words", "limit"),
    [
        ("This model's maximum context length is 4096 tokens. However, you requested", "4096"),
        (
            "The input (5000 tokens) is longer than the model's context length (2048 tokens).",
            "2048",
        ),
        ("the request exceeds the available context size", None),
    ],
)
async def test_a_prompt_that_is_too_long(
    server: FakeServer, connection: Connection, words: str, limit: str | None
) -> None:
    server.script("completions", answered({"error": {"message": words}}, status=400))
    with pytest.raises(InputError, match="too long") as raised:
        await asked(connection)
    assert "`window`" in raised.value.hint
    assert limit is None or limit in raised.value.hint


async def test_the_limit_of_llama_cpp_is_told(server: FakeServer, connection: Connection) -> None:
    error = {"type": "exceed_context_size_error", "n_ctx": 512, "message": "too large"}
    server.script("completions", answered({"error": error}, status=400))
    with pytest.raises(InputError, match="takes 512 tokens"):
        await asked(connection)


async def test_only_so_many_requests_at_once(server: FakeServer, connection: Connection) -> None:
    server.script("completions", replace(FINE, delay=0.05))
    await asyncio.gather(*[asked(connection) for _ in range(6)])
    assert len(server.requests) == 6
    assert server.busiest == 2


async def test_cancelling_closes_the_request(server: FakeServer, connection: Connection) -> None:
    server.script("completions", replace(FINE, delay=5.0))
    task = asyncio.create_task(asked(connection))
    while not server.busy:
        await asyncio.sleep(0.01)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    async with asyncio.timeout(2.0):
        while not server.abandoned:
            await asyncio.sleep(0.01)
    server.script("completions", FINE)
    assert await asked(connection) == {"fine": True}
