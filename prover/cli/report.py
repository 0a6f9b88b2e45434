"""`prover report`: what came of a batch run, as a page, tables, JSON or CSV."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from prover.bench.report.formats import FORMATS
from prover.bench.report.plots import plot
from prover.bench.results import read_run
from prover.cli.console import messages, results, status
from prover.errors import SetupError, lookup

EXAMPLES = (
    "Examples: `prover report runs/core` · `prover report runs/core --format md` · "
    "`prover report runs/core --format csv --out core.csv` · "
    "`prover report runs/core --plots figures`"
)


def report(
    folder: Annotated[
        Path,
        typer.Argument(
            metavar="RUN", help="The folder that a batch run has written.", show_default=False
        ),
    ],
    form: Annotated[
        str, typer.Option("--format", metavar="NAME", help=f"One of {', '.join(FORMATS)}.")
    ] = "html",
    out: Annotated[
        Path | None,
        typer.Option(
            help="Write to this file. A page goes to report.html in the run's folder by default, "
            "all else to standard output.",
            show_default=False,
        ),
    ] = None,
    plots: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR",
            help="Draw the curves and shares into this folder, as PNG and SVG; needs matplotlib.",
            show_default=False,
        ),
    ] = None,
) -> None:
    """Tell what came of a batch run: what was proved, how surely, how fast, and why not.

    The page is one file that needs no network: numbers, curves, and each problem with its proof and
    its search graph to explore. A run that is still going on can be told of as well.
    """
    write = lookup(FORMATS, form, "format")
    run = read_run(folder)
    path = folder / "report.html" if form == "html" and out is None else out
    with status("reading the run") as update:

        def note(done: int, of: int) -> None:
            update(f"reading searches: {done} of {of}")

        text = write(run, note)
    save(text, path)
    if plots is not None:
        for drawn in plot(run, plots):
            messages().print(f"Wrote {drawn}")


def save(text: str, path: Path | None) -> None:
    """Writes to the file, or to standard output. Raises `SetupError` when it can't."""
    if path is None:
        sys.stdout.write(text)
        return
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise SetupError(
            f"{path} can't be written: {error.strerror}", "Give another file with `--out`."
        ) from error
    results().print(f"Wrote {path}")
