"""Proves the holes of a file, several at once.

It owns the order, what each theorem may build on, and the last check of a whole declaration and of
the whole file. How one theorem is searched for (`Search`) and checked (`Verify`) is given to it.
"""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterator, Sequence
from contextlib import AbstractAsyncContextManager, aclosing
from dataclasses import dataclass, field, replace

from prover.errors import ProverError, SetupError
from prover.file_check import FileReport
from prover.incremental_verifier import IncrementalVerify
from prover.lean.interface import Verification, Verify
from prover.lean_file import Hole, LeanFile, Scripts, Span
from prover.search.events import Event, Progressed
from prover.search.result import Counters, Refusal, Result, Seconds, Status
from prover.theorem import Theorem

RESTS_ON_ITS_OWN = "Its statement has a `sorry` in it."

Search = Callable[[Theorem, Verify], AsyncGenerator[Event, None]]
"""The events of the search for one theorem, whose proofs are verified so; the last is its
`Result`."""


class FileProver:
    """The proofs of the holes of one file. `run` finds them; what it has found so far stays."""

    def __init__(
        self,
        file: LeanFile,
        report: FileReport,
        *,
        search: Search,
        verifier: Callable[[], AbstractAsyncContextManager[IncrementalVerify]],
        workers: int = 1,
    ) -> None:
        self._file = file
        self._report = report
        self._search = search
        self._verifier = verifier
        self._workers = workers
        self.results: dict[Hole, Result] = {}
        """How each search ended that has ended."""
        self.scripts: dict[Hole, str] = {}
        """The scripts that were accepted."""
        self.verifications: dict[Span, Verification] = {}
        """Of each declaration that has no hole left: the verifier's verdict on all of it."""
        self._ended: dict[Hole, asyncio.Event] = {}
        self._began: dict[Hole, float] = {}
        """When the search for each began that has begun."""
        self._progress: dict[Hole, Progressed] = {}
        """How each search stood last."""

    async def run(self, holes: Sequence[Hole]) -> AsyncGenerator[tuple[Hole, Event], None]:
        """The events of all searches, each with its hole; `workers` holes are tried at once.

        Every hole ends in a `Result`. When the generator is closed the searches are cancelled.
        Raises `SetupError` when Lean can't be started any more.
        """
        if not holes:
            return
        self._ended = {hole: asyncio.Event() for hole in holes}
        events: asyncio.Queue[tuple[Hole, Event] | None] = asyncio.Queue()
        waiting = iter(holes)
        searches = [
            asyncio.create_task(self._prove_each(waiting, events))
            for _ in range(min(self._workers, len(holes)))
        ]
        ended = asyncio.create_task(asyncio.wait(searches, return_when=asyncio.FIRST_EXCEPTION))
        ended.add_done_callback(lambda _: events.put_nowait(None))
        try:
            while (item := await events.get()) is not None:
                yield item
            for search in searches:
                if search.done():
                    search.result()
        finally:
            for task in (ended, *searches):
                task.cancel()
            await asyncio.gather(ended, *searches, return_exceptions=True)

    def end(self, holes: Sequence[Hole]) -> list[tuple[Hole, Result]]:
        """Gives the holes that have no result yet the one that says so: `cancelled`, with what was
        done until now."""
        missing = [hole for hole in holes if hole not in self.results]
        for hole in missing:
            self.results[hole] = self._cancelled(hole)
        return [(hole, self.results[hole]) for hole in missing]

    def _cancelled(self, hole: Hole) -> Result:
        now, done = time.monotonic(), self._progress.get(hole)
        return Result(
            hole.name,
            Status.CANCELLED,
            "it was interrupted",
            counters=Counters(done.expansions, done.tactics, done.states) if done else Counters(),
            seconds=Seconds(total=now - self._began.get(hole, now)),
        )

    def is_whole(self, hole: Hole) -> bool:
        """Whether nothing is left open in the declaration of a hole but other holes."""
        declaration = [h for h in self._report.holes if h.declaration == hole.declaration]
        filled = all(other in self.scripts for other in declaration)
        return not filled or hole.declaration in self.verifications

    def leave(self, hole: Hole, reason: str) -> Result:
        """The result of a hole that is not tried."""
        self.results[hole] = Result(hole.name, Status.UNTRIED, f"Not tried: {reason}")
        return self.results[hole]

    @property
    def fitting(self) -> Scripts:
        """The scripts with which the file stays as it is meant: not those that come with a note."""
        return {
            hole: script
            for hole, script in self.scripts.items()
            if not ((verdict := self.results[hole].verification) and verdict.note)
        }

    async def write(self, check: Callable[[LeanFile], Awaitable[FileReport]]) -> int:
        """Puts the fitting scripts into the file, if Lean accepts all of it so; how many.

        Raises `ProverError` where it does not, and leaves the file as it is.
        """
        scripts = self.fitting
        if scripts:
            filled = LeanFile(self._file.path, self._file.filled(scripts).encode())
            reason = reason_not_to_write(self._report, await check(filled), scripts)
            if reason is not None:
                raise ProverError(f"nothing was written: {reason}", "Put the proofs in by hand.")
            self._file.write(scripts)
        return len(scripts)

    async def _prove_each(
        self, waiting: Iterator[Hole], events: asyncio.Queue[tuple[Hole, Event] | None]
    ) -> None:
        async with self._verifier() as verifier:
            context = ProofContext(verifier)
            for hole in waiting:
                async with aclosing(self._prove(hole, context)) as found:
                    async for event in found:
                        events.put_nowait((hole, event))
                self._ended[hole].set()

    async def _prove(self, hole: Hole, context: ProofContext) -> AsyncGenerator[Event, None]:
        if reason := await self._unmet(hole):
            yield self.leave(hole, reason)
            return
        try:
            tried: Scripts | None = None
            while tried != (known := self._settled_for(hole)):
                attempt = context.attempt(self._file, hole, known, again=tried is not None)
                tried = attempt.scripts
                self._began[hole] = time.monotonic()
                async with aclosing(self._search(attempt.searched, attempt.verify)) as events:
                    async for event in events:
                        if isinstance(event, Progressed):
                            self._progress[hole] = event
                        if not isinstance(event, Result):
                            yield event
                assert isinstance(event, Result), "the last event of a search is its result"
                result = await self._settle(hole, event, context)
                if result.status is not Status.REFUSED:
                    break
                # It may have used an open lemma of the file, which has a proof by and by.
                await self._before(hole)
        except SetupError:
            raise
        except ProverError as error:
            result = Result(hole.name, Status.ERROR, error.message, hint=error.hint)
        self.results[hole] = result
        yield result

    async def _before(self, hole: Hole) -> None:
        """Waits until the searches for all earlier holes have ended; they have begun."""
        for other, ended in self._ended.items():
            if other.span < hole.span:
                await ended.wait()

    async def _unmet(self, hole: Hole) -> str:
        """Why the goal of a hole can't be known, once the holes that it rests on have ended."""
        for name in hole.rests_on:
            below = holes_below(self._report, hole, name)
            if below:
                await self._before(hole)
            proved = all(other in self.scripts for other in below)
            if not proved or (name and below[0].declaration not in self.verifications):
                return resting(name)
        return ""

    def _settled_for(self, hole: Hole) -> Scripts:
        """What the theorem of a hole may be built on.

        Beside it, all that was accepted; before it, declarations that were checked as a whole.
        """
        return {
            other: script
            for other, script in self.scripts.items()
            if other.declaration == hole.declaration
            or (other.span < hole.span and other.declaration in self.verifications)
        }

    async def _settle(self, hole: Hole, result: Result, context: ProofContext) -> Result:
        """Takes note of a proof; the last of a declaration counts only if all of it passes."""
        if result.status is not Status.PROVED or result.script is None:
            return result
        declaration = [h for h in self._report.holes if h.declaration == hole.declaration]
        found = {h: self.scripts[h] for h in declaration if h in self.scripts}
        found[hole] = result.script
        if len(found) == len(declaration) > 1:
            last = declaration[-1]
            theorem = self._file.theorem(last, {**self._settled_for(hole), **found})
            verification = await context.verifier(theorem, found[last])
            if not verification.accepted:
                refusal = Refusal(
                    result.script,
                    f"the declaration with all its holes filled fails: {verification.reason}",
                )
                return replace(
                    result,
                    status=Status.REFUSED,
                    message=refusal.sentence,
                    script=None,
                    proof=None,
                    verification=verification,
                    refusal=refusal,
                )
            result = replace(result, verification=verification)
        self.scripts[hole] = result.script or ""
        verdict = result.verification
        if len(found) == len(declaration) and verdict is not None and verdict.whole:
            self.verifications[hole.declaration] = verdict
        return result


def obstacle(
    file: LeanFile, report: FileReport, hole: Hole, *, strict: bool = False, alone: bool = False
) -> str:
    """Why a hole is not to be tried, in a sentence; empty where it is.

    Where an error is one too much (`strict`), nothing behind the first is tried. Where the hole is
    tried `alone`, no other that it rests on has been filled.
    """
    if strict and report.errors:
        first = report.errors[0]
        if file.offset(first.line, first.column) <= hole.declaration.stop:
            return f"{file.path}:{first.line}:{first.column} has an error."
    if hole.obstacle:
        return hole.obstacle
    for name in hole.rests_on:
        below = holes_below(report, hole, name)
        if alone or not below or any(other.obstacle for other in below):
            return resting(name)
    return ""


def holes_below(report: FileReport, hole: Hole, name: str) -> list[Hole]:
    """The holes before this one that a declaration has; those of its own where there is no name."""
    return [
        other
        for other in report.holes
        if other.span < hole.span
        and (other.name == name if name else other.declaration == hole.declaration)
    ]


def resting(name: str) -> str:
    """Says that a goal speaks of what has no proof or value yet."""
    return f"Its statement rests on the `sorry` of `{name}`." if name else RESTS_ON_ITS_OWN


def reason_not_to_write(before: FileReport, after: FileReport, scripts: Scripts) -> str | None:
    """Why a text with the scripts filled in, checked as `after`, must not be written."""
    known = Counter(message.text for message in before.errors)
    new = [message for message in after.errors if not known[message.text]]
    if new or len(after.errors) > len(before.errors):
        return f"Lean reports an error in the file as it would be: {(new or after.errors)[0]}"
    if len(after.holes) != len(before.holes) - len(scripts):
        return "it would not have the holes that it should have"
    open_still = {hole.name for hole in after.holes} | {gap.name for gap in after.gaps}
    accepted = {declaration.name for declaration in after.declarations if declaration.accepted}
    declared = {declaration.name for declaration in after.declarations}
    for hole in scripts:
        if hole.name in declared - accepted - open_still:
            return f"`{hole.name}` would still rest on `sorry` or another axiom"
    return None


@dataclass
class ProofContext:
    """What one search after another stands on, further and further down the file."""

    verifier: IncrementalVerify
    scripts: Scripts = field(default_factory=dict)
    """In the text that the verifier has read, where they may have come too late for others."""
    stop: int = 0
    """Up to which byte of the file it has read."""

    def attempt(
        self, file: LeanFile, hole: Hole, known: Scripts, *, again: bool = False
    ) -> HoleAttempt:
        """How a hole is tried where these scripts are `known`.

        The verifier goes on if it can: a proof that came too late for it is a `sorry` there, which
        is as good where only the statement matters. Where that was not enough, or the goal itself
        rests on what was open, all that is known is there.
        """
        is_plain = not again and not hole.rests_on
        theorem, scripts = file.theorem(hole, known), known
        if is_plain and not self.verifier.reaches(theorem.header):
            late = {other: script for other, script in known.items() if self._is_ahead(other)}
            read = {**self.scripts, **late}
            reached = file.theorem(hole, read)
            if self.verifier.reaches(reached.header):
                theorem, scripts = reached, read
        self.verifier.ahead(theorem.header)
        self.scripts, self.stop = scripts, hole.declaration.start
        # Lean has read the file as it is; what is proved there means the same.
        header = file.part(Span(0, hole.declaration.start))
        searched = replace(theorem, header=header) if is_plain else theorem
        return HoleAttempt(searched, theorem, scripts, self.verifier)

    def _is_ahead(self, hole: Hole) -> bool:
        return hole.span.start >= self.stop


@dataclass(frozen=True)
class HoleAttempt:
    """One search for a hole."""

    searched: Theorem
    theorem: Theorem
    """The same with all that its proof may use."""
    scripts: Scripts
    verifier: IncrementalVerify

    async def verify(self, _: Theorem, script: str) -> Verification:
        """Whether the script proves the theorem itself, and not only the one that is searched."""
        return await self.verifier(self.theorem, script)
