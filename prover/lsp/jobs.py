"""The work that the user has chosen, each piece in a task of its own that can be cancelled."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from prover.errors import ProverError, sentences
from prover.lsp.actions import TITLES, Order, Suggestion, Verb, workspace_edit
from prover.lsp.documents import Document, Edit
from prover.lsp.editor import INFORMATION, WARNING, Editor, EditorRefused, Progress
from prover.lsp.proving import Proving, suggest
from prover.service.client import Client
from prover.service.starting import Keeper

CLIENT = "lsp"
SHOW_SECONDS = 2.0
"""How long an editor may take to agree to show progress."""
CHOICES = 5
"""Suggestions that the user is asked about at once; all of them are code actions as well."""

LOG = logging.getLogger(__name__)


class Reason(Enum):
    """Why work was cancelled, with the error code for a request that waits for it."""

    CHANGED = (-32801, "the file has changed")
    CANCELLED = (-32800, "cancelled")

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

    document: Document
    request: int | str
    """The id of the request that began it."""
    progress: Progress
    reason: Reason | None = None
    task: asyncio.Task[None] | None = None

    def cancel(self, reason: Reason) -> None:
        """Ends it; the first reason counts."""
        if self.reason is None and self.task is not None:
            self.reason = reason
            self.task.cancel()


@dataclass
class Jobs:
    """All work of one proxy, and the suggestions that it has found."""

    editor: Editor
    keeper: Keeper
    seconds: float | None
    """The most search time for a hole; None for what the service allows by default."""
    suggestions: dict[str, list[Suggestion]] = field(default_factory=dict)
    """For the version of each document that the editor has now."""
    _jobs: set[Job] = field(default_factory=set)
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)

    def start(
        self, order: Order, document: Document, request: int | str, token: int | str | None
    ) -> None:
        """Begins the work. The request is answered at once, unless it came with a progress token:
        then the editor expects it to take long, and it is answered at the end."""
        progress = Progress(self.editor, TITLES[order.verb], token)
        job = Job(document, request, progress)
        self._jobs.add(job)
        if token is None:
            self.editor.respond(request, None)
        job.task = asyncio.create_task(self._run(job, order, answers=token is not None))
        self._tasks.add(job.task)
        job.task.add_done_callback(self._tasks.discard)

    def changed(self, uri: str) -> None:
        """The document is not what it was: nothing of the work for it can be used."""
        self.suggestions.pop(uri, None)
        for job in self._jobs:
            if job.document.uri == uri:
                job.cancel(Reason.CHANGED)

    def cancel_request(self, request: int | str) -> bool:
        """Whether the request with this id began work; that is cancelled then."""
        return self._cancel([job for job in self._jobs if job.request == request])

    def cancel_progress(self, token: int | str) -> bool:
        """Whether the progress with this token is that of work; that is cancelled then."""
        return self._cancel([job for job in self._jobs if job.progress.token == token])

    def cancel_all(self) -> None:
        """Cancels everything."""
        self._cancel(list(self._jobs))

    async def close(self) -> None:
        """Cancels everything and waits until it has ended."""
        self.suggestions.clear()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _cancel(self, jobs: list[Job]) -> bool:
        for job in jobs:
            job.cancel(Reason.CANCELLED)
        return bool(jobs)

    async def _run(self, job: Job, order: Order, *, answers: bool) -> None:
        """Does the work; whatever happens, the progress ends and the request has its answer."""
        error: tuple[int, str] | None = None
        try:
            message = await self._work(job, order)
        except asyncio.CancelledError:
            reason = job.reason or Reason.CANCELLED
            message, error = reason.text, (reason.code, reason.text)
        except ProverError as problem:
            message = problem.sentences
            self.editor.say(WARNING, message)
        except Exception:
            LOG.exception("%s failed", order.verb)
            message = "the proxy has a bug; its log says more"
            self.editor.say(WARNING, message)
        finally:
            self._jobs.discard(job)
        job.progress.end(message)
        if answers and error:
            self.editor.fail(job.request, *error)
        elif answers:
            self.editor.respond(job.request, None)

    async def _work(self, job: Job, order: Order) -> str:
        """Does what was ordered; what there is to say of it."""
        await job.progress.begin(SHOW_SECONDS)
        if not self.keeper.running:
            job.progress.report("starts the service")
        async with self.keeper.client(CLIENT) as client:
            if order.verb is Verb.SUGGEST:
                return await self._suggest(job, order, client)
            return await self._prove(job, order, client)

    async def _prove(self, job: Job, order: Order, client: Client) -> str:
        proving = Proving(client, job.document, self.seconds, job.progress.report)
        message = ""
        try:
            every = order.verb is Verb.PROVE_ALL
            places = await proving.holes() if every else [(order.line, order.column)]
            await proving.prove(places)
            message = f"proved {len(proving.edits)} of {len(places)}"
        except asyncio.CancelledError:
            # What is proved already is kept, if it still fits and the user is still there.
            if job.reason is not Reason.CANCELLED or not proving.edits:
                raise
            message = f"cancelled; proved {len(proving.edits)}"
        self._jobs.discard(job)
        if proving.failures:
            self.editor.say(INFORMATION, sentences(message, *proving.failures))
        if proving.edits:
            await self._apply(job.document, TITLES[order.verb], proving.edits)
        return message

    async def _suggest(self, job: Job, order: Order, client: Client) -> str:
        place = (order.line, order.column)
        found = await suggest(client, job.document, place, self.seconds, job.progress.report)
        if not found:
            self.editor.say(INFORMATION, "no tactic that the policy proposed works here")
            return "none works"
        self.suggestions[job.document.uri] = found
        job.progress.end(f"found {len(found)}")
        if (chosen := await self._chosen(found)) is not None:
            self._jobs.discard(job)
            await self._apply(job.document, chosen.title, [chosen.edit])
        return ""

    async def _chosen(self, found: list[Suggestion]) -> Suggestion | None:
        """The one that the user wants, if the editor can ask."""
        offered = {one.title: one for one in found[:CHOICES]}
        question: dict[str, Any] = {"type": INFORMATION, "message": "prover: these tactics work"}
        question["actions"] = [{"title": title} for title in offered]
        try:
            answer = await self.editor.request("window/showMessageRequest", question)
        except EditorRefused:
            hint = f"{len(found)} tactics work: they are among the code actions here now"
            self.editor.say(INFORMATION, hint)
            return None
        return offered.get(answer["title"]) if isinstance(answer, dict) else None

    async def _apply(self, document: Document, label: str, edits: list[Edit]) -> None:
        """Has the editor make edits. It refuses them when it has a newer version."""
        params = {"label": f"prover: {label}", "edit": workspace_edit(document, edits)}
        try:
            answer = await self.editor.request("workspace/applyEdit", params)
        except EditorRefused as refused:
            answer = {"applied": False, "failureReason": refused.message}
        if not answer.get("applied"):
            reason = answer.get("failureReason") or "the editor did not say why"
            self.editor.say(WARNING, f"the edit was not made: {reason}")
