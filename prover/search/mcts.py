"""Monte-Carlo tree search: from the root along the most promising tactics to a state.

The selection is PUCT as in HyperTree Proof Search (Lample et al. 2022, arXiv 2205.11491), over the
AND/OR graph: a tactic is worth the product of what the states are worth that it leaves. States that
are shared belong to their shortest path, so that the search is over a tree. Differences from the
paper: one state is chosen at a time, not all leaves of a hypertree; there is no trained critic, so
a new state is worth `NEW`.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from prover.search.and_or_graph import Application, NodeStatus
from prover.search.graph import ProofGraph

NEW = 0.5
"""What a state is worth of which nothing is known."""
STEP = 0.99
"""What a tactic costs: the value of its states counts so many times (the paper's depth penalty)."""
SETTLED = {NodeStatus.PROVED: 1.0, NodeStatus.FAILED: 0.0}


@dataclass
class Visits:
    """How often a state was chosen or passed, and what came of it in all."""

    count: int = 0
    worth: float = 0.0

    @property
    def mean(self) -> float:
        """What came of it on average. A visit that is still out counts as a loss: virtual loss."""
        return self.worth / self.count if self.count else NEW


@dataclass(frozen=True)
class Arm:
    """A way on from a state: a tactic that was run, or, without one, its next candidates."""

    step: float
    application: Application | None = None


class MonteCarlo:
    """PUCT with virtual loss. `exploration` is the weight of the priors."""

    name = "mcts"

    def __init__(self, exploration: float) -> None:
        self._exploration = exploration
        self._visits: dict[str, Visits] = {}
        self._out: dict[str, list[str]] = {}
        """The paths of the visits that are still out, by the state at their end."""

    def changed(self, graph: ProofGraph, keys: Sequence[str]) -> None:
        """Nothing to note: every choice goes down from the root."""

    def choose(self, graph: ProofGraph) -> str | None:
        """The state at the end of the most promising path."""
        path = self._descend(graph)
        if path is None:
            return None
        for key in path:
            self._at(key).count += 1
        self._out[path[-1]] = path
        return path[-1]

    def ran(self, graph: ProofGraph, key: str) -> None:
        """Carry what came of the visit up its path."""
        path = self._out.pop(key, [])
        value = SETTLED.get(graph.nodes[key].standing, NEW)
        for child, parent in zip(path[::-1], [*path[-2::-1], None], strict=True):
            self._at(child).worth += value
            anchor = graph.nodes[child].anchor
            if parent is None or anchor is None:
                continue
            others = {*graph.applications[anchor].children} - {child}
            value *= STEP * math.prod(self._value(graph, other) for other in others)

    def _descend(self, graph: ProofGraph) -> list[str] | None:
        """Depth first, the most promising arm first: the first path that ends in the frontier."""
        path = [graph.root]
        ways = [self._ways(graph, graph.root)]
        while path:
            key = next(ways[-1], None)
            if key is None:
                path.pop()
                ways.pop()
            elif key == path[-1]:
                return path
            else:
                path.append(key)
                ways.append(self._ways(graph, key))
        return None

    def _ways(self, graph: ProofGraph, key: str) -> Iterator[str]:
        """Where to go on from a state, most promising first; itself for its next candidates."""
        for arm in self._arms(graph, key):
            if arm.application is None:
                yield key
            else:
                # The least promising first, as it decides.
                below = self._below(graph, arm.application)
                yield from sorted(below, key=lambda child: self._value(graph, child))

    def _arms(self, graph: ProofGraph, key: str) -> list[Arm]:
        """The tactics to go on with, most promising first."""
        arms = [
            Arm(application.step, application)
            for application in graph.applied_to(key)
            if graph.is_live(application) and self._below(graph, application)
        ]
        if key in graph.frontier:
            arms.append(Arm(graph.nodes[key].delay))
        least = min((arm.step for arm in arms), default=0.0)
        total = sum(math.exp(least - arm.step) for arm in arms)
        visits = math.sqrt(self._at(key).count + 1)

        def promise(arm: Arm) -> float:
            prior = math.exp(least - arm.step) / total
            count, value = self._record(graph, key, arm)
            return value + self._exploration * prior * visits / (1 + count)

        return sorted(arms, key=promise, reverse=True)

    def _record(self, graph: ProofGraph, key: str, arm: Arm) -> tuple[int, float]:
        """How often an arm was chosen, and what it is worth."""
        if arm.application is None:
            passed = sum(
                self._at(child).count
                for application in graph.applied_to(key)
                for child in self._below(graph, application)
            )
            return max(0, self._at(key).count - passed), NEW
        below = self._below(graph, arm.application)
        values = [self._value(graph, child) for child in {*arm.application.children}]
        return sum(self._at(child).count for child in below), STEP * math.prod(values)

    def _below(self, graph: ProofGraph, application: Application) -> list[str]:
        """The states that it left, still to be proved, whose shortest path runs through it."""
        children = dict.fromkeys(application.children)
        return [key for key in children if graph.nodes[key].anchor == application.number]

    def _value(self, graph: ProofGraph, key: str) -> float:
        standing = graph.nodes[key].standing
        return SETTLED[standing] if standing in SETTLED else self._at(key).mean

    def _at(self, key: str) -> Visits:
        return self._visits.setdefault(key, Visits())
