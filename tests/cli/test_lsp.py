"""`prover lsp` as a command: what it starts, and what it says when it can't."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import psutil

from prover.lsp.framing import encoded
from tests.cli.conftest import PROGRAM, Prover


def test_a_server_that_is_not_there() -> None:
    argv = [*PROGRAM, "lsp", "--", "no-such-lake", "serve", "--"]
    done = subprocess.run(argv, input=b"", capture_output=True, timeout=60, check=False)
    assert done.returncode == 3
    assert b"`no-such-lake` can't be started" in done.stderr
    assert b"elan" in done.stderr


def test_the_arguments_reach_the_server_and_its_code_comes_back() -> None:
    program = "import sys; sys.stdin.buffer.read(); print(sys.argv[1:]); sys.exit(4)"
    argv = [*PROGRAM, "lsp", "--", sys.executable, "-c", program, "serve", "--", "--x"]
    message = encoded({"jsonrpc": "2.0", "method": "a"})
    done = subprocess.run(argv, input=message, capture_output=True, timeout=60, check=False)
    assert (done.returncode, done.stdout) == (4, b"['serve', '--', '--x']\n")


def test_a_file_for_standard_output_is_refused(tmp_path: Path) -> None:
    argv = [*PROGRAM, "lsp", "--", sys.executable, "-c", ""]
    with (tmp_path / "out").open("wb") as out:
        done = subprocess.run(
            argv,
            stdin=subprocess.PIPE,
            stdout=out,
            stderr=subprocess.PIPE,
            timeout=60,
            text=True,
            check=False,
        )
    assert done.returncode == 3
    assert "must be pipes" in done.stderr
    assert "Traceback" not in done.stderr


def test_flags_that_exclude_each_other(here: Prover) -> None:
    both = here("lsp", "--install-shim", "--uninstall-shim")
    assert (both.code, "either" in both.err) == (2, True)


def test_told_to_end_it_ends_the_server_too() -> None:
    argv = [*PROGRAM, "lsp", "--", "cat"]
    with subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as child:
        assert child.stdin is not None
        assert child.stdout is not None
        child.stdin.write(message := encoded({"jsonrpc": "2.0", "method": "a"}))
        child.stdin.flush()
        assert child.stdout.read(len(message)) == message
        [server] = psutil.Process(child.pid).children()
        child.send_signal(signal.SIGTERM)
        assert child.wait(20) == 130
        assert not server.is_running()
