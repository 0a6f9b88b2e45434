"""What the proxy says to the editor on its own account, beside what Lean says."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable
from contextlib import suppress
from itertools import count
from typing import Any

from prover.errors import ProverError
from prover.lsp.framing import Json

ERROR, WARNING, INFORMATION = 1, 2, 3
"""How grave a message is."""


class EditorRefused(ProverError):
    """The editor answered a request with an error."""


class Editor:
    """Requests and notifications to the editor; `send` puts a message on its stream.

    The ids are strings with a part that is drawn by chance, so Lean's own are never taken for ours.
    """

    def __init__(self, send: Callable[[Json], None]) -> None:
        self._send = send
        self._prefix = f"prover:{secrets.token_hex(8)}:"
        self._numbers = count(1)
        self._waiting: dict[str, asyncio.Future[Any]] = {}
        self.capabilities: Json = {}
        """What the editor has said that it can do."""

    def fresh(self) -> str:
        """A name that nobody else uses."""
        return f"{self._prefix}{next(self._numbers)}"

    def can(self, *path: str) -> bool:
        """Whether the editor says that it has this capability."""
        found: Any = self.capabilities
        for name in path:
            found = found.get(name) if isinstance(found, dict) else None
        return bool(found) or found == {}

    def notify(self, method: str, params: Json) -> None:
        """Sends a notification."""
        self._send({"jsonrpc": "2.0", "method": method, "params": params})

    def respond(self, id: int | str, result: Any) -> None:
        """Answers a request of the editor."""
        self._send({"jsonrpc": "2.0", "id": id, "result": result})

    def fail(self, id: int | str, code: int, message: str) -> None:
        """Answers a request of the editor with an error."""
        self._send({"jsonrpc": "2.0", "id": id, "error": {"code": code, "message": message}})

    def say(self, kind: int, text: str) -> None:
        """Shows the user a message."""
        self.notify("window/showMessage", {"type": kind, "message": f"prover: {text}"})

    async def request(self, method: str, params: Json) -> Any:
        """The editor's answer to a request. Raises `EditorRefused`."""
        id = self.fresh()
        answer = self._waiting[id] = asyncio.get_running_loop().create_future()
        self._send({"jsonrpc": "2.0", "id": id, "method": method, "params": params})
        try:
            return await answer
        finally:
            del self._waiting[id]

    def takes(self, response: Json) -> bool:
        """Whether a response is one for us; if so, who waits for it has it."""
        id = response.get("id")
        if not isinstance(id, str) or not id.startswith(self._prefix):
            return False
        answer = self._waiting.get(id)
        if answer is not None and not answer.done():
            if (error := response.get("error")) is not None:
                message = error.get("message", "") if isinstance(error, dict) else ""
                answer.set_exception(EditorRefused(f"the editor refused: {message}"))
            else:
                answer.set_result(response.get("result"))
        return True


class Progress:
    """What the editor shows while work goes on, with a button to cancel it where it has one."""

    def __init__(self, editor: Editor, title: str, token: int | str | None = None) -> None:
        self._editor = editor
        self._title = title
        self._given = token is not None
        self._shown = False
        self._reported = ""
        self.token = editor.fresh() if token is None else token
        """The name of the progress: the editor's own, if it gave one."""

    async def begin(self, seconds: float) -> None:
        """Shows it, unless the editor can't or takes longer than so many seconds to say so."""
        if not self._given:
            if not self._editor.can("window", "workDoneProgress"):
                return
            params = {"token": self.token}
            try:
                async with asyncio.timeout(seconds):
                    await self._editor.request("window/workDoneProgress/create", params)
            except (EditorRefused, TimeoutError):
                return
        self._shown = True
        self._tell({"kind": "begin", "title": self._title, "cancellable": True})

    def report(self, message: str) -> None:
        """Says how the work goes."""
        if message != self._reported:
            self._reported = message
            self._tell({"kind": "report", "message": message})

    def end(self, message: str) -> None:
        """Takes it away."""
        self._tell({"kind": "end", "message": message})
        self._shown = False

    def _tell(self, value: Json) -> None:
        if self._shown:
            with suppress(ConnectionError):
                self._editor.notify("$/progress", {"token": self.token, "value": value})
