"""A language server in a process of its own that talks as Lean's does, and misbehaves when told to.

    python server.py RECORD

writes every byte that it reads to the file RECORD. `initialize`, code actions, diagnostics and
progress are as Lean 4.27 has them. Besides, it knows: `test/echo`, which answers with its
parameters; `test/say`, whose `raw` it writes as it is; `test/exit` with a `code`, before which it
says something large; `test/deaf`, after which it neither reads nor ends.
"""

from __future__ import annotations

import json
import signal
import sys
import time
from pathlib import Path
from typing import Any, BinaryIO

Json = dict[str, Any]

CAPABILITIES: Json = {
    "codeActionProvider": {
        "codeActionKinds": ["quickfix", "refactor", "source.organizeImports"],
        "resolveProvider": True,
        "workDoneProgress": False,
    },
    "completionProvider": {"resolveProvider": True, "triggerCharacters": ["."]},
    "experimental": {"moduleHierarchyProvider": {}},
    "hoverProvider": True,
    "textDocumentSync": {"change": 2, "openClose": True, "save": {"includeText": True}},
}
TRY_THIS: Json = {"title": "Try this: exact rfl", "kind": "quickfix", "edit": {"changes": {}}}
LARGE = 3 * 2**20


def say(message: Json) -> None:
    """Sends a message as Lean does, fields in the order of the alphabet."""
    body = json.dumps({"jsonrpc": "2.0", **message}, sort_keys=True).encode()
    sys.stdout.buffer.write(b"Content-Length: %d\r\n\r\n%s" % (len(body), body))
    sys.stdout.buffer.flush()


def read(stream: BinaryIO, record: BinaryIO) -> Json | None:
    """The next message; None at the end of the stream."""
    length = 0
    while True:
        line = stream.readline()
        record.write(line)
        record.flush()
        if not line:
            return None
        if line == b"\r\n":
            break
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            length = int(value)
    body = stream.read(length)
    record.write(body)
    record.flush()
    try:
        found = json.loads(body)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def result(method: str, params: Json, capabilities: Json) -> Any:
    """The answer to a request."""
    match method:
        case "initialize":
            return {"capabilities": capabilities, "serverInfo": {"name": "Lean 4 Server"}}
        case "textDocument/codeAction":
            return [TRY_THIS] if params["range"]["start"]["line"] == 1 else None
        case "test/echo" | "codeAction/resolve" | "workspace/executeCommand":
            return params
    return None


def elaborate(item: Json) -> None:
    """What Lean says of a document while it goes through it."""
    place = {"uri": item["uri"], "version": item["version"]}
    say({"method": "$/lean/fileProgress", "params": {"textDocument": place, "processing": []}})
    say({"method": "textDocument/publishDiagnostics", "params": {**place, "diagnostics": []}})


def act(method: str, params: Json) -> None:
    """What follows a message besides an answer."""
    match method:
        case "initialized":
            say({"id": "register_lean_watcher", "method": "client/registerCapability"})
        case "textDocument/didOpen" | "textDocument/didChange":
            elaborate(params["textDocument"])
        case "test/say":
            sys.stdout.buffer.write(params["raw"].encode())
            sys.stdout.buffer.flush()
        case "test/exit":
            say({"method": "test/last", "params": "x" * LARGE})
            raise SystemExit(params["code"])
        case "test/deaf":
            signal.signal(signal.SIGTERM, signal.SIG_IGN)
            time.sleep(600)
        case "exit":
            raise SystemExit(0)


def main() -> None:
    """Serves until the end of the stream."""
    capabilities = json.loads(sys.argv[2]) if len(sys.argv) > 2 else CAPABILITIES
    with Path(sys.argv[1]).open("wb") as record:
        while (message := read(sys.stdin.buffer, record)) is not None:
            method, params = message.get("method", ""), message.get("params") or {}
            if method and "id" in message:
                say({"id": message["id"], "result": result(method, params, capabilities)})
            act(method, params)


if __name__ == "__main__":
    main()
