"""Strategies: which state to expand next."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Sequence
from typing import Protocol

from prover.search.graph import ProofGraph

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


class Queue:
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


def best_first() -> Queue:
    """The least cost first."""
    return Queue("best-first", lambda graph, key: (graph.cost(key),))


def depth_first() -> Queue:
    """The deepest first, of these the least cost; what is deeper than `DEEPEST` comes last."""

    def urgency(graph: ProofGraph, key: str) -> tuple[float, ...]:
        depth = graph.nodes[key].depth
        return depth > DEEPEST, -depth, graph.cost(key)

    return Queue("depth-first", urgency)


def breadth_first() -> Queue:
    """The shallowest first, each expanded to its end, whatever it costs."""
    return Queue("breadth-first", lambda graph, key: (graph.nodes[key].depth,))
