"""The graphs of the searches, written to files."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from pathlib import Path

from prover.lean.interface import Closed, Progress
from prover.lean_file import Hole
from prover.search.events import Event, Expanded
from prover.search.trace import build_graph
from prover.visualization.export import export


def failures(events: Iterable[Event]) -> Counter[str]:
    """How many tactics came to nothing, by the key of their state."""
    return Counter(
        event.state.key
        for event in events
        if isinstance(event, Expanded)
        for trial in event.trials
        if not isinstance(trial.outcome, Progress | Closed)
    )


class Graphs:
    """Keeps the events of each hole's search, if there is a path to write its graph to."""

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._events: dict[Hole, list[Event]] = defaultdict(list)

    def note(self, hole: Hole, event: Event) -> None:
        """Takes in an event."""
        if self._path is not None:
            self._events[hole].append(event)

    def write(self) -> list[Path]:
        """Writes a file for each search that has a graph; where they are.

        The only search has the path itself, several have the theorem and the line in their names.
        Raises `ProverError` when one can't be written.
        """
        written: list[Path] = []
        for hole, events in self._events.items():
            assert self._path is not None
            graph, path = build_graph(events), self._path
            if len(self._events) > 1:
                path = path.with_stem(f"{path.stem}-{hole.name}-{hole.line}")
            if graph is not None:
                export(graph, path, title=hole.name, failures=failures(events))
                written.append(path)
        return written
