"""Theorems of a repository through LeanDojo, behind the protocol `LeanSession`.

LeanDojo names theorems by file and name, gives whole states as printed text, and blocks; each
session therefore has a Python process of its own (`leandojo/child.py`), which enters the theorem
and answers for it. When a tactic ends it, or does not stop, it is killed with all that it started,
and the states that are still wanted are rebuilt in a fresh one from the tactics that made them.

LeanDojo's word that a proof is finished is not believed: whoever searches with these sessions gives
each script to the gate.

    async with open_dojo("path/of/project", "Project/File.lean") as dojo:
        theorem = dojo.theorem("Project.name")
        async with dojo.session() as session:
            state = await session.open(theorem)
"""

from __future__ import annotations

import asyncio
import itertools
import logging
import os
import shutil
import sys
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import psutil

from prover.errors import EnvironmentProblem, InputProblem, LeanDied, ProverError
from prover.file import LeanFile
from prover.lean import codec
from prover.lean.base import Closed, Outcome, Premise, State, TacticLimit
from prover.lean.command import Command
from prover.lean.leandojo import goals
from prover.lean.leandojo.child import HINT
from prover.lean.leandojo.opening import Site
from prover.lean.leandojo.place import is_whole_proof, theorem_in
from prover.lean.leandojo.repository import Repository
from prover.lean.leandojo.way import Way, leandojo_version, toolchain, way
from prover.lean.replay import Known, Replay
from prover.lean.session import price
from prover.lean.slots import Slots
from prover.lean.worker import Refused, Worker
from prover.theorem import Theorem

log = logging.getLogger(__name__)

REPL = "lean_dojo_repl"
MEMORY = 16 * 2**30
"""Bytes that one Lean may hold besides the library, which is mapped from its files."""
START_SECONDS = 120.0
QUIT_SECONDS = 2.0
"""For ending Lean and removing the file that it read."""
OPEN_SECONDS = 600.0
"""As LeanDojo's own limit: a large library is imported, and the file elaborated to the theorem."""
HINTS = {
    "theorem": "Check the file and the full name, and that `lake build` succeeds there.",
    "lean": "Run `lake build` in the repository and try again.",
    "leandojo": "Run `prover doctor`; with VERBOSE=1 in the environment LeanDojo says more.",
}

Start = Callable[[Theorem], Command]
"""The command of the child process for a theorem."""


class DojoWorker(Worker):
    """A child process, which is worn as soon as its Lean has ended."""

    ended = False

    async def reply(self, seconds: float) -> codec.Json:
        """As for any worker; takes note of the end of Lean."""
        reply = await super().reply(seconds)
        self.ended = self.ended or "ended" in reply
        return reply

    @property
    def worn(self) -> bool:
        """Whether Lean has ended, or has grown too large: LeanDojo can't forget states."""
        return self.ended or super().worn


class DojoSession:
    """Implements `LeanSession` for one theorem; its states are whole, not split.

    Its methods may be called concurrently, and take turns.
    """

    workers = 1

    def __init__(
        self, start: Start, *, memory: int = MEMORY, open_seconds: float = OPEN_SECONDS
    ) -> None:
        """Starts its processes by the command that `start` gives."""
        self._start = start
        self._memory = memory
        self._open_seconds = open_seconds
        self._theorem: Theorem | None = None
        self._worker: Worker | None = None
        self._below: set[psutil.Process] = set()
        """What the present process has started."""
        self._replay: Replay | None = None
        self._turn = asyncio.Lock()
        self._known: dict[int, Known] = {}
        self._handles = itertools.count()

    async def open(self, theorem: Theorem) -> State:
        """The state at the theorem's hole. A session opens one theorem.

        Raises `InputProblem` when LeanDojo can't enter it, `EnvironmentProblem` or `LeanDied`.
        """
        assert self._theorem is None, "a session opens one theorem"
        self._theorem = theorem
        self._replay = Replay(self._take, theorem.filled(REPL), self._open_seconds)
        async with self._turn:
            try:
                json, root = await self._replay.open()
            except InputProblem as problem:
                raise _refusal(problem) from problem.__cause__
            return self._state(json, root)

    async def run(self, state: State, tactics: Sequence[str], limit: TacticLimit) -> list[Outcome]:
        """The outcome of each tactic on the state, up to the first that closes it.

        Heartbeats count only from Lean 4.12 on; LeanDojo's own Repl takes them off. Raises
        `LeanDied` when the state is lost and cannot be rebuilt.
        """
        known = self._known[state.handle]
        outcomes: list[Outcome] = []
        async with self._turn:
            for tactic in tactics:
                outcomes.append(await self._run(known, tactic, limit))
                if isinstance(outcomes[-1], Closed):
                    break
        return outcomes

    async def premises(self, state: State, count: int) -> tuple[Premise, ...]:
        """Premises that the theorem may use, where LeanDojo has traced the repository."""
        known = self._known[state.handle]
        async with self._turn:
            await self._replayed.place(known)
            return tuple(map(codec.premise, await self._replayed.premises(known, count)))

    async def free(self, states: Sequence[State]) -> None:
        """Forgets states that the search has dropped."""
        known = [self._known.pop(state.handle) for state in states]
        async with self._turn:
            await self._replayed.free(known)

    async def close(self) -> None:
        """Ends the process and all that it started.

        Lean runs in a session of its own below it, out of reach of a kill of the process group.
        """
        worker, self._worker = self._worker, None
        if worker is not None:
            below = self._below | descendants(worker)
            with suppress(LeanDied, Refused):
                if worker.alive and worker.settled:
                    await worker.request("quit", {}, seconds=QUIT_SECONDS)
            await worker.close()
            for process in below:
                with suppress(psutil.Error):
                    process.kill()
        self._below = set()

    @property
    def _replayed(self) -> Replay:
        assert self._replay is not None, "no theorem is open"
        return self._replay

    async def _take(self, _header: str) -> Worker:
        """A fresh process, in the place of the one that has ended."""
        assert self._theorem is not None, "no theorem is open"
        await self.close()
        self._worker = await DojoWorker.start(
            self._start(self._theorem), seconds=START_SECONDS, memory=self._memory
        )
        return self._worker

    async def _run(self, known: Known, tactic: str, limit: TacticLimit) -> Outcome:
        """Runs one tactic, in a request of its own: a Dojo may not outlive it."""
        replay = self._replayed
        await replay.place(known)
        self._note()
        try:
            [(reply, left)] = [answer async for answer in replay.run(known, [tactic], limit)]
        except LeanDied as death:
            await self.close()
            return price(death, limit)
        try:
            states = [
                self._state(json, child)
                for json, child in zip(reply.get("states", ()), left, strict=True)
            ]
        except LeanDied as unreadable:
            return price(unreadable, limit)
        return codec.outcome(reply, states)

    def _note(self) -> None:
        """Takes note of what the process has started by now, once: Lean, above all."""
        if self._worker is not None and not self._below:
            self._worker.note_members()
            self._below = descendants(self._worker)

    def _state(self, json: codec.Json, known: Known) -> State:
        """The state under a new handle. Raises `LeanDied` where it can't be read."""
        handle = next(self._handles)
        try:
            state = goals.state(json["text"], handle)
        except goals.NoState as error:
            raise LeanDied(str(error)) from error
        self._known[handle] = known
        return state


def descendants(worker: Worker) -> set[psutil.Process]:
    """All processes below a worker's."""
    with suppress(psutil.Error):
        return set(psutil.Process(worker.pid).children(recursive=True))
    return set()


def _refusal(problem: InputProblem) -> ProverError:
    """Why a theorem could not be entered: something here is missing, or it is the theorem."""
    refused = problem.__cause__
    if not isinstance(refused, Refused):
        return problem
    message, _, hint = problem.message.partition(HINT)
    hint = hint or HINTS.get(refused.kind, "")
    return (
        InputProblem(message, hint)
        if refused.kind == "theorem"
        else EnvironmentProblem(message, hint)
    )


@dataclass(frozen=True)
class Dojos:
    """A file of a repository, whose theorems LeanDojo enters. Make it with `open_dojo`."""

    repository: Repository
    file: Path
    """Relative to the repository."""
    way: Way
    slots: Slots
    memory: int = MEMORY
    open_seconds: float = OPEN_SECONDS

    @property
    def folder(self) -> Path:
        """Where the repository is worked with."""
        traced = self.repository.traced
        return traced if self.way.as_it_is and traced else self.repository.place()

    def theorem(self, name: str) -> Theorem:
        """The theorem of this full name. Raises `InputProblem`."""
        return theorem_in(LeanFile.read(self.folder / self.file), name)

    @asynccontextmanager
    async def session(self, *, alone: bool = False) -> AsyncIterator[DojoSession]:  # noqa: ARG002
        """A session for one theorem of the file; as many at once as there are workers.

        It is always alone: what one Dojo knows no other one can take over.
        """
        await self.slots.take()
        session = DojoSession(self.command, memory=self.memory, open_seconds=self.open_seconds)
        try:
            yield session
        finally:
            try:
                await session.close()
            finally:
                self.slots.give_back()

    def command(self, theorem: Theorem) -> Command:
        """Starts the child process for a theorem.

        Raises `InputProblem` for a hole that LeanDojo can't take.
        """
        if self.way.as_it_is and not is_whole_proof(theorem):
            raise InputProblem(
                f"the `sorry` of `{theorem.name}` is a part of its proof, and LeanDojo's own Repl "
                "takes whole proofs alone",
                "Make what it stands for a theorem of its own.",
            )
        site = Site(
            folder=str(self.folder),
            file=str(self.file),
            theorem=theorem.name,
            as_it_is=self.way.as_it_is,
            traced=str(self.repository.traced or ""),
            seconds=self.open_seconds,
        )
        return Command(
            argv=(sys.executable, "-m", "prover.lean.leandojo.opening", site.text()),
            environment={**os.environ, "RAY_DEDUP_LOGS": "0", "DISABLE_REMOTE_CACHE": "1"},
            cwd=Path.cwd(),
        )


@asynccontextmanager
async def open_dojo(
    repository: str | Path,
    file: str | Path,
    *,
    commit: str | None = None,
    workers: int = 1,
    memory: int = MEMORY,
    open_seconds: float = OPEN_SECONDS,
) -> AsyncIterator[Dojos]:
    """LeanDojo for a file of a repository, which is an address with a commit, or a local folder.

    `file` is relative to the repository, or a path in a local one. `memory` in bytes is for each
    Lean, `open_seconds` for entering a theorem. Raises `InputProblem` or `EnvironmentProblem`,
    with the next step to take.
    """
    installed = leandojo_version()
    check_programs()
    found = Repository.named(str(repository), commit)
    folder = found.place()
    chosen = way(toolchain(folder), installed)
    log.info("LeanDojo %s in %s: %s", installed, folder, chosen.reason)
    if chosen.as_it_is and found.traced is None:
        raise InputProblem(
            f"LeanDojo has not traced {found.url}, which this Lean needs: {chosen.reason}",
            f"Trace it with `python -m prover.lean.leandojo {found.url} {found.commit}`.",
        )
    inside = relative(folder, Path(file))
    dojos = Dojos(found, inside, chosen, Slots(workers), memory, open_seconds)
    if not (dojos.folder / inside).is_file():
        raise InputProblem(
            f"{dojos.folder} has no file {file}", "Name it relative to the repository's root."
        )
    yield dojos


def relative(folder: Path, file: Path) -> Path:
    """A file's path within the folder. Raises `InputProblem` when it is outside."""
    if not file.is_absolute() and not file.resolve().is_relative_to(folder):
        return file
    if not file.resolve().is_relative_to(folder):
        raise InputProblem(f"{file} is not in the repository {folder}", "Name a file inside it.")
    return file.resolve().relative_to(folder)


def check_programs() -> None:
    """Raises `EnvironmentProblem` where a program is missing that LeanDojo runs."""
    if sys.platform == "win32":
        raise EnvironmentProblem("LeanDojo needs Linux or macOS", "Use WSL.")
    if shutil.which("lake") is None:
        raise EnvironmentProblem(
            "LeanDojo needs `lake`, which is not on the path",
            "Install elan (https://github.com/leanprover/elan), which brings it.",
        )


def standing(folder: Path) -> str:
    """What LeanDojo would do in a folder, as a sentence, for `prover doctor`."""
    try:
        installed = leandojo_version()
        chosen = way(toolchain(folder), installed)
        check_programs()
    except EnvironmentProblem as problem:
        return f"can't be used here: {problem.message}"
    how = "as it is" if chosen.as_it_is else "with the prover's own Repl"
    return f"lean-dojo {installed}, used {how}: {chosen.reason}"
