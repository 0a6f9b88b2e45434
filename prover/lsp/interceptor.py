"""What the proxy makes of each message: most it only looks at, a few it changes or answers.

A message in which something is missing that LSP demands goes to the other side as it is.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass, field

from prover.lean_file import Hole
from prover.lsp import hole_scanner
from prover.lsp.code_actions import ActionKind, Actions, wanted, with_ours
from prover.lsp.documents import WIDTHS, Document, at_lean_place, lean_place
from prover.lsp.editor import WARNING, Editor
from prover.lsp.framing import Json
from prover.lsp.jobs import Jobs
from prover.lsp.open_documents import Documents

LOG = logging.getLogger(__name__)

Id = int | str
MALFORMED = (KeyError, TypeError, ValueError, AttributeError, IndexError)
INITIALIZE = "initialize"


@dataclass(frozen=True)
class Offer:
    """Our code actions for a range."""

    first: list[Json] = field(default_factory=list)
    """Those that come before Lean's own."""
    last: list[Json] = field(default_factory=list)


@dataclass
class Interceptor:
    """Between an editor and Lean."""

    editor: Editor
    jobs: Jobs
    documents: Documents
    actions: Actions = field(default_factory=Actions)
    _awaited: dict[Id, Offer | str] = field(default_factory=dict)
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
            theirs = message["result"] or []
            return {**message, "result": [*added.first, *theirs, *added.last]}
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
        self.documents.open(Document(uri, item.get("version"), item["text"], self._encoding))

    def _changed(self, item: Json, changes: list[Json]) -> None:
        try:
            self.documents.change(item["uri"], item.get("version"), changes)
        except MALFORMED:
            # One that can't be followed: nothing is offered until the document is opened anew.
            self._forget(item["uri"])
            raise

    def _forget(self, uri: str) -> None:
        self.jobs.closed(uri)
        self.documents.close(uri)

    def _asked_for_actions(self, id: Id, params: Json) -> bool:
        offer = self._offer(params)
        if not self._server_has_actions:
            self.editor.respond(id, [*offer.first, *offer.last])
            return False
        if offer.first or offer.last:
            self._awaited[id] = offer
        return True

    def _offer(self, params: Json) -> Offer:
        """Our code actions for a range: where no hole is near it, those that stop work alone."""
        document = self.documents.get(params["textDocument"]["uri"])
        if document is None or not wanted(params["context"]):
            return Offer()
        under_way = self.jobs.under_way(document.uri)
        if not under_way and "sorry" not in document.text:
            return Offer()
        first, last = (
            lean_place(document.text, document.offset(params["range"][end]))
            for end in ("start", "end")
        )
        file, found = hole_scanner.read(document.text)
        hole = hole_scanner.nearest(file, found, first, last[0])
        place = None if hole is None else at_lean_place(document.text, hole.line, hole.column)
        here: list[Json] = []
        elsewhere: list[Json] = []
        for job in under_way:
            stops = here if job.is_at(place) else elsewhere
            stops.append(self.actions.stop(self.jobs.title(job), job.name))
        if hole is None:
            return Offer(here, elsewhere)
        return Offer(here, [*self._at(document, hole, len(found)), *elsewhere])

    def _at(self, document: Document, hole: Hole, holes: int) -> list[Json]:
        """The actions that use or begin work for a hole of a document that has so many."""
        place = at_lean_place(document.text, hole.line, hole.column)
        busy = {job.verb for job in self.jobs.under_way(document.uri) if job.is_at(place)}
        if holes == 1:
            busy.add(ActionKind.PROVE_ALL)
        return [
            *self.actions.using(document, self.jobs.suggestions(document.uri, place)),
            *self.actions.of(document, hole, [verb for verb in ActionKind if verb not in busy]),
        ]

    def _resolved(self, id: Id, action: Json) -> bool:
        """Ours have all that there is to them already."""
        if not self.actions.is_ours(action):
            return True
        self.editor.respond(id, action)
        return False

    def _executed(self, id: Id, params: Json) -> bool:
        if (name := self.actions.stopped(params)) is not None:
            self.jobs.stop(name)
            self.editor.respond(id, None)
            return False
        if (order := self.actions.order(params)) is None:
            return True
        document = self.documents.get(order.uri)
        if document is None or document.version != order.version:
            self.editor.respond(id, None)
            self.editor.say(WARNING, "the file has changed; ask for the code actions again")
            return False
        self.jobs.start(order, document, id, params.get("workDoneToken"))
        return False
