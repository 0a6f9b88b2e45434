"""`prover graph`: the graph of a search, from the events that it told, without Lean."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from prover.cli.console import Exit, results, run
from prover.cli.prove_output import failures
from prover.errors import InputError, counted
from prover.search.events import Accepted
from prover.search.trace import build_graph
from prover.trace_file import read_trace
from prover.visualization.export import check_suffix, export

EXAMPLES = (
    "Examples: `prover prove Demo.lean --json > demo.jsonl` and then `prover graph demo.jsonl "
    "demo.svg` · `prover graph demo.jsonl demo.graphml --theorem add_comm'`"
)


def graph(
    trace: Annotated[
        Path,
        typer.Argument(
            help="What `prover prove --json` wrote, or a trace of `prover bench`.",
            show_default=False,
        ),
    ],
    out: Annotated[
        Path,
        typer.Argument(
            help="Where to: .svg, .png, .pdf, .dot, .graphml or .json.", show_default=False
        ),
    ],
    theorem: Annotated[
        str | None,
        typer.Option(help="Which theorem's search; the first by default.", show_default=False),
    ] = None,
) -> None:
    """Draw or export the graph of a search that was recorded.

    What was tried, what is proved, what failed, and the proof that was found.
    """
    check_suffix(out)

    async def work() -> Exit:
        write(trace, out, theorem)
        return Exit.PROVED

    raise typer.Exit(run(work))


def write(trace: Path, out: Path, theorem: str | None) -> None:
    """Reads the trace and writes the graph. Raises `ProverError`."""
    events = list(read_trace(trace, theorem))
    found = build_graph(events)
    if found is None:
        raise InputError(f"Lean did not open the theorem in {trace}: there is no graph")
    name = next((event.theorem for event in events if isinstance(event, Accepted)), trace.stem)
    export(found, out, title=name, failures=failures(events))
    results().print(f"Wrote the graph of {name} to {out}: {counted(len(found.nodes), 'state')}")
