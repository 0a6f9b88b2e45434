"""The table that moves while theorems are proved; only on a terminal."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from rich import box
from rich.table import Table

from prover.cli.console import drawn, messages
from prover.file import Hole
from prover.search.events import Event, Progressed, Verified
from prover.search.result import Result, Status


class Progress:
    """What is known of each hole, drawn as a table by `live`."""

    def __init__(self, holes: Sequence[Hole]) -> None:
        self._holes = holes
        self._last: dict[Hole, Event] = {}
        self._counts: dict[Hole, Progressed] = {}
        self._began: dict[Hole, float] = {}

    @contextmanager
    def live(self) -> Iterator[None]:
        """Draws the table until the block ends, then takes it away."""
        if not messages().is_terminal:
            yield
            return
        with drawn(self._table):
            yield

    def note(self, hole: Hole, event: Event) -> None:
        """Takes in an event."""
        self._began.setdefault(hole, time.monotonic())
        self._last[hole] = event
        if isinstance(event, Progressed):
            self._counts[hole] = event

    def _table(self) -> Table:
        ended = [hole for hole in self._holes if isinstance(self._last.get(hole), Result)]
        table = Table(
            "theorem", "line", "status", "expansions", "tactics", "seconds", box=box.SIMPLE_HEAD
        )
        for hole in self._holes:
            if hole in self._began and hole not in ended:
                table.add_row(*self._row(hole))
        proved = sum(_is_proof(self._last[hole]) for hole in ended)
        waiting = len(self._holes) - len(self._began)
        table.caption = f"{proved} proved, {len(ended) - proved} not, {waiting} waiting"
        return table

    def _row(self, hole: Hole) -> tuple[str, ...]:
        counts = self._counts.get(hole)
        status = "checking" if isinstance(self._last[hole], Verified) else "searching"
        return (
            hole.name,
            str(hole.line),
            status if counts else "opening",
            str(counts.expansions) if counts else "",
            str(counts.tactics) if counts else "",
            f"{time.monotonic() - self._began[hole]:.0f}",
        )


def _is_proof(event: Event) -> bool:
    return isinstance(event, Result) and event.status is Status.PROVED
