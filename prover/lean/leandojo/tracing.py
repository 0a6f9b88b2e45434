"""Making a repository ready: building it, or tracing it with LeanDojo, as Lean up to 4.11 needs.

Tracing builds the repository and reads out all syntax trees: half as long again as building it, by
LeanDojo's own rule, which for Mathlib is hours. What it makes stays in LeanDojo's cache.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from prover.checkout import check_out
from prover.errors import EnvironmentProblem
from prover.lean.install import Report
from prover.lean.leandojo.building import build
from prover.lean.leandojo.repository import Repository, checkouts
from prover.lean.leandojo.way import leandojo_version, toolchain, way
from prover.lean.project import Project
from prover.lean.toolchain import find
from prover.ticking import every

LOOK_SECONDS = 2.0


def prepare(repository: Repository, report: Report) -> Path:
    """Makes a repository ready for its theorems to be entered; where it is then.

    Clones a remote one, and traces or builds it, as its version of Lean needs. Raises
    `EnvironmentProblem`.
    """
    if repository.traced is not None:
        return repository.traced
    folder = repository.folder or fetched(repository, report)
    chosen = way(toolchain(folder), leandojo_version())
    # elan's own programs would download a toolchain without asking.
    programs = find(folder)
    if chosen.as_it_is:
        return trace(repository, report)
    build(Project.at(folder), programs, report)
    return folder


def fetched(repository: Repository, report: Report) -> Path:
    """A remote repository at its commit, fetched unless it is here.

    Raises `EnvironmentProblem`, `InputProblem` when there is no such commit.
    """

    def tell(sentence: str) -> None:
        report(sentence, 0, None)

    source = repository.source
    return asyncio.run(check_out(source, checkouts(), tell, built=True)).folder


def trace(repository: Repository, report: Report) -> Path:
    """Makes the trace, in LeanDojo's cache; where it is.

    Blocks, changes the working directory meanwhile, and asks the network for a remote repository.
    Raises `EnvironmentProblem` when LeanDojo fails.
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
        raise EnvironmentProblem(
            f"LeanDojo could not trace {repository.url}: {error or type(error).__name__}",
            "See what it printed above; a version of lean-dojo traces few versions of Lean "
            "(2.1.3 traces 4.10, and 2.2.0 traces 4.11).",
        ) from error


@contextmanager
def progress(folders: Sequence[Path], report: Report) -> Iterator[None]:
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
