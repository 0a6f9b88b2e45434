"""Where a service is found, and what a dead one leaves behind."""

from __future__ import annotations

import os
import socket
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from prover.errors import InputError, SetupError
from prover.service import discovery
from prover.service.discovery import ServiceAddress, ServiceSocket
from prover.service.http.app import listen
from tests.service.scripted_service import short_folder

ADDRESS = ServiceAddress(pid=123, version="0", socket="x", token="t", port=1)


@pytest.fixture
def place() -> Iterator[ServiceSocket]:
    with short_folder() as folder:
        yield ServiceSocket(Path(folder) / "serve.sock")


def test_the_default_place(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    assert ServiceSocket.default().socket == tmp_path / "prover" / "serve.sock"
    monkeypatch.delenv("XDG_RUNTIME_DIR")
    mine = tmp_path / "user" / str(os.getuid())
    mine.mkdir(parents=True)
    monkeypatch.setattr(discovery, "RUNTIME", mine.parent)
    assert ServiceSocket.default().socket == mine / "prover" / "serve.sock"
    mine.rmdir()
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert ServiceSocket.default().socket == tmp_path / "prover" / "run" / "serve.sock"


def test_the_address_can_be_read_while_the_service_lives(place: ServiceSocket) -> None:
    assert place.address() is None
    with place.held():
        assert place.address() is None
        place.publish(ADDRESS)
        assert place.address() == ADDRESS
        assert stat.S_IMODE(place.file.stat().st_mode) == 0o600
    assert place.address() is None
    assert not place.file.exists()


def test_only_one_service_has_the_place(place: ServiceSocket) -> None:
    with place.held():
        place.publish(ADDRESS)
        with pytest.raises(SetupError, match="running already as process 123") as caught:
            place.held().__enter__()
    assert "--stop" in caught.value.hint


def test_what_a_dead_service_left_is_replaced(place: ServiceSocket) -> None:
    place.listen().close()
    place.publish(ADDRESS)
    assert place.socket.is_socket()
    assert place.address() is None
    with place.held():
        assert not place.file.exists()
        with place.listen() as listener:
            listener.listen()
            with socket.socket(socket.AF_UNIX) as client:
                client.connect(str(place.socket))
    assert not place.socket.exists()


def test_a_file_that_is_no_socket_is_left_alone(place: ServiceSocket) -> None:
    place.socket.write_text("precious")
    with pytest.raises(InputError, match="no socket"), place.held():
        pass
    assert place.socket.read_text() == "precious"


def test_a_folder_that_others_may_enter_is_refused(place: ServiceSocket) -> None:
    place.socket.parent.chmod(0o755)
    with pytest.raises(SetupError, match="others may enter") as caught, place.held():
        pass
    assert "chmod 700" in caught.value.hint


def test_a_path_that_is_too_long_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="longer than 100 bytes"):
        ServiceSocket(tmp_path / ("x" * 100) / "serve.sock").held().__enter__()


def test_a_broken_file_is_no_address(place: ServiceSocket) -> None:
    with place.held():
        for text in ("", "{", "[]", "{}", '{"pid": 1}'):
            place.file.write_text(text)
            assert place.address() is None


def test_a_port_in_use_is_reported() -> None:
    with listen(0) as first:
        first.listen()
        port = first.getsockname()[1]
        with pytest.raises(SetupError, match=f"port {port} is in use") as caught:
            listen(port)
    assert "--tcp" in caught.value.hint


@pytest.mark.skipif(os.getuid() == 0, reason="everything is allowed to root")
def test_a_port_that_is_not_ours_is_reported() -> None:
    with pytest.raises(SetupError, match="port 80 can't be used"):
        listen(80)
