"""The shortest proof in a graph, and its text as a Lean tactic script."""

from __future__ import annotations

import heapq
from collections.abc import Mapping
from dataclasses import dataclass

from prover.errors import ProverError
from prover.search.fold import fold
from prover.search.graph import ProofGraph
from prover.search.structure import Application

LONGEST_SCRIPT = 1_000_000
"""Characters. A proof that shares states can be exponentially longer as text than as a graph."""


class ScriptTooLong(ProverError):
    """The proof is too long to be written down."""


@dataclass(frozen=True)
class Step:
    """The tactic that proves a state."""

    tactic: str
    children: tuple[str, ...]
    """Keys of the states it leaves, in Lean's order."""
    goals: int
    """How many goals the proved state has."""
    application: int
    """Which application in the graph it is; later ones have greater numbers."""


@dataclass(frozen=True)
class Proof:
    """A step for the root and for every state that a step leaves, without cycles."""

    root: str
    steps: Mapping[str, Step]
    """By the key of the state that the step proves; root first."""
    length: int
    """How many tactics its script has; a shared state counts each time."""

    @property
    def latest(self) -> int:
        """The application that was found last: the one to blame when the gate refuses."""
        return max(step.application for step in self.steps.values())


def shortest_proof(graph: ProofGraph, key: str | None = None) -> Proof:
    """The proof of a proved state, by default the root, that has the fewest tactics; the oldest
    steps among equals.

    Knuth's generalisation of Dijkstra's algorithm (1977): states are settled by the length of
    their shortest proof, so a step only ever uses states settled before it.
    """
    root = graph.root if key is None else key
    sizes: dict[str, int] = {}
    chosen: dict[str, Application] = {}
    missing = {a.number: len(set(a.children)) for a in graph.applications if a.proved}
    queue = [(1, number) for number, count in missing.items() if count == 0]
    heapq.heapify(queue)
    while root not in sizes:
        size, number = heapq.heappop(queue)
        key = graph.applications[number].parent
        if key in sizes:
            continue
        sizes[key], chosen[key] = size, graph.applications[number]
        for application in graph.leading_to(key):
            if application.number in missing:
                missing[application.number] -= 1
                if missing[application.number] == 0:
                    size = 1 + sum(sizes[child] for child in application.children)
                    heapq.heappush(queue, (size, application.number))
    return Proof(root, _steps(graph, root, chosen), sizes[root])


def _steps(graph: ProofGraph, root: str, chosen: Mapping[str, Application]) -> dict[str, Step]:
    steps: dict[str, Step] = {}
    stack = [root]
    while stack:
        key = stack.pop()
        if key in steps:
            continue
        application, goals = chosen[key], len(graph.nodes[key].state.goals)
        tactic, children = application.candidate.tactic, application.children
        steps[key] = Step(tactic, children, goals, application.number)
        stack.extend(reversed(children))
    return steps


def format_script(proof: Proof, *, folded: bool = True) -> str:
    """The proof as Lean tactic text, ready for the theorem's hole.

    When a tactic leaves several states, each with a single goal gets a `·` block; one whose goals
    share metavariables can't be focused and is written flat, in its place. Long lines are folded.

    Raises `ScriptTooLong` beyond `LONGEST_SCRIPT`.
    """
    lines: list[str] = []
    characters = 0
    stack = [(proof.root, "", "")]
    while stack:
        key, first, indent = stack.pop()
        step = proof.steps[key]
        head, *rest = step.tactic.splitlines()
        text = [first + head, *(indent + line if line else "" for line in rest)]
        lines += [part for line in text for part in fold(line)] if folded else text
        characters += sum(map(len, text))
        if characters > LONGEST_SCRIPT:
            raise ScriptTooLong(
                f"the proof's script would be over {LONGEST_SCRIPT} characters",
                "Prove a part of it as a lemma of its own.",
            )
        for child in reversed(step.children):
            focused = len(step.children) > 1 and proof.steps[child].goals == 1
            bullet, inner = ("· ", "  ") if focused else ("", "")
            stack.append((child, indent + bullet, indent + inner))
    return "\n".join(lines)
