"""An editor for tests: it speaks LSP with the proxy, and has documents that it edits."""

from __future__ import annotations

import asyncio
import json
import socket
import sys
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from lsprotocol import converters, types

from prover.lsp.documents import Document, Edit, applied
from prover.lsp.framing import BUFFER, Message, Unframed, encoded, read
from prover.lsp.proxy import Proxy, start
from prover.service.discovery import ServiceSocket
from prover.service.service_launcher import ServiceLauncher

Json = dict[str, Any]

SERVER = Path(__file__).parent / "server.py"
URI = "file:///project/Demo.lean"
CAPABILITIES: Json = {
    "textDocument": {
        "codeAction": {
            "codeActionLiteralSupport": {"codeActionKind": {"valueSet": ["", "quickfix"]}},
            "resolveSupport": {"properties": ["edit"]},
            "dataSupport": True,
        }
    },
    "window": {"workDoneProgress": True, "showMessage": {}},
    "workspace": {"applyEdit": True, "workspaceEdit": {"documentChanges": True}},
}
OURS: dict[str, type] = {
    "window/workDoneProgress/create": types.WorkDoneProgressCreateRequest,
    "$/progress": types.ProgressNotification,
    "workspace/applyEdit": types.ApplyWorkspaceEditRequest,
    "window/showMessage": types.ShowMessageNotification,
    "window/showMessageRequest": types.ShowMessageRequest,
}
"""What the proxy says on its own account, as LSP defines it."""
CONVERTER = converters.get_converter()


@dataclass
class Editor:
    """The editor's end of the proxy's streams."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    record: Path
    """What the server has been sent, byte for byte."""
    document: Document = field(default_factory=lambda: Document(URI, 1, ""))
    said: list[Json] = field(default_factory=list)
    """All messages for the editor but answers."""
    heard: bytearray = field(default_factory=bytearray)
    """All bytes for the editor."""
    answers: dict[str, Callable[[Any], Json]] = field(default_factory=dict)
    """How requests are answered; those that aren't here get a result of null."""
    patience: float = 60.0
    """Seconds for which a message is waited for."""
    last: int = 0
    waiting: dict[int | str, asyncio.Future[Json]] = field(default_factory=dict)
    news: asyncio.Event = field(default_factory=asyncio.Event)

    def send(self, message: Json) -> None:
        """Sends a message."""
        self.raw(encoded({"jsonrpc": "2.0", **message}))

    def raw(self, content: bytes) -> None:
        """Sends bytes."""
        self.writer.write(content)

    def notify(self, method: str, params: Any) -> None:
        """Sends a notification."""
        self.send({"method": method, "params": params})

    def ask(self, method: str, params: Any) -> tuple[int, asyncio.Future[Json]]:
        """Sends a request; its id, and what will be its answer."""
        self.last += 1
        future = self.waiting[self.last] = asyncio.get_running_loop().create_future()
        self.send({"id": self.last, "method": method, "params": params})
        return self.last, future

    async def request(self, method: str, params: Any) -> Any:
        """The answer to a request, whole."""
        return await asyncio.wait_for(self.ask(method, params)[1], 30)

    async def initialize(self, capabilities: Json = CAPABILITIES) -> Json:
        """Begins as editors do; the server's capabilities."""
        params = {"processId": None, "rootUri": None, "capabilities": capabilities}
        answer = await self.request("initialize", params)
        self.notify("initialized", {})
        found: Json = answer["result"]["capabilities"]
        return found

    def open(self, text: str) -> None:
        """Opens the document."""
        self.document = Document(URI, 1, text)
        item = {"uri": URI, "languageId": "lean4", "version": 1, "text": text}
        self.notify("textDocument/didOpen", {"textDocument": item})

    def edit(self, edits: Sequence[Edit]) -> None:
        """Edits the document, and says so."""
        changes = [
            {"range": change["range"], "text": change["newText"]}
            for change in reversed(self.document.text_edits(edits))
        ]
        version = (self.document.version or 0) + 1
        self.document = Document(URI, version, applied(self.document.text, edits))
        identifier = {"uri": URI, "version": version}
        params = {"textDocument": identifier, "contentChanges": changes}
        self.notify("textDocument/didChange", params)

    async def actions(self, line: int, character: int = 0, **context: Any) -> list[Json]:
        """The code actions at a position."""
        place = {"line": line, "character": character}
        params = {
            "textDocument": {"uri": URI},
            "range": {"start": place, "end": place},
            "context": {"diagnostics": [], **context},
        }
        return (await self.request("textDocument/codeAction", params))["result"] or []

    async def action(self, title: str, line: int, character: int = 0) -> Json:
        """The code action with this title, resolved as editors do that before they run it."""
        [found] = [one for one in await self.actions(line, character) if one["title"] == title]
        resolved: Json = (await self.request("codeAction/resolve", found))["result"]
        CONVERTER.structure(resolved, types.CodeAction)
        return resolved

    async def choose(self, title: str, line: int, character: int = 0) -> None:
        """Chooses a code action and has its command begin."""
        action = await self.action(title, line, character)
        answer = await self.request("workspace/executeCommand", action["command"])
        assert answer["result"] is None

    async def until(self, method: str, /, **values: Any) -> Json:
        """The parameters of the first message of a kind, those of its `value` included; the whole
        message where they are no object."""
        async with asyncio.timeout(self.patience):
            while True:
                for message in self.said:
                    if message.get("method") == method:
                        params = message["params"]
                        if not isinstance(params, dict):
                            return message
                        every = {**params, **params.get("value", {})}
                        if all(every.get(key) == value for key, value in values.items()):
                            return every
                self.news.clear()
                await self.news.wait()

    async def until_raw(self, content: bytes) -> None:
        """Waits until such bytes have come."""
        async with asyncio.timeout(20):
            while content not in self.heard:
                await asyncio.sleep(0.01)

    def apply(self, params: Json) -> Json:
        """Makes an edit, if it is for the version of the document that there is."""
        [change] = params["edit"]["documentChanges"]
        if change["textDocument"] != {"uri": URI, "version": self.document.version}:
            return {"applied": False, "failureReason": "the version is another"}
        edits = [
            Edit(
                self.document.offset(edit["range"]["start"]),
                self.document.offset(edit["range"]["end"]),
                edit["newText"],
            )
            for edit in change["edits"]
        ]
        self.edit(edits)
        return {"applied": True}

    async def listen(self) -> None:
        """Takes what comes, until nothing more does."""
        try:
            while True:
                message = await read(self.reader)
                self.heard += message.raw
                self._take(message)
        except Unframed as unframed:
            while rest := unframed.rest or await self.reader.read(BUFFER):
                self.heard += rest
                unframed.rest = b""
                self.news.set()

    def _take(self, message: Message) -> None:
        json = message.json()
        assert json is not None
        if "method" not in json:
            self.waiting.pop(json["id"]).set_result(json)
            return
        method = json["method"]
        if str(json.get("id", "")).startswith("prover:") or method in OURS:
            CONVERTER.structure(json, OURS[method])
        if method == "workspace/applyEdit":
            self.answers.setdefault(method, self.apply)
        self.said.append(json)
        if "id" in json:
            answer = self.answers.get(method, lambda _: None)(json.get("params"))
            self.send({"id": json["id"], "result": answer})
        self.news.set()


@asynccontextmanager
async def editing(
    folder: Path,
    keeper: ServiceLauncher,
    *,
    command: Sequence[str] = (),
    server: Json | None = None,
) -> AsyncIterator[tuple[Editor, asyncio.Task[int]]]:
    """An editor that a proxy of this process connects with a server, and the proxy's exit code."""
    record = folder / "record"
    record.touch()
    more = [json.dumps(server)] if server is not None else []
    process = await start(command or [sys.executable, str(SERVER), str(record), *more])
    ours, theirs = socket.socketpair()
    reader, writer = await asyncio.open_connection(sock=ours, limit=BUFFER)
    heard, told = await asyncio.open_connection(sock=theirs, limit=BUFFER)
    running = asyncio.create_task(Proxy(heard, told, process, keeper).run())
    running.add_done_callback(lambda _: told.close())
    editor = Editor(reader, writer, record)
    listening = asyncio.create_task(editor.listen())
    try:
        yield editor, running
    finally:
        writer.close()
        await asyncio.wait({running}, timeout=20)
        listening.cancel()
        await asyncio.gather(listening, return_exceptions=True)
        assert process.returncode is not None


def nowhere(folder: Path) -> ServiceLauncher:
    """A keeper of a place where no service is and none can be."""
    return ServiceLauncher(ServiceSocket(folder / ("x" * 200) / "serve.sock"))
