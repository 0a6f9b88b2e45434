"""The options that say which Lean to use, and what is told of it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import ExitStack, asynccontextmanager
from typing import Annotated

import typer

from prover.cli.console import messages, status
from prover.lean.backend import Backend
from prover.lean.backends import AUTOMATIC, LEANS, LeanSpec, open_lean
from prover.progress import ReportProgress

LeanOption = Annotated[
    str,
    typer.Option(
        "--lean",
        metavar="NAME",
        help=f"Which Lean: {', '.join(LEANS)}. By default the native one for a file in a Lake "
        "project whose toolchain is installed, or else the embedded one.",
        show_default=False,
    ),
]
ProjectOption = Annotated[
    str | None,
    typer.Option(
        "--project",
        metavar="FOLDER",
        help="Use the native Lean of this Lake project; with `--lean leandojo` this one or "
        "`URL@COMMIT`.",
        show_default=False,
    ),
]
SandboxOption = Annotated[
    bool,
    typer.Option(
        "--sandbox",
        help="Run a native Lean without network and without writing; needs bubblewrap.",
    ),
]
DEFAULT = AUTOMATIC


@asynccontextmanager
async def opened(wanted: LeanSpec) -> AsyncIterator[Backend]:
    """The Lean that is wanted; what takes a while and what was chosen is told."""
    with ExitStack() as looking:
        report = reporting(looking.enter_context(status("looking for Lean")))
        async with open_lean(wanted, report=report, tell=messages().print) as lean:
            looking.close()
            yield lean


def reporting(update: Callable[[str], None]) -> ReportProgress:
    """Tells each step with how much of it is done."""

    def report(step: str, done: int, total: int | None) -> None:
        update(step + (f" {done / total:.0%}" if total else ""))

    return report
