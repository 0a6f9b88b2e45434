"""Makes a repository ready: builds it, or has LeanDojo trace it, and compiles our Repl for it."""

from __future__ import annotations

import asyncio
import hashlib
import os
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from prover.cache import default_cache
from prover.errors import SetupError
from prover.git import check_out
from prover.lean.lean_sources import DOJO_REPL, path, sources
from prover.lean.leandojo.repository import (
    Repository,
    checkouts,
    interaction_mode,
    leandojo_version,
    toolchain,
)
from prover.lean.native.lake_project import MANIFEST, Project
from prover.lean.native.toolchain import Toolchain, find
from prover.progress import ReportProgress, every

LOOK_SECONDS = 2.0


def prepare(repository: Repository, report: ReportProgress) -> Path:
    """Makes a repository ready for its theorems to be entered; where it is then.

    Clones a remote one, and traces or builds it, as its version of Lean needs. Raises
    `SetupError`.
    """
    if repository.traced is not None:
        return repository.traced
    folder = repository.folder or fetched(repository, report)
    chosen = interaction_mode(toolchain(folder), leandojo_version())
    # elan's own programs would download a toolchain without asking.
    programs = find(folder)
    if chosen.as_it_is:
        return trace(repository, report)
    build(Project.at(folder), programs, report)
    return folder


def fetched(repository: Repository, report: ReportProgress) -> Path:
    """A remote repository at its commit, fetched unless it is here.

    Raises `SetupError`, `InputError` when there is no such commit.
    """

    def tell(sentence: str) -> None:
        report(sentence, 0, None)

    source = repository.source
    return asyncio.run(check_out(source, checkouts(), tell, built=True)).folder


def trace(repository: Repository, report: ReportProgress) -> Path:
    """Makes the trace, in LeanDojo's cache; where it is.

    Blocks, changes the working directory meanwhile, and asks the network for a remote repository.
    Raises `SetupError` when LeanDojo fails.
    """
    # Else LeanDojo asks a server for a ready trace first, and fails where there is no network.
    os.environ.setdefault("DISABLE_REMOTE_CACHE", "1")
    from lean_dojo import LeanGitRepo
    from lean_dojo.data_extraction import trace as tracing

    tracing.launch_progressbar = lambda paths: progress(list(map(Path, paths)), report)
    # It would look each dependency up on GitHub, for a table that interacting doesn't use.
    LeanGitRepo.get_dependencies = lambda _repository, _path=None: {}
    report("building the repository", 0, None)
    try:
        found = LeanGitRepo(repository.url, repository.commit)
        return Path(tracing.get_traced_repo_path(found, build_deps=False))
    except Exception as error:
        raise SetupError(
            f"LeanDojo could not trace {repository.url}: {error or type(error).__name__}",
            "See what it printed above; a version of lean-dojo traces few versions of Lean "
            "(2.1.3 traces 4.10, and 2.2.0 traces 4.11).",
        ) from error


@contextmanager
def progress(folders: Sequence[Path], report: ReportProgress) -> Iterator[None]:
    """Reports how many of the compiled files have been read out, while LeanDojo does so."""
    total = sum(1 for folder in folders for _ in folder.glob("**/*.olean"))
    where = [folder.absolute() for folder in folders]

    def look() -> None:
        done = sum(1 for folder in where for _ in folder.glob("**/*.ast.json"))
        report("tracing the repository", done, total)

    try:
        with every(LOOK_SECONDS, look):
            yield
    finally:
        report("tracing the repository", total, total)


def shown(step: str, done: int, total: int | None) -> dict[str, Any]:
    """The fields of a progress bar for a report."""
    return {"description": step, "completed": done, "total": total}


SHOWN_CHARACTERS = 2000


def build(project: Project, toolchain: Toolchain, report: ReportProgress) -> None:
    """Builds a Lake project, with Mathlib's own build where it uses that.

    Raises `SetupError`.
    """
    if (project.root / MANIFEST).is_file() and project.has_mathlib:
        report("fetching what is built of Mathlib", 0, None)
        lake(toolchain, project.root, "exe", "cache", "get")
    report("building the repository", 0, None)
    lake(toolchain, project.root, "build")


def lake(toolchain: Toolchain, folder: Path, *arguments: str) -> None:
    """Runs Lake, however long it takes.

    Raises `SetupError` with what it said, unless it ends well.
    """
    ran = subprocess.run(
        [str(toolchain.program("lake")), *arguments],
        cwd=folder,
        env=toolchain.environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if ran.returncode:
        said = ran.stdout.strip()[-SHOWN_CHARACTERS:]
        raise SetupError(
            f"`lake {' '.join(arguments)}` failed in {folder}: {said}",
            "Mend what it says, and run the same again.",
        )


COMPILE_SECONDS = 300.0
"""For one module."""


def library(folder: Path, cache: Path | None = None) -> Path:
    """A folder for `LEAN_PATH` that holds our modules for the Lean of the project in `folder`.

    Compiles them the first time. Raises `SetupError`.
    """
    texts = sources(DOJO_REPL)
    version = run(["lake", "env", "lean", "--version"], folder, {}).stdout
    content = "\0".join((version, *texts, *texts.values()))
    home = (
        cache or default_cache()
    ) / f"leandojo-{hashlib.sha256(content.encode()).hexdigest()[:16]}"
    if not home.is_dir():
        home.parent.mkdir(parents=True, exist_ok=True)
        with TemporaryDirectory(dir=home.parent, prefix="leandojo-") as site:
            _compile(texts, folder, Path(site))
            shutil.copytree(site, f"{site}-done")
        _settle(Path(f"{site}-done"), home)
    return home


def _settle(made: Path, home: Path) -> None:
    """Puts a folder in its place, unless somebody else was first."""
    try:
        made.rename(home)
    except OSError:
        shutil.rmtree(made)
        if not home.is_dir():
            raise


def _compile(texts: dict[str, str], folder: Path, site: Path) -> None:
    for module, text in texts.items():
        source = site / path(module)
        source.parent.mkdir(parents=True, exist_ok=True)
        source.write_text(text)
        command = ["lake", "env", "lean", f"--root={site}", "-o", str(source.with_suffix(".olean"))]
        ran = run([*command, str(source)], folder, {"LEAN_PATH": str(site)})
        if ran.returncode:
            said = (ran.stdout + ran.stderr).strip().replace(f"{site}/", "")
            raise SetupError(
                f"the prover's Repl for LeanDojo does not compile with this Lean: {said[:2000]}",
                "It is written for Lean 4.27 and later; use another backend with this one.",
            )


def run(
    command: list[str], folder: Path, environment: dict[str, str]
) -> subprocess.CompletedProcess[str]:
    """Runs a command of Lake in a project. Raises `SetupError` when it can't be run."""
    try:
        return subprocess.run(
            command,
            cwd=folder,
            env={**os.environ, **environment},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=COMPILE_SECONDS,
            check=False,
        )
    except FileNotFoundError as error:
        raise SetupError(
            "LeanDojo needs `lake`, which is not on the path",
            "Install elan (https://github.com/leanprover/elan), which brings it.",
        ) from error
    except subprocess.TimeoutExpired as error:
        raise SetupError(
            f"`{' '.join(command[:3])}` took over {COMPILE_SECONDS:g} seconds in {folder}",
            "Run `lake build` there first.",
        ) from error
