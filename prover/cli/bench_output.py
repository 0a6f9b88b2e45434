"""What a batch run shows: a line that moves while it runs, and a table at its end."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from rich import box
from rich.table import Table
from rich.text import Text

from prover.bench.outcomes import Summary
from prover.bench.runner import RunProgress
from prover.cli.console import drawn, messages, results

LINE_SECONDS = 30.0
"""How often a line is written where there is no terminal."""
MOST_NAMES = 10
"""Of problems that came out so for one reason that are named."""


@asynccontextmanager
async def shown(standing: Callable[[], RunProgress]) -> AsyncIterator[None]:
    """Shows on standard error how far the run is, until the block ends."""
    if messages().is_terminal:
        with drawn(lambda: Text(sentence(standing()))):
            yield
        return
    lines = asyncio.create_task(_write_lines(standing))
    try:
        yield
    finally:
        lines.cancel()
        await asyncio.gather(lines, return_exceptions=True)


def sentence(standing: RunProgress) -> str:
    """How far the run is: done, proved, how fast, how long yet."""
    parts = [f"{standing.ended} of {standing.problems} done", f"{standing.proved} proved"]
    if standing.attempts:
        parts.append(f"{60 * standing.attempts / standing.seconds:.1f} a minute")
    if standing.seconds_left is not None:
        parts.append(f"about {duration(standing.seconds_left)} left")
    return ", ".join(parts)


def duration(seconds: float) -> str:
    """`12 s`, `3 min 05 s`, `2 h 10 min`."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours} h {minutes:02} min"
    return f"{minutes} min {rest:02} s" if minutes else f"{rest} s"


def show(outcome: dict[str, Any], summary: Summary, folder: Path) -> None:
    """The table of a run, where its results are, and what can be done with them."""
    table = Table(box=box.SIMPLE_HEAD, show_header=False)
    table.add_column()
    table.add_column(justify="right")
    applicable = summary.problems - summary.not_applicable
    table.add_row("proved", f"{summary.proved} of {applicable}")
    for name in ("refused", "not_proved", "not_applicable", "errors", "untried"):
        if count := getattr(summary, name):
            table.add_row(name.replace("_", " "), str(count))
    table.add_row("attempts", str(summary.attempts))
    if summary.median_seconds is not None:
        table.add_row("median of a proof", f"{summary.median_seconds:.1f} s")
    table.add_row("time", duration(outcome["seconds"]))
    if outcome["worker_use"] is not None:
        table.add_row("workers busy", f"{outcome['worker_use']:.1%}")
    results().print(table)
    for line in _told("refused", summary.refusals, {}):
        results().print(line)
    for line in _told("not applicable", summary.unreadable, summary.hints):
        results().print(line)
    if summary.errors or summary.untried:
        results().print("Run the same again to try what ended in an error or was not tried.")
    results().print(f"Results are in {folder}. Next: `prover report {folder}`")


def _told(label: str, reasons: Mapping[str, str], hints: Mapping[str, str]) -> Iterator[str]:
    """Why problems came out so: those for one reason in one line, then what to do about it."""
    by_reason: dict[str, list[str]] = {}
    for name, reason in reasons.items():
        by_reason.setdefault(reason, []).append(name)
    for reason, names in by_reason.items():
        more = f" and {len(names) - MOST_NAMES} more" if len(names) > MOST_NAMES else ""
        yield f"{label}: {', '.join(names[:MOST_NAMES])}{more}: {reason}"
        if reason in hints:
            yield f"  {hints[reason]}"


async def _write_lines(standing: Callable[[], RunProgress]) -> None:
    while True:
        await asyncio.sleep(LINE_SECONDS)
        messages().print(sentence(standing()))
