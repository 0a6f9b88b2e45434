"""The key is sent to the server, and shown nowhere."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest

from prover.errors import InputError, ProverError
from prover.policy.model_options import ModelOptions
from prover.policy.remote.client_config import VARIABLE, ApiKey, BaseUrl
from prover.policy.remote.http_client import Connection
from prover.policy.remote.openai_generator import open_endpoint
from tests.policy.fake_server import Answer, FakeServer, answered
from tests.policy.remote.conftest import QUICK

SECRET = "sk-verysecret/42+x="


def test_a_key_comes_from_a_file_or_else_from_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert not ApiKey.find()
    assert ApiKey.find().headers == {}
    monkeypatch.setenv(VARIABLE, f" {SECRET}\n")
    assert ApiKey.find().headers == {"Authorization": f"Bearer {SECRET}"}
    (tmp_path / "key").write_text("other\n")
    assert ApiKey.find(tmp_path / "key").headers == {"Authorization": "Bearer other"}


@pytest.mark.parametrize("content", [b"two words", b"a\r\nHost: b", b"\xff", "schlüssel".encode()])
def test_what_is_no_key_is_not_repeated(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "key").write_bytes(content)
    with pytest.raises(InputError) as raised:
        ApiKey.find(tmp_path / "key")
    told = f"{raised.value.message} {raised.value.hint}"
    assert str(tmp_path / "key") in told
    assert content.decode(errors="replace") not in told


def test_a_key_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="No such file"):
        ApiKey.find(tmp_path / "key")


def test_a_key_does_not_show_in_its_repr() -> None:
    assert SECRET not in repr(ApiKey(SECRET)) + str(ApiKey(SECRET)) + f"{[ApiKey(SECRET)]}"


@pytest.mark.parametrize(
    "answer",
    [
        answered({"error": {"message": f"Incorrect key: {SECRET}"}}, status=401),
        answered({"error": {"message": f"Incorrect key: {SECRET}"}}, status=400),
        answered({"detail": "x" * 290 + SECRET}, status=418),
        Answer(f"<html>{SECRET}</html>"),
        Answer(SECRET, 500),
        Answer("", 302, {"Location": f"http://elsewhere/?key={SECRET}"}),
        Answer("{}", cut=1),
        answered({"error": {"message": f"maximum context length is 9 {SECRET}"}}, status=400),
        answered({"error": {"message": f"context window of {SECRET}"}}, status=400),
    ],
)
async def test_no_error_and_no_log_shows_the_key(
    server: FakeServer, answer: Answer, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    server.script("models", answer)
    connection = Connection(BaseUrl(server.url), ApiKey(SECRET), patience=QUICK)
    with pytest.raises(ProverError) as raised:
        (await connection.get("models")).json(connection.key)
    await connection.close()
    assert server.requests[0].headers["authorization"] == f"Bearer {SECRET}"
    error: BaseException | None = raised.value
    while error is not None:
        assert "sk-very" not in f"{error!r} {getattr(error, 'hint', '')}"
        error = None if error.__suppress_context__ else error.__cause__ or error.__context__
    assert caplog.text
    assert "sk-very" not in caplog.text


async def test_the_key_of_the_environment_is_sent_everywhere(
    server: FakeServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(VARIABLE, SECRET)
    async with open_endpoint(BaseUrl(server.url)) as generator:
        assert SECRET not in generator.name
    assert {request.headers["authorization"] for request in server.requests} == {f"Bearer {SECRET}"}


@pytest.mark.parametrize("key", ["", SECRET])
async def test_a_server_that_wants_another_key(
    server: FakeServer, tmp_path: Path, key: str
) -> None:
    server.script("models", Answer("", 401))
    (tmp_path / "key").write_text(key)
    with pytest.raises(ProverError, match="key") as raised:
        async with open_endpoint(
            BaseUrl(server.url), options=ModelOptions(key_file=tmp_path / "key")
        ):
            pass
    assert raised.value.hint.startswith("Check" if key else "Put")
    assert VARIABLE in raised.value.hint
