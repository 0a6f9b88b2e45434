"""Chooses the Lean for a file, and opens a pool of its workers.

The one place that knows which Leans there are: to add one, write a function with the signature of
`Open` and name it in `LEANS`.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from prover.errors import EnvironmentProblem
from prover.lean.embedded import EmbeddedLean, silent
from prover.lean.install import Report
from prover.lean.native import MEMORY, OPEN_SECONDS, NativeLean
from prover.lean.pool import LeanPool
from prover.lean.project import Project
from prover.lean.sandbox import sandboxed
from prover.lean.toolchain import find
from prover.nearest import among

AUTOMATIC = "auto"


@dataclass(frozen=True)
class Wanted:
    """What the user wants to prove, and with which Lean."""

    lean: str = AUTOMATIC
    """A name of `LEANS`, or `auto`."""
    project: Path | None = None
    """The Lake project to use instead of the one around the file."""
    file: Path | None = None
    imports: Sequence[str] = ()
    """The modules that it imports."""
    sandbox: bool = False
    """Whether a native Lean may only read; the embedded one is locked in anyhow."""
    workers: int = 1
    spare: bool = True

    @property
    def place(self) -> Path:
        """Where to look for a Lake project."""
        return self.file or Path.cwd()


Tell = Callable[[str], None]
"""Called with a sentence for the user."""
Open = Callable[[Wanted, Report, Tell], AbstractAsyncContextManager[LeanPool]]


@asynccontextmanager
async def open_lean(
    wanted: Wanted, *, report: Report = silent, tell: Tell = lambda _: None
) -> AsyncIterator[LeanPool]:
    """A pool of the Lean that is wanted, and is told to the user, for as long as the block lasts.

    Raises `InputProblem` for a name or a project that is none, `EnvironmentProblem` when something
    is to be installed, fetched or built first.
    """
    name = chosen(wanted, tell) if wanted.lean == AUTOMATIC else wanted.lean
    async with among(LEANS, name, "Lean")(wanted, report, tell) as pool:
        yield pool


def chosen(wanted: Wanted, tell: Tell) -> str:
    """Native for a file in a Lake project whose toolchain is there, or else embedded."""
    if wanted.project is not None:
        return "native"
    project = Project.around(wanted.place)
    if project is None:
        return "embedded"
    try:
        find(project.root)
    except EnvironmentProblem as problem:
        tell(f"The Lake project {project.root} is not used: {problem.message}. {problem.hint}")
        return "embedded"
    return "native"


@asynccontextmanager
async def embedded(wanted: Wanted, report: Report, tell: Tell) -> AsyncIterator[LeanPool]:
    """The embedded Lean, which needs no project."""
    command = EmbeddedLean.find().worker_command(report)
    tell("Lean: embedded" + (", which uses no project" if wanted.project else ""))
    async with LeanPool(command, wanted.workers, spare=wanted.spare) as pool:
        yield pool


@asynccontextmanager
async def native(wanted: Wanted, report: Report, tell: Tell) -> AsyncIterator[LeanPool]:
    """The Lean of the Lake project that is named or that the file lies in."""
    lean = NativeLean.find(project_of(wanted))
    command = lean.worker_command(report, imports=wanted.imports)
    try:
        command = replace(command, options=lean.options(wanted.file))
    except EnvironmentProblem as problem:
        tell(f"{problem.message}. Lean's own defaults are used instead. {problem.hint}")
    if wanted.sandbox:
        command = sandboxed(command, lean.folders)
    tell(f"Lean: native {lean.toolchain.version}, the Lake project {lean.project.root}")
    if not lean.toolchain.version.supported:
        tell(f"{lean.support}. What it accepts is a proof all the same.")
    async with LeanPool(
        command,
        wanted.workers,
        memory=MEMORY,
        open_seconds=OPEN_SECONDS,
        spare=wanted.spare,
        imports=wanted.imports,
    ) as pool:
        yield pool


def project_of(wanted: Wanted) -> Project:
    """The Lake project. Raises `InputProblem` or, where there is none, `EnvironmentProblem`."""
    if wanted.project is not None:
        return Project.at(wanted.project)
    project = Project.around(wanted.place)
    if project is None:
        raise EnvironmentProblem(
            f"{wanted.place} lies in no Lake project, so there is no native Lean for it",
            "Name one with `--project FOLDER`, or use `--lean embedded`.",
        )
    return project


LEANS: Mapping[str, Open] = {"embedded": embedded, "native": native}
