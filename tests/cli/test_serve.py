"""`prover serve` as users start and stop it. Lean is not needed until a request comes."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import HANGS, PROGRAM, Prover
from tests.service.scripted_service import short_folder

Json = dict[str, Any]


@contextmanager
def started(
    *arguments: str, environment: dict[str, str] | None = None
) -> Iterator[tuple[subprocess.Popen[str], Json]]:
    """A service in a process of its own, and the line that it begins with."""
    argv = [*PROGRAM, "serve", *arguments]
    with subprocess.Popen(
        argv, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment
    ) as child:
        try:
            assert child.stdout is not None
            yield child, json.loads(child.stdout.readline() or "{}")
        finally:
            child.kill()


@pytest.fixture
def path() -> Iterator[str]:
    with short_folder() as folder:
        yield str(Path(folder) / "serve.sock")


@pytest.mark.lean
def test_it_is_started_asked_and_ended(path: str, here: Prover) -> None:
    with started("--socket", path, "--tcp", "0") as (child, line):
        assert (line["event"], line["pid"], line["socket"]) == ("serving", child.pid, path)
        assert "token" not in line
        status = json.loads(here("serve", "--socket", path, "--status").out)
        assert (status["pid"], status["policy"]) in [(child.pid, ""), (child.pid, "builtin")]
        second = here("serve", "--socket", path)
        assert second.code == 3
        assert f"a service is running already as process {child.pid}" in second.err
        assert "--stop" in second.err
        stopped = here("serve", "--socket", path, "--stop")
        assert (stopped.code, stopped.err) == (0, f"ended process {child.pid}\n")
        assert child.wait(HANGS) == 0
    assert not any(Path(path).parent.glob("serve.[sj]*"))
    gone = here("serve", "--socket", path, "--status")
    assert (gone.code, gone.out) == (3, "")
    assert "Start it with `prover serve`" in gone.err


@pytest.mark.lean
def test_its_page_is_opened_in_the_browser_again_and_again(
    path: str, here: Prover, tmp_path: Path
) -> None:
    """The browser is a program that writes down what it is given."""
    browser = tmp_path / "browser"
    browser.write_text(f'#!/bin/sh\necho "$1" >> {tmp_path}/opened\n')
    browser.chmod(0o755)
    environment = {**os.environ, "BROWSER": str(browser)}
    with started("--socket", path, "--open", environment=environment) as (_, line):
        ran = here("serve", "--socket", path, "--open", environment=environment)
        assert ran.code == 0
        told = ran.err.split()[-1]
        addresses = (tmp_path / "opened").read_text().split()
    assert told in addresses
    assert len(set(addresses)) == 2
    assert all(one.startswith(f"http://127.0.0.1:{line['port']}/open/") for one in addresses)


@pytest.mark.lean
def test_a_service_without_a_port_has_no_page(path: str, here: Prover) -> None:
    with started("--socket", path):
        ran = here("serve", "--socket", path, "--open")
    assert ran.code == 3
    assert "listens on no port" in ran.err
    assert "prover serve --stop" in ran.err


@pytest.mark.lean
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_signals_end_it_cleanly(path: str, number: signal.Signals) -> None:
    with started("--socket", path) as (child, _):
        child.send_signal(number)
        _, errors = child.communicate(timeout=HANGS)
        assert child.returncode == 0
        assert "stopped" in errors
        assert "Traceback" not in errors
    assert not Path(path).exists()


@pytest.mark.lean
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
@pytest.mark.parametrize("apart", [0.0, 0.1])
def test_signals_end_it_as_cleanly_when_they_come_twice(
    path: str, number: signal.Signals, apart: float
) -> None:
    with started("--socket", path) as (child, _):
        child.send_signal(number)
        time.sleep(apart)
        child.send_signal(number)
        _, errors = child.communicate(timeout=HANGS)
        assert errors.splitlines()[-1] == "stopped"
        assert "Traceback" not in errors
    assert not Path(path).exists()


@pytest.mark.lean
def test_one_that_was_killed_is_replaced(path: str) -> None:
    with started("--socket", path) as (child, _):
        child.kill()
        child.wait()
        assert Path(path).is_socket()
        with started("--socket", path) as (second, line):
            assert line["pid"] == second.pid


def test_a_port_in_use_is_reported(path: str, here: Prover) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        ran = here("serve", "--socket", path, "--tcp", str(port))
    assert ran.code == 3
    assert f"port {port} is in use" in ran.err
    assert not Path(path).exists()


def test_wrong_options_are_told_before_anything_starts(path: str, here: Prover) -> None:
    assert here("serve", "--socket", path, "--seconds", "0").code == 2
    wrong = here("serve", "--socket", path, "--policy", "buildin")
    assert wrong.code == 2
    assert "builtin" in wrong.err
    assert here("serve", "--root", "/nowhere").code == 2


def test_a_missing_lean_ends_it_with_what_to_do(path: str, here: Prover, tmp_path: Path) -> None:
    environment = {**os.environ, "XDG_CACHE_HOME": str(tmp_path)}
    ran = here("serve", "--socket", path, environment=environment)
    assert ran.code == 3
    assert "prover setup" in ran.err


def test_without_the_extra_it_says_what_to_install(path: str, tmp_path: Path) -> None:
    """The packages are hidden from a program of its own."""
    program = (
        "import sys; sys.modules['fastapi'] = None; "
        "from prover.cli import main; sys.argv[0] = 'prover'; main()"
    )
    argv = [sys.executable, "-c", program, "serve", "--socket", path]
    ran = subprocess.run(argv, capture_output=True, text=True, cwd=tmp_path, check=False)
    assert ran.returncode == 3, ran.stderr
    assert "pip install 'prover[serve]'" in ran.stderr
    assert "`fastapi`" in ran.stderr
