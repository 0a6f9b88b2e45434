"""Proofs that may serve again: of states with the same target and fewer hypotheses.

Whether they do is for Lean to say; states are compared as printed only to find what to try.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from prover.lean.interface import Goal, State
from prover.policy.base import Candidate
from prover.search.graph import ProofGraph
from prover.search.script import format_script, shortest_proof
from prover.search.structure import Standing

LOGPROB = -0.1
"""Of a proof that is tried again."""


class Proofs:
    """The states of one goal in a graph, by their targets."""

    def __init__(self, graph: ProofGraph) -> None:
        self._graph = graph
        self._keys: defaultdict[str, dict[str, None]] = defaultdict(dict)

    def note(self, states: Sequence[State]) -> None:
        """Take note of states that are in the graph."""
        for state in states:
            if len(state.goals) == 1:
                self._keys[state.goals[0].target].setdefault(state.key)

    def alike(self, state: State) -> list[Candidate]:
        """The proofs of states that the state follows from."""
        if len(state.goals) != 1:
            return []
        [goal] = state.goals
        return [
            Candidate(format_script(shortest_proof(self._graph, key)), LOGPROB, policy="reuse")
            for key in self._keys.get(goal.target, ())
            if key in self._graph.nodes and key != state.key
            if self._graph.nodes[key].standing is Standing.PROVED
            if _hypotheses(self._graph.nodes[key].state.goals[0]) <= _hypotheses(goal)
        ]


def _hypotheses(goal: Goal) -> set[tuple[str, str]]:
    return {(hypothesis.name, hypothesis.type) for hypothesis in goal.hypotheses}
