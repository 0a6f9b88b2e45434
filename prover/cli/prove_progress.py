"""The table that moves while theorems are proved; without a terminal, a line now and then."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from rich import box
from rich.table import Table

from prover.cli.console import drawn, messages, telling
from prover.lean_file import Hole
from prover.search.events import Accepted, Event, Progressed, Verified
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
        """Draws the table until the block ends, then takes it away; without a terminal it tells
        now and then how far it is."""
        with drawn(self._table) if messages().is_terminal else telling(self._summary):
            yield

    def note(self, hole: Hole, event: Event) -> None:
        """Takes in an event."""
        if isinstance(event, Accepted) or hole not in self._began:
            self._began[hole] = time.monotonic()
        self._last[hole] = event
        if isinstance(event, Progressed):
            self._counts[hole] = event

    def _table(self) -> Table:
        table = Table(
            "theorem", "line", "status", "expansions", "tactics", "seconds", box=box.SIMPLE_HEAD
        )
        for hole in self._under_way:
            table.add_row(*self._row(hole))
        table.caption = self._counted
        return table

    def _summary(self) -> str:
        places = ", ".join(f"{hole.name} (line {hole.line})" for hole in self._under_way)
        return f"{self._counted}; under way: {places or 'none'}"

    @property
    def _under_way(self) -> list[Hole]:
        return [hole for hole in self._holes if hole in self._began and hole not in self._ended]

    @property
    def _ended(self) -> list[Hole]:
        return [hole for hole in self._holes if isinstance(self._last.get(hole), Result)]

    @property
    def _counted(self) -> str:
        proved = sum(_is_proof(self._last[hole]) for hole in self._ended)
        waiting = len(self._holes) - len(self._began)
        return f"{proved} proved, {len(self._ended) - proved} not, {waiting} waiting"

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
