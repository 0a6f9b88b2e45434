"""What the proxy makes of each message: most it only looks at, a few it changes or answers.

A message in which something is missing that LSP demands goes to the other side as it is.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass, field

from prover.lsp import sorries
from prover.lsp.actions import Actions, wanted, with_ours
from prover.lsp.documents import WIDTHS, Document, lean_place
from prover.lsp.editor import WARNING, Editor
from prover.lsp.framing import Json
from prover.lsp.jobs import Jobs

LOG = logging.getLogger(__name__)

Id = int | str
MALFORMED = (KeyError, TypeError, ValueError, AttributeError, IndexError)
INITIALIZE = "initialize"


@dataclass
class Conversation:
    """Between an editor and Lean."""

    editor: Editor
    jobs: Jobs
    actions: Actions = field(default_factory=Actions)
    _documents: dict[str, Document] = field(default_factory=dict)
    _awaited: dict[Id, list[Json] | str] = field(default_factory=dict)
    """Requests whose answers are to be changed: what is added to their code actions."""
    _encoding: str = "utf-16"
    _server_has_actions: bool = True

    @property
    def awaits(self) -> bool:
        """Whether an answer from Lean has to be changed; all else of Lean's need not be read."""
        return bool(self._awaited)

    def from_editor(self, message: Json) -> bool:
        """Takes note of a message of the editor; whether it is for Lean."""
        try:
            if "method" in message:
                return self._called(message)
            return not self.editor.takes(message)
        except MALFORMED:
            LOG.debug("passed on as it is: %r", message, exc_info=True)
            return True

    def from_server(self, message: Json) -> Json | None:
        """What the editor is sent instead of a message of Lean; None when it is sent as it is."""
        id = message.get("id")
        if "method" in message or not isinstance(id, int | str) or id not in self._awaited:
            return None
        added = self._awaited.pop(id)
        if "error" in message:
            return None
        try:
            if isinstance(added, str):
                return {**message, "result": self._initialized(message["result"])}
            return {**message, "result": [*(message["result"] or []), *added]}
        except MALFORMED:
            LOG.debug("passed on as it is: %r", message, exc_info=True)
            return None

    def _called(self, message: Json) -> bool:
        """Takes note of a request or a notification; whether it is for Lean."""
        params = message.get("params") or {}
        match message["method"]:
            case "initialize":
                self.editor.capabilities = params["capabilities"]
                self._awaited[message["id"]] = INITIALIZE
            case "textDocument/didOpen":
                self._opened(params["textDocument"])
            case "textDocument/didChange":
                self._changed(params["textDocument"], params["contentChanges"])
            case "textDocument/didClose":
                self._forget(params["textDocument"]["uri"])
            case "textDocument/codeAction":
                return self._asked_for_actions(message["id"], params)
            case "codeAction/resolve":
                return self._resolved(message["id"], params)
            case "workspace/executeCommand":
                return self._executed(message["id"], params)
            case "$/cancelRequest":
                return not self.jobs.cancel_request(params["id"])
            case "window/workDoneProgress/cancel":
                return not self.jobs.cancel_progress(params["token"])
            case "shutdown" | "exit":
                self.jobs.cancel_all()
        return True

    def _initialized(self, result: Json) -> Json:
        """The answer to `initialize` with our actions and commands."""
        capabilities = result["capabilities"]
        encoding = capabilities.get("positionEncoding", self._encoding)
        if encoding in WIDTHS:
            self._encoding = encoding
        self._server_has_actions = bool(capabilities.get("codeActionProvider"))
        return {**result, "capabilities": with_ours(capabilities, self.actions.commands)}

    def _opened(self, item: Json) -> None:
        uri = item["uri"]
        self._forget(uri)
        self._documents[uri] = Document(uri, item.get("version"), item["text"], self._encoding)

    def _changed(self, item: Json, changes: list[Json]) -> None:
        uri = item["uri"]
        # Should a change be one that can't be followed, nothing is offered until it is opened anew.
        document = self._documents.get(uri)
        self._forget(uri)
        if document is not None:
            self._documents[uri] = document.changed(item.get("version"), changes)

    def _forget(self, uri: str) -> None:
        self._documents.pop(uri, None)
        self.jobs.changed(uri)

    def _asked_for_actions(self, id: Id, params: Json) -> bool:
        offered = self._offered(params)
        if not self._server_has_actions:
            self.editor.respond(id, offered)
            return False
        if offered:
            self._awaited[id] = offered
        return True

    def _offered(self, params: Json) -> list[Json]:
        """Our code actions for a range: none where there is no hole near it."""
        document = self._documents.get(params["textDocument"]["uri"])
        if document is None or not wanted(params["context"]) or "sorry" not in document.text:
            return []
        first, last = (
            lean_place(document.text, document.offset(params["range"][end]))
            for end in ("start", "end")
        )
        file, found = sorries.read(document.text)
        if (hole := sorries.nearest(file, found, first, last[0])) is None:
            return []
        suggested = [
            one
            for one in self.jobs.suggestions.get(document.uri, [])
            if (one.line, one.column) == (hole.line, hole.column)
        ]
        return [
            *self.actions.using(document, suggested),
            *self.actions.of(document, hole, len(found)),
        ]

    def _resolved(self, id: Id, action: Json) -> bool:
        """Ours have all that there is to them already."""
        if not self.actions.is_ours(action):
            return True
        self.editor.respond(id, action)
        return False

    def _executed(self, id: Id, params: Json) -> bool:
        if (order := self.actions.order(params)) is None:
            return True
        document = self._documents.get(order.uri)
        if document is None or document.version != order.version:
            self.editor.respond(id, None)
            self.editor.say(WARNING, "the file has changed; ask for the code actions again")
            return False
        self.jobs.start(order, document, id, params.get("workDoneToken"))
        return False
