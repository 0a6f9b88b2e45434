"""The options that say which Lean to use, and what is told of it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated

import typer

from prover.cli.console import messages
from prover.lean.backend import Backend
from prover.lean.choosing import AUTOMATIC, LEANS, Wanted, open_lean

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
async def opened(wanted: Wanted) -> AsyncIterator[Backend]:
    """The Lean that is wanted; what takes a while and what was chosen is told."""
    with messages().status("looking for Lean") as status:

        def report(step: str, done: int, total: int | None) -> None:
            status.update(step + (f" {done / total:.0%}" if total else ""))

        def tell(sentence: str) -> None:
            messages().print(sentence)

        async with open_lean(wanted, report=report, tell=tell) as lean:
            status.stop()
            yield lean
