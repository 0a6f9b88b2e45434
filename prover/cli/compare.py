"""`prover compare`: two batch runs over the same problems, side by side."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated

import typer
from rich import box
from rich.table import Table

from prover.bench.comparison import Comparison, Pair, compare
from prover.bench.metrics import Share
from prover.bench.report.formatting import duration, percent
from prover.bench.results import read_run
from prover.cli.console import messages, results, write_json
from prover.errors import counted, lookup

EXAMPLES = (
    "Examples: `prover compare runs/before runs/after` · "
    "`prover compare runs/before runs/after --format json` · "
    "`prover compare runs/before runs/other-set --anyway`"
)
FORMATS = {"text": False, "json": True}
MOST_NAMES = 40
"""Of problems won or lost that are told; JSON has all."""


def compare_runs(
    first: Annotated[
        Path, typer.Argument(metavar="A", help="The folder of a run.", show_default=False)
    ],
    second: Annotated[
        Path, typer.Argument(metavar="B", help="The folder of another.", show_default=False)
    ],
    form: Annotated[
        str, typer.Option("--format", metavar="NAME", help=f"One of {', '.join(FORMATS)}.")
    ] = "text",
    anyway: Annotated[
        bool,
        typer.Option(
            "--anyway", help="Also where problem sets or dialects differ: what they have in common."
        ),
    ] = False,
) -> None:
    """Say which of two batch runs proved more, and whether that may be chance.

    Only problems that both attempted count. The p-value is that of McNemar's exact test: how likely
    as great a difference would be if both were equally good.
    """
    as_json = lookup(FORMATS, form, "format")
    found = compare(read_run(first), read_run(second), anyway=anyway)
    if as_json:
        write_json(found.to_json())
        return
    for difference in found.differences:
        messages().print(f"warning: {difference}")
    results().print(table(found))
    for line in sentences(found):
        results().print(line)


def table(found: Comparison) -> Table:
    """A line for each run."""
    drawn = Table(box=box.SIMPLE_HEAD)
    drawn.add_column("run", overflow="fold")
    for name in ("proved", "share", "95 % interval", "seconds *", "tactics *"):
        drawn.add_column(name, justify="right")
    told = found.to_json()
    for share, seconds, tactics in zip(
        (found.first, found.second),
        told["seconds_of_both"],
        told["tactics_of_both"],
        strict=True,
    ):
        drawn.add_row(*row(share), duration(seconds), f"{tactics:,}")
    return drawn


def row(share: Share) -> tuple[str, str, str, str]:
    """A run's name and what it proved."""
    low, high = share.interval
    count = f"{share.proved} of {share.attempted}"
    return share.name, count, percent(share.share), f"{percent(low)} to {percent(high)}"


def sentences(found: Comparison) -> Iterator[str]:
    """What the table does not say."""
    yield f"* on the {counted(len(found.both), 'problem')} that both proved"
    yield ""
    yield f"{found.second.name} won {len(found.won)} and lost {len(found.lost)}, {verdict(found)}"
    yield from names("won ", found.won)
    yield from names("lost", found.lost)
    if found.apart:
        yield f"left out, as not attempted by both: {counted(len(found.apart), 'problem')}"


def verdict(found: Comparison) -> str:
    """What the p-value means."""
    chance = "which may well be chance" if found.p_value >= 0.05 else "hardly by chance"
    return f"{chance} (McNemar's exact test: p = {found.p_value:.3g})"


def names(label: str, pairs: Sequence[Pair]) -> Iterator[str]:
    """The first of them by name."""
    if pairs:
        more = len(pairs) - MOST_NAMES
        listed = ", ".join(pair.name for pair in pairs[:MOST_NAMES])
        yield f"  {label}  {listed}" + (f" and {more} more" if more > 0 else "")
