"""Theorems of a repository through LeanDojo, behind the protocol `LeanSession`.

LeanDojo names theorems by file and name; a session for each enters it (`dojo_session.py`).

LeanDojo's word that a proof is finished is not believed: whoever searches with these sessions gives
each script to the verifier.

    async with open_dojo("path/of/project", "Project/File.lean") as dojo:
        theorem = dojo.theorem("Project.name")
        async with dojo.session() as session:
            state = await session.open(theorem)
"""

from __future__ import annotations

import logging
import sys
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from prover.errors import InputError, SetupError, TheoremNotFoundError
from prover.lean.leandojo.dojo_child import DojoTarget
from prover.lean.leandojo.dojo_session import MEMORY, OPEN_SECONDS, DojoSession
from prover.lean.leandojo.repository import (
    InteractionMode,
    Repository,
    interaction_mode,
    leandojo_version,
)
from prover.lean.leandojo.repository import toolchain as asked
from prover.lean.leandojo.theorem_locator import is_whole_proof, theorem_in
from prover.lean.native.toolchain import Toolchain, find
from prover.lean.pool import LeanPool
from prover.lean.process import Command
from prover.lean.worker import Worker, WorkerSlots
from prover.lean_file import LeanFile
from prover.theorem import Theorem

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class DojoFile:
    """A file of a repository, whose theorems LeanDojo enters. Make it with `open_dojo`."""

    repository: Repository
    file: Path | None
    """Relative to the repository; None where each theorem says by its source which it is in."""
    way: InteractionMode
    toolchain: Toolchain
    slots: WorkerSlots
    memory: int = MEMORY
    open_seconds: float = OPEN_SECONDS

    @property
    def folder(self) -> Path:
        """Where the repository is worked with."""
        traced = self.repository.traced
        return traced if self.way.as_it_is and traced else self.repository.place()

    def theorem(self, name: str) -> Theorem:
        """The theorem of this full name. Raises `InputError`."""
        assert self.file is not None, "opened for a file"
        return theorem_in(LeanFile.read(self.folder / self.file), name)

    @asynccontextmanager
    async def session(self) -> AsyncIterator[DojoSession]:
        """A session for one theorem of the file; as many at once as there are workers."""
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

        Raises `InputError` for a hole that LeanDojo can't take.
        """
        if self.way.as_it_is and not is_whole_proof(theorem):
            raise InputError(
                f"the `sorry` of `{theorem.name}` is a part of its proof, and LeanDojo's own Repl "
                "takes whole proofs alone",
                "Make what it stands for a theorem of its own.",
            )
        site = DojoTarget(
            folder=str(self.folder),
            file=str(self.file_of(theorem)),
            theorem=theorem.name,
            as_it_is=self.way.as_it_is,
            traced=str(self.repository.traced or ""),
            seconds=self.open_seconds,
        )
        return Command(
            argv=(sys.executable, "-m", "prover.lean.leandojo.dojo_child", site.text()),
            environment={**self.toolchain.environment, "DISABLE_REMOTE_CACHE": "1"},
            cwd=Path.cwd(),
        )

    def file_of(self, theorem: Theorem) -> Path:
        """The file of a theorem, relative to the repository.

        Raises `TheoremNotFoundError` where LeanDojo's own Repl, which enters files of the
        repository alone, is to take a theorem that is in none.
        """
        named = self.file or Path(theorem.source.rpartition(":")[0].rpartition(":")[2])
        if self.way.as_it_is and not (self.folder / named).is_file():
            raise TheoremNotFoundError(
                f"`{theorem.name}` is in no file of {self.folder}, and LeanDojo's own Repl enters "
                "only those",
                "Name a `.lean` file of the repository.",
            )
        return named


@dataclass
class DojoLean:
    """Implements `Backend`: LeanDojo's sessions, and a native Lean that checks what they find."""

    dojos: DojoFile
    pool: LeanPool

    @property
    def command(self) -> Command:
        """The native Lean's, which results name with LeanDojo."""
        how = "as it is" if self.dojos.way.as_it_is else "with the prover's Repl"
        command = self.pool.command
        return replace(command, traits=(*command.traits, f"LeanDojo {leandojo_version()} {how}"))

    async def version(self) -> str:
        """The native Lean's."""
        return await self.pool.version()

    def session(
        self,
        *,
        alone: bool = False,  # noqa: ARG002
    ) -> AbstractAsyncContextManager[DojoSession]:
        """LeanDojo's, which always has one process of its own."""
        return self.dojos.session()

    @property
    def expected(self) -> str:
        """The native Lean's, as `fresh` is."""
        return self.pool.expected

    @expected.setter
    def expected(self, header: str) -> None:
        self.pool.expected = header

    def reading(self, header: str) -> AbstractAsyncContextManager[Worker]:
        """Those of its pool."""
        return self.pool.reading(header)

    def fresh(
        self, header: str = "", *, stays: bool = False
    ) -> AbstractAsyncContextManager[Worker]:
        """The native Lean's."""
        return self.pool.fresh(header, stays=stays)

    async def close(self) -> None:
        """Ends the native Lean's processes; LeanDojo's end with their sessions."""
        await self.pool.close()


@asynccontextmanager
async def open_dojo(
    repository: str | Path | Repository,
    file: str | Path | None = None,
    *,
    commit: str | None = None,
    workers: int = 1,
    memory: int = MEMORY,
    open_seconds: float = OPEN_SECONDS,
) -> AsyncIterator[DojoFile]:
    """LeanDojo for a file of a repository, which is an address with a commit, or a local folder.

    `file` is relative to the repository, or a path in a local one; without it each theorem says by
    its source where it is, which only LeanDojo's own Repl needs to know. `memory` in bytes is for
    each Lean, `open_seconds` for entering a theorem. Raises `InputError` or `SetupError`,
    with the next step to take.
    """
    installed = leandojo_version()
    check_system()
    found = (
        repository
        if isinstance(repository, Repository)
        else Repository.named(str(repository), commit)
    )
    folder = found.place()
    chosen = interaction_mode(asked(folder), installed)
    log.info("LeanDojo %s in %s: %s", installed, folder, chosen.reason)
    if chosen.as_it_is and found.traced is None:
        raise SetupError(
            f"LeanDojo has not traced {found.url}, which this Lean needs: {chosen.reason}",
            f"Trace it with `python -m prover.lean.leandojo {found.url} {found.commit}`.",
        )
    inside = None if file is None else relative(folder, Path(file))
    programs = find(folder)
    dojos = DojoFile(found, inside, chosen, programs, WorkerSlots(workers), memory, open_seconds)
    if inside is not None and not (dojos.folder / inside).is_file():
        raise InputError(
            f"{dojos.folder} has no file {file}", "Name it relative to the repository's root."
        )
    yield dojos


def relative(folder: Path, file: Path) -> Path:
    """A file's path within the folder. Raises `InputError` when it is outside."""
    if not file.is_absolute() and not file.resolve().is_relative_to(folder):
        return file
    if not file.resolve().is_relative_to(folder):
        raise InputError(f"{file} is not in the repository {folder}", "Name a file inside it.")
    return file.resolve().relative_to(folder)


def check_system() -> None:
    """Raises `SetupError` where LeanDojo can't run."""
    if sys.platform == "win32":
        raise SetupError("LeanDojo needs Linux or macOS", "Use WSL.")


def standing(folder: Path) -> str:
    """What LeanDojo would do in a folder, as a sentence, for `prover doctor`."""
    try:
        installed = leandojo_version()
        chosen = interaction_mode(asked(folder), installed)
        check_system()
        find(folder)
    except SetupError as problem:
        return f"can't be used here: {problem.message}"
    how = "as it is" if chosen.as_it_is else "with the prover's own Repl"
    return f"lean-dojo {installed}, used {how}: {chosen.reason}"
