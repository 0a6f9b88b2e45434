"""`prover setup`: gets the Lean that theorems are proved with."""

from __future__ import annotations

from pathlib import Path

from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

from prover.cli import native
from prover.cli.console import messages, results
from prover.lean.install import install


def setup() -> None:
    """Install the embedded Lean into your cache, or repair it; it does nothing when all is well.

    A native Lean is only reported so far: proofs are made with the embedded one.
    """
    results().print(f"native Lean: {native.found(Path.cwd())}")
    bar = Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        DownloadColumn(),
        TimeRemainingColumn(),
        console=messages(),
        disable=not messages().is_terminal,
        transient=True,
    )
    with bar:
        task = bar.add_task("starting", total=None)

        def report(step: str, done: int, total: int | None) -> None:
            bar.update(task, description=step, completed=done, total=total)

        folder = install(report)
    results().print(f"embedded Lean: ready in {folder}")
