"""Chooses the Lean for a file, and opens a pool of its workers.

The one place that knows which Leans there are: to add one, write a function with the signature of
`Open` and name it in `LEANS`.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from prover.errors import SetupError, lookup, sentences
from prover.lean.backend import Backend
from prover.lean.embedded.embedded_lean import EmbeddedLean
from prover.lean.native.lake_project import Project
from prover.lean.native.native_lean import MEMORY, OPEN_SECONDS, NativeLean, sandboxed
from prover.lean.native.toolchain import find
from prover.lean.pool import LeanPool
from prover.lean.worker import GRACE_SECONDS
from prover.progress import Notify, ReportProgress, no_progress

AUTOMATIC = "auto"


@dataclass(frozen=True)
class LeanSpec:
    """What the user wants to prove, and with which Lean."""

    lean: str = AUTOMATIC
    """A name of `LEANS`, or `auto`."""
    project: str | Path | None = None
    """The Lake project to use instead of the one around the file; for LeanDojo it may also be
    `URL@COMMIT`."""
    file: Path | None = None
    imports: Sequence[str] = ()
    """The modules that it imports."""
    sandbox: bool = False
    """Whether a native Lean may only read; the embedded one is locked in anyhow."""
    workers: int = 1
    spare: bool = True
    ready: int = 0
    at_once: int = 0
    patience: float = 0.0
    settle_seconds: float = GRACE_SECONDS
    """As for a `LeanPool`."""

    @property
    def place(self) -> Path:
        """Where to look for a Lake project."""
        return self.file or Path.cwd()


Open = Callable[[LeanSpec, ReportProgress, Notify], AbstractAsyncContextManager[Backend]]


@asynccontextmanager
async def open_lean(
    wanted: LeanSpec, *, report: ReportProgress = no_progress, tell: Notify = lambda _: None
) -> AsyncIterator[Backend]:
    """The Lean that is wanted, and is told to the user, for as long as the block lasts.

    Raises `InputError` for a name or a project that is none, `SetupError` when something
    is to be installed, fetched or built first.
    """
    name = choose_backend(wanted, tell) if wanted.lean == AUTOMATIC else wanted.lean
    async with lookup(LEANS, name, "Lean")(wanted, report, tell) as lean:
        yield lean


def choose_backend(wanted: LeanSpec, tell: Notify) -> str:
    """Native for a file in a Lake project whose toolchain is there, or else embedded."""
    if wanted.project is not None:
        return "native"
    project = Project.around(wanted.place)
    if project is None:
        return "embedded"
    try:
        find(project.root)
    except SetupError as problem:
        reason = f"The Lake project {project.root} is not used: {problem.message}"
        tell(sentences(reason, problem.hint))
        return "embedded"
    return "native"


@asynccontextmanager
async def embedded(
    wanted: LeanSpec, report: ReportProgress, tell: Notify
) -> AsyncIterator[Backend]:
    """The embedded Lean, which needs no project."""
    command = EmbeddedLean.find().worker_command(report)
    tell("Lean: embedded" + (", which uses no project" if wanted.project else ""))
    async with LeanPool(
        command,
        wanted.workers,
        settle_seconds=wanted.settle_seconds,
        spare=wanted.spare,
        ready=wanted.ready,
        at_once=wanted.at_once,
        patience=wanted.patience,
    ) as pool:
        yield pool


@asynccontextmanager
async def native(wanted: LeanSpec, report: ReportProgress, tell: Notify) -> AsyncIterator[LeanPool]:
    """The Lean of the Lake project that is named or that the file lies in."""
    lean = NativeLean.find(project_of(wanted))
    command = lean.worker_command(report, imports=wanted.imports)
    try:
        command = replace(command, options=lean.options(wanted.file))
    except SetupError as problem:
        tell(sentences(problem.message, "Lean's own defaults are used instead", problem.hint))
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
        settle_seconds=wanted.settle_seconds,
        spare=wanted.spare,
        ready=wanted.ready,
        at_once=wanted.at_once,
        patience=wanted.patience,
        imports=wanted.imports,
    ) as pool:
        yield pool


def project_of(wanted: LeanSpec) -> Project:
    """The Lake project. Raises `InputError` or, where there is none, `SetupError`."""
    if wanted.project is not None:
        return Project.at(Path(wanted.project))
    project = Project.around(wanted.place)
    if project is None:
        raise SetupError(
            f"{wanted.place} lies in no Lake project, so there is no native Lean for it",
            "Name one with `--project FOLDER`, or use `--lean embedded`.",
        )
    return project


@asynccontextmanager
async def leandojo(
    wanted: LeanSpec, report: ReportProgress, tell: Notify
) -> AsyncIterator[Backend]:
    """LeanDojo in a repository, with the native Lean of the same folder for all that counts."""
    # Here alone: the other Leans start without it, and sooner.
    from prover.lean.leandojo.dojo_lean import DojoLean, open_dojo
    from prover.lean.leandojo.repository import Repository, is_address

    named = str(wanted.project or "")
    found = Repository.parse(named) if is_address(named) else None
    folder = found.place() if found else project_of(wanted).root
    async with AsyncExitStack() as stack:
        try:
            checks = replace(wanted, project=folder)
            pool = await stack.enter_async_context(native(checks, report, tell))
        except SetupError as problem:
            raise SetupError(
                f"LeanDojo's word for a proof does not count, and there is no native Lean of "
                f"{folder} to check it with: {problem.message}",
                problem.hint,
            ) from problem
        inside = wanted.file if wanted.file and wanted.file.suffix == ".lean" else None
        if inside and not inside.resolve().is_relative_to(folder):
            inside = None
        opening = open_dojo(found or folder, inside, workers=wanted.workers)
        dojos = await stack.enter_async_context(opening)
        tell(f"Searching through LeanDojo: {dojos.way.reason}")
        yield DojoLean(dojos, pool)


LEANS: Mapping[str, Open] = {"embedded": embedded, "native": native, "leandojo": leandojo}


def check_name(lean: str) -> None:
    """Raises `InputError` for what is neither a name of `LEANS` nor `auto`."""
    if lean != AUTOMATIC:
        lookup(LEANS, lean, "Lean")
