"""What passes through, and how the proxy ends. The server is scripted, in its own process."""

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio

from prover.lsp.framing import encoded
from tests.lsp.scripted_editor import URI, Editor, editing, nowhere
from tests.lsp.server import CAPABILITIES, LARGE, TRY_THIS

Running = tuple[Editor, "asyncio.Task[int]"]


@pytest_asyncio.fixture
async def running(tmp_path: Path) -> AsyncIterator[Running]:
    async with editing(tmp_path, nowhere(tmp_path)) as both:
        yield both


async def recorded(editor: Editor, content: bytes) -> None:
    """Waits until the server has been sent something."""
    async with asyncio.timeout(20):
        while content not in editor.record.read_bytes():
            await asyncio.sleep(0.01)


async def test_bytes_pass_as_they_are_in_both_directions(running: Running) -> None:
    editor, _ = running
    odd = [
        b'{ "jsonrpc":"2.0", "method":"$/lean/rpc/keepAlive", "params": {"\\u2113": 1e0} }',
        b'{"method": "textDocument/didClose", "params": {"textDocument": 1}}',
        b'{"method": "textDocument/codeAction", "params": {}}',
        b'{"method": 3}',
        b"[]",
        b"not JSON",
    ]
    frames = [b"Content-Length: %d\r\nX: y\r\n\r\n%s" % (len(body), body) for body in odd]
    for frame in frames:
        editor.raw(frame)
    await recorded(editor, b"".join(frames))
    raw = 'Content-Length: 29\r\nx:y\r\n\r\n{"method" : "a", "params":[]}'
    editor.notify("test/say", {"raw": raw})
    await editor.until_raw(raw.encode())


async def test_large_messages_pass(running: Running) -> None:
    editor, _ = running
    large = "ℝ𝔸\n" * 2**20
    assert (await editor.request("test/echo", {"text": large}))["result"] == {"text": large}


async def test_many_messages_keep_their_order(running: Running) -> None:
    editor, _ = running
    answers = [editor.ask("test/echo", {"number": number})[1] for number in range(500)]
    results = [answer["result"]["number"] for answer in await asyncio.gather(*answers)]
    assert results == list(range(500))


async def test_the_servers_capabilities_are_kept_and_ours_added(running: Running) -> None:
    editor, _ = running
    found = await editor.initialize()
    commands = found.pop("executeCommandProvider")["commands"]
    assert [command.split(".")[:2] for command in commands] == [
        ["prover", "prove"],
        ["prover", "suggest"],
        ["prover", "proveAll"],
        ["prover", "stop"],
    ]
    assert found == CAPABILITIES
    await editor.until_raw(b"register_lean_watcher")


async def test_a_server_without_code_actions_is_not_asked_for_any(tmp_path: Path) -> None:
    server = {"executeCommandProvider": {"commands": ["its.own"]}}
    async with editing(tmp_path, nowhere(tmp_path), server=server) as (editor, _):
        found = await editor.initialize()
        assert found["codeActionProvider"] == {"codeActionKinds": ["quickfix"]}
        assert found["executeCommandProvider"]["commands"][0] == "its.own"
        editor.open("example : True := by\n  sorry\n")
        assert len(await editor.actions(1)) == 2
        assert await editor.actions(5) == []
        assert b"textDocument/codeAction" not in editor.record.read_bytes()


async def test_answers_without_a_hole_are_not_touched(running: Running) -> None:
    editor, _ = running
    await editor.initialize()
    editor.open("theorem t : True :=\n  trivial\n")
    before = len(editor.heard)
    assert await editor.actions(1) == [TRY_THIS]
    answer = {"jsonrpc": "2.0", "id": editor.last, "result": [TRY_THIS]}
    body = json.dumps(answer, sort_keys=True).encode()
    assert editor.heard[before:].endswith(b"Content-Length: %d\r\n\r\n%s" % (len(body), body))


async def test_what_is_not_ours_goes_to_the_server(running: Running) -> None:
    editor, _ = running
    await editor.initialize()
    command = {"command": "its.own", "arguments": []}
    assert (await editor.request("workspace/executeCommand", command))["result"] == command
    action = {"title": "x", "data": {"providerName": "y"}}
    assert (await editor.request("codeAction/resolve", action))["result"] == action
    for method, params in (
        ("$/cancelRequest", {"id": 99}),
        ("window/workDoneProgress/cancel", {"token": "its own"}),
    ):
        editor.notify(method, params)
        await recorded(editor, encoded({"jsonrpc": "2.0", "method": method, "params": params}))


async def test_a_server_that_ends_ends_the_proxy_after_its_last_word(running: Running) -> None:
    editor, proxy = running
    editor.notify("test/exit", {"code": 7})
    assert await asyncio.wait_for(proxy, 20) == 7
    last = await editor.until("test/last")
    assert len(last["params"]) == LARGE


async def test_a_server_that_is_killed_gives_the_code_of_its_signal(tmp_path: Path) -> None:
    argv = [sys.executable, "-c", "import os, signal; os.kill(os.getpid(), signal.SIGKILL)"]
    async with editing(tmp_path, nowhere(tmp_path), command=argv) as (_, proxy):
        assert await asyncio.wait_for(proxy, 20) == 137


async def test_an_editor_that_exits_gets_the_servers_code(running: Running) -> None:
    editor, proxy = running
    await editor.initialize()
    assert (await editor.request("shutdown", None))["result"] is None
    editor.notify("exit", None)
    assert await asyncio.wait_for(proxy, 20) == 0


async def test_a_server_whose_editor_has_gone_is_ended(running: Running) -> None:
    editor, proxy = running
    await editor.initialize()
    editor.writer.close()
    assert await asyncio.wait_for(proxy, 20) == 0


async def test_an_editor_that_breaks_off_is_noticed_at_once(running: Running) -> None:
    editor, proxy = running
    await editor.initialize()
    began = time.monotonic()
    editor.notify("test/echo", {})
    editor.writer.transport.abort()
    assert await asyncio.wait_for(proxy, 20) == 0
    assert time.monotonic() - began < 4


async def test_a_server_that_will_not_end_is_killed(running: Running) -> None:
    editor, proxy = running
    editor.notify("test/deaf", {})
    await asyncio.sleep(0.5)
    began = time.monotonic()
    editor.writer.close()
    assert await asyncio.wait_for(proxy, 30) == 137
    assert time.monotonic() - began < 15


async def test_half_a_message_of_the_editor_is_passed_on(running: Running) -> None:
    editor, proxy = running
    editor.raw(b"Content-Length: 100\r\n\r\n{")
    editor.writer.write_eof()
    await asyncio.wait_for(proxy, 20)
    assert editor.record.read_bytes() == b"Content-Length: 100\r\n\r\n{"


async def test_half_a_message_of_the_server_is_passed_on(running: Running) -> None:
    editor, _ = running
    half = "Content-Length: 100\r\n\r\n{"
    editor.notify("test/say", {"raw": half})
    editor.notify("exit", None)
    await editor.until_raw(half.encode())


async def test_a_length_that_is_wrong_passes_and_the_proxy_only_passes_on(running: Running) -> None:
    editor, _ = running
    await editor.initialize()
    wrong = b'Content-Length: 5\r\n\r\n{"jsonrpc": "2.0", "method": "x"}'
    editor.raw(wrong)
    editor.open("theorem t : True := by\n  sorry\n")
    action = {"textDocument": {"uri": URI}, "range": {}, "context": {}}
    editor.notify("textDocument/codeAction", action)
    editor.raw(b"\r\n\r\n")
    await recorded(editor, wrong)
    await recorded(editor, b"textDocument/codeAction")


async def test_what_a_server_prints_between_messages_passes(running: Running) -> None:
    editor, _ = running
    await editor.initialize()
    noise = "PANIC at something\nContent-Length: 2\r\n\r\n{}"
    editor.notify("test/say", {"raw": noise})
    await editor.until_raw(noise.encode())
    editor.notify("test/say", {"raw": "more"})
    await editor.until_raw(noise.encode() + b"more")
