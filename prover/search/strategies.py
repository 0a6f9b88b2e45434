"""Which state to expand next: best-first, depth-first, breadth-first, a beam; all by name."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterable, Sequence
from typing import Protocol

from prover.search.graph import ProofGraph
from prover.search.mcts import MonteCarlo

Urgency = Callable[[ProofGraph, str], tuple[float, ...]]
"""Of a state; lower is sooner."""
DEEPEST = 30
"""Deeper states come last in a depth-first search, which would never come back otherwise; Aesop's
limit."""


class Strategy(Protocol):
    """Chooses among the frontier of one graph. Holds state: one instance a search."""

    @property
    def name(self) -> str:
        """Short name for results."""

    def changed(self, graph: ProofGraph, keys: Sequence[str]) -> None:
        """Take note of states that are new in the frontier or whose cost changed."""

    def choose(self, graph: ProofGraph) -> str | None:
        """A state of the frontier to run tactics on now; None when there is none at present.

        States that tactics run on are not in the frontier, but among `graph.busy`.
        """

    def ran(self, graph: ProofGraph, key: str) -> None:
        """Take note that what came of a chosen state is in the graph."""


class PriorityStrategy:
    """The most urgent state first; among equals the one that was discovered first.

    Urgency may change while a state waits: it is queued again, and old entries are skipped when
    their turn comes.
    """

    def __init__(self, name: str, urgency: Urgency) -> None:
        self._name = name
        self._urgency = urgency
        self._queue: list[tuple[tuple[float, ...], int, str]] = []

    @property
    def name(self) -> str:
        """Short name for results."""
        return self._name

    def changed(self, graph: ProofGraph, keys: Sequence[str]) -> None:
        """Queue the states with their present urgency."""
        for key in keys:
            entry = (self._urgency(graph, key), graph.nodes[key].number, key)
            heapq.heappush(self._queue, entry)

    def choose(self, graph: ProofGraph) -> str | None:
        """The most urgent state of the frontier, no longer queued."""
        while self._queue:
            urgency, _, key = heapq.heappop(self._queue)
            if key in graph.frontier and self._urgency(graph, key) == urgency:
                return key
        return None

    def ran(self, graph: ProofGraph, key: str) -> None:
        """Nothing to note: all that counts is what changed."""


def best_first() -> PriorityStrategy:
    """The least cost first."""
    return PriorityStrategy("best-first", lambda graph, key: (graph.cost(key),))


def depth_first() -> PriorityStrategy:
    """The deepest first, of these the least cost; what is deeper than `DEEPEST` comes last."""

    def urgency(graph: ProofGraph, key: str) -> tuple[float, ...]:
        depth = graph.nodes[key].depth
        return depth > DEEPEST, -depth, graph.cost(key)

    return PriorityStrategy("depth-first", urgency)


def breadth_first() -> PriorityStrategy:
    """The shallowest first, each expanded to its end, whatever it costs."""
    return PriorityStrategy("breadth-first", lambda graph, key: (graph.nodes[key].depth,))


class BeamSearch:
    """A level of at most `width` states is expanded to its end; the next level is the best of what
    was found meanwhile.

    When a level leads to nothing, the best of all that were left behind are the next one: what a
    beam gives up is put off here, not lost.
    """

    name = "beam"

    def __init__(self, width: int) -> None:
        self._width = width
        self._level: list[str] = []
        self._found: dict[str, None] = {}

    def changed(self, _: ProofGraph, keys: Sequence[str]) -> None:
        """States that are not of this level may be of the next."""
        self._found.update(dict.fromkeys(key for key in keys if key not in self._level))

    def choose(self, graph: ProofGraph) -> str | None:
        """The best of the level."""
        if not self._level_lasts(graph):
            found = (key for key in self._found if key in graph.frontier)
            self._level = self._best(graph, found) or self._best(graph, graph.frontier)
            self._found.clear()
        waiting = [key for key in self._level if key in graph.frontier]
        return min(waiting, key=lambda key: _rank(graph, key), default=None)

    def ran(self, graph: ProofGraph, key: str) -> None:
        """Nothing to note."""

    def _level_lasts(self, graph: ProofGraph) -> bool:
        return any(key in graph.frontier or key in graph.busy for key in self._level)

    def _best(self, graph: ProofGraph, keys: Iterable[str]) -> list[str]:
        return heapq.nsmallest(self._width, keys, key=lambda key: _rank(graph, key))


def _rank(graph: ProofGraph, key: str) -> tuple[float, int]:
    return graph.cost(key), graph.nodes[key].number


STRATEGIES: dict[str, Callable[[int, float], Strategy]] = {
    "best-first": lambda _width, _exploration: best_first(),
    "depth-first": lambda _width, _exploration: depth_first(),
    "breadth-first": lambda _width, _exploration: breadth_first(),
    "beam": lambda width, _: BeamSearch(width),
    "mcts": lambda _, exploration: MonteCarlo(exploration),
}
