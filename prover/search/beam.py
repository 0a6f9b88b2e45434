"""Beam search: of all that one level leads to, only the best are followed."""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Sequence

from prover.search.graph import ProofGraph


class Beam:
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
