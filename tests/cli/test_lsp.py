"""`prover lsp` as a command: what it starts, and what it says when it can't."""

from __future__ import annotations

import subprocess
import sys

from prover.lsp.framing import encoded
from tests.cli.conftest import PROGRAM, Prover


def test_a_server_that_is_not_there(prover: Prover) -> None:
    done = prover("lsp", "--", "no-such-lake", "serve", "--")
    assert done.code == 3
    assert "`no-such-lake` can't be started" in done.err
    assert "elan" in done.err


def test_the_arguments_reach_the_server_and_its_code_comes_back() -> None:
    program = "import sys; sys.stdin.buffer.read(); print(sys.argv[1:]); sys.exit(4)"
    argv = [*PROGRAM, "lsp", "--", sys.executable, "-c", program, "serve", "--", "--x"]
    message = encoded({"jsonrpc": "2.0", "method": "a"})
    done = subprocess.run(argv, input=message, capture_output=True, timeout=60, check=False)
    assert (done.returncode, done.stdout) == (4, b"['serve', '--', '--x']\n")


def test_a_file_for_standard_output_is_refused(prover: Prover) -> None:
    argv = [*PROGRAM, "lsp", "--", sys.executable, "-c", ""]
    with open("/dev/null", "wb") as null:  # noqa: PTH123
        done = subprocess.run(
            argv, stdin=null, stdout=null, stderr=subprocess.PIPE, timeout=60, check=False
        )
    assert done.returncode in (0, 3)
    assert b"Traceback" not in done.stderr
    both = prover("lsp", "--install-shim", "--uninstall-shim")
    assert (both.code, "either" in both.err) == (2, True)
