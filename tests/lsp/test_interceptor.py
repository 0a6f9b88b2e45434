"""A whole conversation, each message on its way through the proxy in both directions.

Requests whose answers are changed are left out; `test_proxy` and `test_actions` have them.

`PROVER_LSP_CONVERSATION` may name another, in the form of `conversation.jsonl`.
"""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
from pathlib import Path

import pytest

from tests.cli.conftest import PROGRAM

OWN = Path(__file__).parent / "conversation.jsonl"
CHANGED = ("initialize", "textDocument/codeAction")
RECORDED = os.environ.get("PROVER_LSP_CONVERSATION", "")


def frames(path: Path) -> bytes:
    """The messages as they are on the wire, with the spaces that not everybody puts there."""
    messages = [json.loads(line)["message"] for line in path.read_text().splitlines()]
    bodies = [
        json.dumps(message, ensure_ascii=False).encode()
        for message in messages
        if message.get("method") not in CHANGED
    ]
    return b"".join(b"Content-Length: %d\r\n\r\n%s" % (len(body), body) for body in bodies)


@pytest.mark.parametrize("path", [OWN, *([Path(RECORDED)] if RECORDED else [])])
async def test_every_byte_comes_back_from_a_server_that_repeats(path: Path) -> None:
    content = frames(path)
    # As a server, `cat` says all that it hears, so every message passes there and back.
    argv = [*PROGRAM, "lsp", "--", "cat"]
    done = await asyncio.to_thread(
        subprocess.run, argv, input=content, capture_output=True, timeout=60, check=False
    )
    assert (done.returncode, done.stdout) == (0, content)
