"""The work that the user has chosen, each piece in a task of its own that can be cancelled."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from prover.errors import ProverError, counted
from prover.lsp.code_actions import TITLES, ActionCommand, ActionKind, Suggestion
from prover.lsp.document_prover import DocumentProver, Gone, fill
from prover.lsp.documents import Document, at_lean_place
from prover.lsp.editor import INFORMATION, WARNING, Editor, EditorRefused, Progress
from prover.lsp.framing import Json
from prover.lsp.notifications import described, summary
from prover.lsp.open_documents import Documents, Mark
from prover.service.service_launcher import ServiceLauncher

CLIENT = "lsp"
SHOW_SECONDS = 2.0
"""How long an editor may take to agree to show progress."""
CHOICES = 5
"""Suggestions that the user is asked about at once; all of them are code actions as well."""

LOG = logging.getLogger(__name__)


class Reason(Enum):
    """Why work ended early, with the error code for a request that waits for it."""

    CHANGED = (-32801, "the file has changed")
    STOPPED = (-32800, "stopped")

    @property
    def code(self) -> int:
        """The error code of LSP."""
        return self.value[0]

    @property
    def text(self) -> str:
        """For people."""
        return self.value[1]


@dataclass(eq=False)
class Job:
    """One piece of work under way."""

    name: str
    verb: ActionKind
    mark: Mark
    """Where it was ordered."""
    request: int | str
    """The id of the request that began it."""
    progress: Progress
    reason: Reason | None = None
    task: asyncio.Task[None] | None = None
    proved: int = 0

    def cancel(self, reason: Reason) -> None:
        """Ends it; the first reason counts."""
        if self.reason is None and self.task is not None:
            self.reason = reason
            self.task.cancel()

    def is_at(self, offset: int | None) -> bool:
        """Whether it is about the hole at this place of its document."""
        return self.verb is ActionKind.PROVE_ALL or offset == self.mark.offset


@dataclass
class Jobs:
    """All work of one proxy, and the suggestions that it has found."""

    editor: Editor
    keeper: ServiceLauncher
    documents: Documents
    seconds: float | None
    """The most search time for a hole; None for what the service allows by default."""
    _suggestions: dict[str, list[Suggestion]] = field(default_factory=dict)
    """The latest of each document."""
    _jobs: dict[str, Job] = field(default_factory=dict)
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)

    def start(
        self, order: ActionCommand, document: Document, request: int | str, token: int | str | None
    ) -> None:
        """Begins the work. The request is answered at once, unless it came with a progress token:
        then the editor expects it to take long, and it is answered at the end."""
        progress = Progress(self.editor, TITLES[order.verb], token)
        mark = self.documents.follow(
            order.uri, at_lean_place(document.text, order.line, order.column)
        )
        job = Job(self.editor.fresh(), order.verb, mark, request, progress)
        self._jobs[job.name] = job
        if token is None:
            self.editor.respond(request, None)
        job.task = asyncio.create_task(self._run(job, answers=token is not None))
        self._tasks.add(job.task)
        job.task.add_done_callback(self._tasks.discard)

    def under_way(self, uri: str) -> list[Job]:
        """The work for a document."""
        return [job for job in self._jobs.values() if job.mark.uri == uri]

    def title(self, job: Job) -> str:
        """What stopping a piece of work is called."""
        line = self._line(job.mark)
        match job.verb:
            case ActionKind.PROVE:
                return f"Stop proving line {line}"
            case ActionKind.SUGGEST:
                return f"Stop suggesting tactics for line {line}"
            case ActionKind.PROVE_ALL:
                return "Stop proving all sorries"

    def suggestions(self, uri: str, offset: int) -> list[Suggestion]:
        """The tactics that were found for the hole at a place, while they hold."""
        return [
            one
            for one in self._suggestions.get(uri, [])
            if one.mark.offset == offset and not one.mark.touched.is_set()
        ]

    def closed(self, uri: str) -> None:
        """The document is not open any more: nothing of the work for it can be used."""
        self._suggestions.pop(uri, None)
        for job in self.under_way(uri):
            job.cancel(Reason.CHANGED)

    def stop(self, name: str) -> None:
        """Cancels the work of this name, if it has not ended."""
        self._cancel([job for job in self._jobs.values() if job.name == name])

    def cancel_request(self, request: int | str) -> bool:
        """Whether the request with this id began work; that is cancelled then."""
        return self._cancel([job for job in self._jobs.values() if job.request == request])

    def cancel_progress(self, token: int | str) -> bool:
        """Whether the progress with this token is that of work; that is cancelled then."""
        return self._cancel([job for job in self._jobs.values() if job.progress.token == token])

    def cancel_all(self) -> None:
        """Cancels everything."""
        self._cancel(list(self._jobs.values()))

    async def close(self) -> None:
        """Cancels everything and waits until it has ended."""
        self._suggestions.clear()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _cancel(self, jobs: list[Job]) -> bool:
        for job in jobs:
            job.cancel(Reason.STOPPED)
        return bool(jobs)

    async def _run(self, job: Job, *, answers: bool) -> None:
        """Does the work; whatever happens, the progress ends and the request has its answer."""
        error: Reason | None = None
        try:
            message = await self._work(job)
        except Gone:
            error, message = Reason.CHANGED, Reason.CHANGED.text
        except asyncio.CancelledError:
            error = job.reason or Reason.STOPPED
            message = error.text + (f"; proved {job.proved}" if job.proved else "")
        except ProverError as problem:
            message = problem.sentences
            self.editor.say(WARNING, message)
        except Exception:
            LOG.exception("%s failed", job.verb)
            message = "the proxy has a bug; its log says more"
            self.editor.say(WARNING, message)
        finally:
            self._jobs.pop(job.name, None)
        job.progress.end(message)
        if answers and error and not job.proved:
            self.editor.fail(job.request, error.code, error.text)
        elif answers:
            self.editor.respond(job.request, None)

    async def _work(self, job: Job) -> str:
        """Does what was ordered; what there is to say of it."""
        await job.progress.begin(SHOW_SECONDS)
        if not self.keeper.running:
            job.progress.report("starts the service")
        async with self.keeper.client(CLIENT) as client:
            proving = DocumentProver(client, self.documents, self.seconds, job.progress.report)
            match job.verb:
                case ActionKind.PROVE:
                    return await self._prove(job, proving)
                case ActionKind.PROVE_ALL:
                    return await self._prove_all(job, proving)
                case ActionKind.SUGGEST:
                    return await self._suggest(job, proving)

    async def _prove(self, job: Job, proving: DocumentProver) -> str:
        if (result := await self._unproved(job, proving, job.mark)) is not None:
            self.editor.say(INFORMATION, described(self._line(job.mark), result))
        return f"proved {job.proved} of 1"

    async def _prove_all(self, job: Job, proving: DocumentProver) -> str:
        """Each proof is in the file before the next one is looked for."""
        holes = await proving.holes(job.mark.uri)
        left = {mark: {"status": "error", "message": why} for mark, why in holes if why}
        waiting = [mark for mark, obstacle in holes if not obstacle]
        while waiting:
            for number, mark in enumerate(waiting, 1):
                of = f"{number} of {len(waiting)}, line {self._line(mark)}: "
                with suppress(Gone):
                    if (result := await self._unproved(job, proving, mark, of)) is not None:
                        left[mark] = result
            # While somebody was typing, errors before a hole may have been in its way.
            waiting = [
                mark
                for mark, result in left.items()
                if result["status"] == "error" and mark.touched.is_set() and not mark.gone
            ]
            for mark in waiting:
                del left[mark]
        lines = [
            (line := self._line(mark), described(line, result))
            for mark, result in left.items()
            if not mark.gone
        ]
        count = job.proved + len(lines)
        if lines:
            self.editor.say(INFORMATION, summary(job.proved, count, lines))
        return f"proved {job.proved} of {count}"

    async def _unproved(
        self, job: Job, proving: DocumentProver, mark: Mark, of: str = ""
    ) -> Json | None:
        """Fills a hole; the result that says why it is left, if it is. Raises `Gone`."""
        while True:
            result, edit = await proving.prove(mark, of)
            if edit is None:
                return result
            title = TITLES[job.verb]
            reason = await fill(self.editor, self.documents, mark, edit, title)
            if not reason:
                job.proved += 1
                return None
            if not mark.touched.is_set():
                message = f"the edit was not made: {reason}"
                refusal = {"script": edit.text}
                return {"status": "error", "message": message, "refusal": refusal}

    async def _suggest(self, job: Job, proving: DocumentProver) -> str:
        found = await proving.suggest(job.mark)
        line = self._line(job.mark)
        if not found:
            self.editor.say(INFORMATION, f"Line {line}: no tactic that the policy proposed works")
            return "none works"
        self._suggestions[job.mark.uri] = found
        self._jobs.pop(job.name, None)
        job.progress.end(f"found {len(found)}")
        if (chosen := await self._chosen(line, found)) is not None:
            reason = await fill(self.editor, self.documents, chosen.mark, chosen.edit, chosen.title)
            if reason:
                self.editor.say(WARNING, f"the edit was not made: {reason}")
        return ""

    async def _chosen(self, line: int, found: Sequence[Suggestion]) -> Suggestion | None:
        """The one that the user wants, if the editor can ask."""
        offered = {one.button: one for one in reversed(found[:CHOICES])}
        tactics = counted(len(found), "tactic")
        # VS Code has room for some ten characters on each of four buttons.
        work = "works" if len(found) == 1 else "work"
        message = f"Line {line}: {tactics} {work}; see the code actions"
        question: dict[str, Any] = {
            "type": INFORMATION,
            "message": f"prover: {message}",
            "actions": [{"title": title} for title in reversed(offered)],
        }
        try:
            answer = await self.editor.request("window/showMessageRequest", question)
        except EditorRefused:
            self.editor.say(INFORMATION, message)
            return None
        return offered.get(answer["title"]) if isinstance(answer, dict) else None

    def _line(self, mark: Mark) -> int:
        return self.documents.place(mark)[0]
