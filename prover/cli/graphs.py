"""The graphs of the searches, written to files."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from pathlib import Path

from prover.errors import InputProblem
from prover.file import Hole
from prover.lean.base import Closed, Progress
from prover.search import draw, export
from prover.search.events import Event, Expanded
from prover.search.replay import replay


def check_suffix(path: Path) -> None:
    """Raises `InputProblem` for a path whose suffix says nothing of a graph's format."""
    known = (*draw.SUFFIXES, *export.WRITERS)
    if path.suffix not in known:
        hint = f"Let the name end in {', '.join(known)}."
        raise InputProblem(f"a graph can't be written to `{path.name}`", hint)


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
            graph, path = replay(events), self._path
            if len(self._events) > 1:
                path = path.with_stem(f"{path.stem}-{hole.name}-{hole.line}")
            if graph is None:
                continue
            if path.suffix in draw.SUFFIXES:
                draw.draw(graph, path, title=hole.name, failures=failures(events))
            else:
                export.export(graph, path)
            written.append(path)
        return written
