"""The security checklist, one test a line, over real sockets."""

from __future__ import annotations

import asyncio
import hmac
import stat
from base64 import b64encode
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import psutil
import pytest
import pytest_asyncio

from prover.errors import InputError
from prover.service import file_access
from prover.service.discovery import ServiceSocket
from prover.service.http import access_control
from tests.service.scripted_service import THEOREM, Served, serving


@pytest_asyncio.fixture(scope="module")
async def served() -> AsyncIterator[Served]:
    async with serving(rules=access_control.AccessRules(body_seconds=0.3)) as served:
        yield served


def bearer(served: Served) -> dict[str, str]:
    return {"Authorization": f"Bearer {served.address.token}"}


def test_the_socket_lies_in_a_folder_of_its_user_alone(tmp_path: Path) -> None:
    place = ServiceSocket(tmp_path / "run" / "serve.sock")
    with place.held(), place.listen():
        assert stat.S_IMODE(place.socket.parent.stat().st_mode) == 0o700
        assert stat.S_IMODE(place.socket.stat().st_mode) == 0o600


async def test_the_token_is_in_a_file_of_its_user_alone(served: Served) -> None:
    file = ServiceSocket(Path(served.address.socket)).file
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert served.address.token in file.read_text()


async def test_tcp_is_bound_to_this_machine_only(served: Served) -> None:
    listening = [
        entry.laddr.ip
        for entry in psutil.Process().net_connections("inet")
        if entry.status == psutil.CONN_LISTEN and entry.laddr.port == served.address.port
    ]
    assert listening == ["127.0.0.1"]


@pytest.mark.parametrize("host", ["evil.example", "evil.example:80", "127.0.0.1.evil.example", ""])
async def test_dns_rebinding_is_refused_by_host(served: Served, host: str) -> None:
    answer = await served.tcp.get("/v1/status", headers={**bearer(served), "Host": host})
    assert answer.status_code == 421
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "[::1]", "LOCALHOST:1"])
async def test_own_names_are_let_in(served: Served, host: str) -> None:
    answer = await served.tcp.get("/v1/status", headers={**bearer(served), "Host": host})
    assert answer.status_code == 200


@pytest.mark.parametrize("path", ["/v1/status", "/openapi.json", "/healthz", "/metrics", "/none"])
async def test_tcp_needs_the_token_for_everything(served: Served, path: str) -> None:
    answer = await served.tcp.get(path)
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == "Bearer"
    assert "serve.json" in answer.json()["hint"]


@pytest.mark.parametrize(
    "given", ["Bearer wrong", "Bearer", "Bearer é", "Basic !!", "Basic", "wrong", "Digest x"]
)
async def test_a_wrong_token_is_refused(served: Served, given: str) -> None:
    headers = {b"Authorization": given.encode()}
    assert (await served.tcp.get("/v1/status", headers=headers)).status_code == 401


async def test_the_token_is_let_in(served: Served) -> None:
    assert (await served.tcp.get("/v1/status", headers=bearer(served))).status_code == 200
    password = b64encode(f"prover:{served.address.token}".encode()).decode()
    basic = {"Authorization": f"Basic {password}"}
    assert (await served.tcp.get("/v1/status", headers=basic)).status_code == 200


async def test_tokens_are_compared_in_constant_time(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    compared: list[tuple[bytes, bytes]] = []

    def compare(first: bytes, second: bytes) -> bool:
        compared.append((first, second))
        return first == second

    monkeypatch.setattr(hmac, "compare_digest", compare)
    await served.tcp.get("/v1/status", headers={"Authorization": "Bearer guess"})
    assert compared == [(b"guess", served.address.token.encode())]


async def test_web_pages_are_refused(served: Served) -> None:
    for client, headers in ((served.unix, {}), (served.tcp, bearer(served))):
        for origin in ("https://evil.example", "null", f"http://localhost:{served.address.port}"):
            for method, path in (("GET", "/openapi.json"), ("POST", "/v1/prove")):
                answer = await client.request(method, path, headers={**headers, "Origin": origin})
                assert answer.status_code == 403


async def test_there_are_no_cors_headers(served: Served) -> None:
    asks = {"Origin": "https://evil.example", "Access-Control-Request-Method": "POST"}
    answer = await served.unix.request("OPTIONS", "/v1/prove", headers=asks)
    assert answer.status_code == 403
    allowed = await served.unix.get("/v1/status")
    for headers in (answer.headers, allowed.headers):
        assert not [name for name in headers if name.lower().startswith("access-control")]


@pytest.mark.parametrize("kind", ["text/plain", "", "application/x-www-form-urlencoded"])
async def test_a_form_of_a_web_page_is_refused(served: Served, kind: str) -> None:
    headers = {"Content-Type": kind} if kind else {}
    answer = await served.unix.post("/v1/prove", content=b"{}", headers=headers)
    assert answer.status_code == 415


async def test_an_oversized_body_is_refused_by_its_length(served: Served) -> None:
    body = {"theorem": {"statement": "x" * (access_control.MOST_BYTES + 1)}}
    answer = await served.post("/v1/prove", body)
    assert answer.status_code == 413
    assert not served.service.runs.alive


async def test_an_oversized_body_is_refused_without_a_length(served: Served) -> None:
    async def chunks() -> AsyncIterator[bytes]:
        for _ in range(access_control.MOST_BYTES // 2**16 + 2):
            yield b" " * 2**16

    headers = {"Content-Type": "application/json"}
    answer = await served.unix.post("/v1/prove", content=chunks(), headers=headers)
    assert answer.status_code == 413


async def test_a_slow_body_is_not_waited_for(served: Served) -> None:
    reader, writer = await asyncio.open_unix_connection(served.address.socket)
    writer.write(
        b"POST /v1/prove HTTP/1.1\r\nHost: localhost\r\n"
        b"Content-Type: application/json\r\nContent-Length: 100\r\n\r\n{"
    )
    answer = await asyncio.wait_for(reader.read(), 3)
    assert b"408 Request Timeout" in answer
    assert b"did not arrive within 0.3 seconds" in answer
    writer.close()
    await writer.wait_closed()


async def test_a_client_that_goes_away_within_its_body_costs_nothing(served: Served) -> None:
    _, writer = await asyncio.open_unix_connection(served.address.socket)
    writer.write(
        b"POST /v1/prove HTTP/1.1\r\nHost: localhost\r\n"
        b"Content-Type: application/json\r\nContent-Length: 100\r\n\r\n{"
    )
    await writer.drain()
    writer.close()
    await writer.wait_closed()
    assert (await served.unix.get("/v1/status")).json()["runs"] == []


BROKEN: list[tuple[bytes, str]] = [
    (b"{", "not JSON"),
    (b"", "the body is empty"),
    (b"[]", ""),
    (b"null", ""),
    (b"\xff\xfe", ""),
    (b"[" * 100_000, ""),
    (b'{"goal": "\\ud800"}', ""),
    (b'{"\\ud800": 1}', "unicode"),
    (b'{"theorem": {"statement": ""}}', "theorem.statement"),
    (b'{"theorem": {"statement": "x"}, "goal": "y"}', "give one of"),
    (b'{"theorem": {"statement": "x"}, "limit": {"seconds": NaN}}', "limit.seconds"),
    (b'{"theorem": {"statement": "x"}, "limit": {"seconds": 1e999}}', "limit.seconds"),
    (b'{"theorem": {"statement": "x"}, "limit": {"seconds": -1}}', "limit.seconds"),
    (b'{"theorem": {"statement": "x"}, "limit": {"second": 1}}', "no field `limit.second`"),
    (b'{"theorem": {"statement": "x"}, "omit": ["result"]}', "omit"),
    (b'{"file": {"text": "x", "line": 0}}', "file.line"),
    (b'{"file": {"text": "x", "column": 1}}', "`line` with `column`"),
    (b'{"file": {}}', "give the file's"),
]


@pytest.mark.parametrize(("body", "told"), BROKEN)
async def test_malformed_bodies_are_explained(served: Served, body: bytes, told: str) -> None:
    headers = {"Content-Type": "application/json"}
    answer = await served.unix.post("/v1/prove", content=body, headers=headers)
    assert answer.status_code == 400, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    problem: dict[str, Any] = answer.json()
    assert told in problem["detail"]
    assert problem["hint"]


async def test_a_wrong_field_is_told_its_nearest_neighbour(served: Served) -> None:
    answer = await served.post("/v1/prove", {**THEOREM, "limitt": {}})
    assert answer.json()["hint"] == "Did you mean `limit`?"
    nested = await served.post("/v1/prove", {**THEOREM, "limit": {"secnds": 1}})
    assert nested.json()["hint"] == "Did you mean `seconds`?"


@pytest.mark.parametrize(
    "name",
    ["../A.lean", "/etc/passwd", "sub/../../A.lean", "link/A.lean", "A.lean\0", "B.txt", "/"],
)
def test_paths_can_not_escape(tmp_path: Path, name: str) -> None:
    root = tmp_path / "root"
    root.mkdir()
    (tmp_path / "A.lean").write_text("x")
    (root / "B.txt").write_text("x")
    (root / "link").symlink_to(tmp_path)
    with pytest.raises(InputError) as caught:
        file_access.read(root, name)
    assert str(tmp_path) not in f"{caught.value.message} {caught.value.hint}"


def test_a_file_that_is_no_text_is_told_without_its_folder(tmp_path: Path) -> None:
    (tmp_path / "A.lean").write_bytes(b"\xff")
    with pytest.raises(InputError) as caught:
        file_access.read(tmp_path, "A.lean")
    assert caught.value.message.startswith("A.lean:1: byte 0 is not UTF-8")


def test_a_large_file_is_not_read(tmp_path: Path) -> None:
    (tmp_path / "A.lean").write_bytes(b" " * (file_access.MOST_BYTES + 1))
    with pytest.raises(InputError, match="larger"):
        file_access.read(tmp_path, "A.lean")
