"""Strategies: which state to expand next."""

from __future__ import annotations

import heapq
from collections.abc import Sequence
from typing import Protocol

from prover.search.graph import ProofGraph


class Strategy(Protocol):
    """Chooses among the frontier of one graph. Holds state: one instance a search."""

    @property
    def name(self) -> str:
        """Short name for results."""

    def changed(self, graph: ProofGraph, keys: Sequence[str]) -> None:
        """Take note of states that are new in the frontier or whose cost changed."""

    def choose(self, graph: ProofGraph) -> str | None:
        """A state of the frontier to expand now; None when the frontier is empty."""


class BestFirst:
    """The state of least cost; among equals the one that was discovered first.

    Costs may change while a state waits: it is queued again with its new cost, and old entries
    are skipped when their turn comes.
    """

    name = "best-first"

    def __init__(self) -> None:
        self._queue: list[tuple[float, int, str]] = []

    def changed(self, graph: ProofGraph, keys: Sequence[str]) -> None:
        """Queue the states with their present costs."""
        for key in keys:
            heapq.heappush(self._queue, (graph.cost(key), graph.nodes[key].number, key))

    def choose(self, graph: ProofGraph) -> str | None:
        """The best state of the frontier, no longer queued."""
        while self._queue:
            cost, _, key = heapq.heappop(self._queue)
            if key in graph.frontier and graph.cost(key) == cost:
                return key
        return None
