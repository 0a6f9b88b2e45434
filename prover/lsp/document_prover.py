"""Has the service look for proofs in documents that change meanwhile, and fills their holes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Coroutine
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any, TypeVar

from prover.errors import InputError
from prover.lexer import sorries
from prover.lsp.code_actions import Suggestion, workspace_edit
from prover.lsp.documents import Document, Edit, at_lean_place, lean_place
from prover.lsp.editor import Editor, EditorRefused
from prover.lsp.framing import Json
from prover.lsp.notifications import button, suggestion_title
from prover.lsp.open_documents import Documents, Mark
from prover.service.client import Client, progress_text
from prover.service.schemas import CheckRequest, ProveRequest, SuggestRequest

TRIES = 5
SEEN_SECONDS = 2.0
"""How long an editor may take to tell of a change that it has made."""
MOVED = "the text that it was found for has changed"
STALE = "the editor has a newer version"


async def fill(editor: Editor, documents: Documents, mark: Mark, edit: Edit, label: str) -> str:
    """Why the edit, which counts from the mark, was not made; empty when it was.

    An editor refuses an edit of a version that it has no more, of which it may not have told yet.
    Neovim does not make it either, but says that it did. So it is tried again in the next version,
    unless the mark was touched.
    """
    reason = MOVED
    for _ in range(TRIES):
        document = documents.get(mark.uri)
        if document is None or mark.touched.is_set():
            return MOVED
        mark.filling = edit
        reason = await _refusal(editor, document, mark.at(edit), label)
        if not reason:
            # Some tell of the change only after they have answered.
            while not mark.gone and await documents.changes(mark.uri, SEEN_SECONDS):
                pass
        mark.filling = None
        unchanged = documents.get(mark.uri) is document
        if not reason and (mark.gone or unchanged):
            return ""
        reason = reason or STALE
        if unchanged and not await documents.changes(mark.uri, SEEN_SECONDS):
            return reason
    return reason


async def _refusal(editor: Editor, document: Document, edit: Edit, label: str) -> str:
    """The editor's reason not to make an edit of a version of a document; empty where it did."""
    params = {"label": f"prover: {label}", "edit": workspace_edit(document, [edit])}
    try:
        answer = await editor.request("workspace/applyEdit", params)
    except EditorRefused as refused:
        return refused.message
    if isinstance(answer, dict) and answer.get("applied"):
        return ""
    return (answer or {}).get("failureReason") or "the editor did not say why"


SETTLE_SECONDS = 1.0
"""How long a document has to stay as it is before the service is asked anew."""
AGAIN = "the text before it has changed: begins again"

Found = TypeVar("Found")
ReportStage = Callable[[str], None]
"""Is told how the work goes."""


class Gone(Exception):
    """The `sorry` was edited away, or its document was closed."""


@dataclass(frozen=True)
class DocumentProver:
    """Asks one client of the service about holes; asks anew when what counts for one changes."""

    client: Client
    documents: Documents
    seconds: float | None
    report: ReportStage

    async def holes(self, uri: str) -> list[tuple[Mark, str]]:
        """The holes that Lean finds in a document, in order, each with what is in its way.

        Raises `InputError` when it can't tell or finds none, `Gone`.
        """
        if (document := self.documents.get(uri)) is None:
            raise Gone
        self.report("Lean reads the file")
        marks = {place: self.documents.follow(uri, place) for place in sorries(document.text)}
        request = CheckRequest.model_validate({"file": _file(document)})
        found, errors = [], []
        async with aclosing(self.client.check(request)) as events:
            async for event in events:
                if event["event"] == "hole":
                    place = at_lean_place(document.text, event["line"], event["column"])
                    if (mark := marks.get(place)) is not None:
                        found.append((place, mark, event["obstacle"]))
                if event["event"] == "message" and event["severity"] == "error":
                    errors.append(f"line {event['line']}: {event['text']}")
        if event["status"] in ("error", "cancelled"):
            raise InputError(event["message"], event.get("hint", ""))
        if not found:
            raise InputError(errors[0] if errors else "the file has no `sorry`")
        return [(mark, obstacle) for _, mark, obstacle in sorted(found, key=lambda one: one[0])]

    async def prove(self, mark: Mark, of: str = "") -> tuple[Json, Edit | None]:
        """How the search for a proof ended, with the edit that fills the hole, if there is one.

        The edit counts from the mark. Raises `Gone`.
        """

        async def search(document: Document, place: int) -> Json:
            body = self._body(document, place, {"omit": ["expanded", "opened"]})
            events = self.client.prove(ProveRequest.model_validate(body))
            result = await _result(events, lambda message: self.report(of + message))
            edit = result.get("edit")
            return {**result, "edit": edit and _edit(document, place, edit)}

        result = await self._current(mark, search)
        return result, result["edit"]

    async def suggest(self, mark: Mark) -> list[Suggestion]:
        """Tactics that work, those that close the goal first. Raises `InputError`, `Gone`."""

        async def search(document: Document, place: int) -> list[Suggestion]:
            request = SuggestRequest.model_validate(self._body(document, place, {}))
            result = await _result(self.client.suggest(request), self.report)
            if "suggestions" not in result:
                raise InputError(result["message"], result.get("hint", ""))
            return [
                Suggestion(
                    suggestion_title(one), button(one), mark, _edit(document, place, one["edit"])
                )
                for one in result["suggestions"]
            ]

        return await self._current(mark, search)

    async def _current(
        self, mark: Mark, search: Callable[[Document, int], Coroutine[Any, Any, Found]]
    ) -> Found:
        """What a search finds, given the document and the hole's place in it.

        It is begun again when the mark is touched before it has ended.
        """
        while (document := self.documents.renew(mark)) is not None:
            task = asyncio.ensure_future(search(document, mark.offset))
            touched = asyncio.ensure_future(mark.touched.wait())
            try:
                await asyncio.wait({task, touched}, return_when=asyncio.FIRST_COMPLETED)
                if not mark.touched.is_set():
                    return task.result()
            finally:
                task.cancel()
                touched.cancel()
                await asyncio.gather(task, touched, return_exceptions=True)
            self.report(AGAIN)
            while not mark.gone and await self.documents.changes(mark.uri, SETTLE_SECONDS):
                pass
        raise Gone

    def _body(self, document: Document, place: int, more: Json) -> Json:
        line, column = lean_place(document.text, place)
        limit = {"seconds": self.seconds} if self.seconds else {}
        return {"file": {**_file(document), "line": line, "column": column}, "limit": limit, **more}


def _file(document: Document) -> Json:
    """The document for the service, by its own name."""
    return {"text": document.text} | ({"path": document.name} if document.name else {})


def _edit(document: Document, place: int, edit: Json) -> Edit:
    """The service's edit of a document, counted from the hole's place."""
    start, stop = (
        at_lean_place(document.text, edit[name]["line"], edit[name]["column"]) - place
        for name in ("start", "end")
    )
    return Edit(start, stop, edit["text"])


async def _result(events: AsyncGenerator[Json, None], report: ReportStage) -> Json:
    """The last event; the others are reported."""
    async with aclosing(events):
        async for event in events:
            if message := progress_text(event):
                report(message)
    return event
