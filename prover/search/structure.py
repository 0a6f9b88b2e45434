"""The AND/OR structure: states, the tactics applied to them, and what each left.

States are nodes named by their key, applications are nodes named by their number. Edges lead from a
state to its applications and from an application to the states it left; they are kept as numbers in
lists, as a search has millions of what a general graph library would keep for each of them.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from prover.lean.interface import State
from prover.policy.base import Candidate
from prover.search.score import Score


class Standing(StrEnum):
    """What is known about a state."""

    OPEN = "open"
    PROVED = "proved"
    """One of its applications left only proved states."""
    FAILED = "failed"
    """It could not be proved even if every state that is still to be expanded were."""


@dataclass(slots=True)
class Node:
    """A state in the graph (an OR node)."""

    state: State
    """As the session made it first; its handle is the one to run tactics on."""
    number: int
    """Order of discovery; breaks ties."""
    standing: Standing = Standing.OPEN
    expanded: bool = False
    """Whether all its candidates were run."""
    length: float = math.inf
    """Of the shortest live path from the root; infinite when no proof of the root needs it."""
    depth: int = 0
    """How many tactics that path has."""
    anchor: int | None = None
    """The last application on that path."""
    support: int | None = None
    """For an expanded open state: an application through which it may still be proved."""
    delay: float = 0.0
    """What its next candidate adds to the length; 0 until the first ones have run."""
    value: float = 0.0
    """What the critic adds to its cost."""
    rank: float = -math.inf
    """Greater than the ranks of the states that the support left, so supports never run round."""


@dataclass(slots=True)
class Application:
    """A tactic applied to a state (an AND node)."""

    number: int
    parent: str
    candidate: Candidate
    children: tuple[str, ...]
    """Keys of the states it left, in Lean's order; a key can occur twice."""
    step: float
    """What it adds to the length of a path."""
    unproved: int
    """How many of the states it left are not proved."""
    failed: bool = False
    """Whether a state that it left has failed."""
    refused: bool = False
    """Whether the gate refused a proof for it."""

    @property
    def proved(self) -> bool:
        """Whether it proves its state."""
        return self.unproved == 0 and not self.refused


class Structure:
    """Nodes and edges with their records; knows nothing of how they are judged."""

    def __init__(self, root: State, score: Score, *, rescore: bool = True) -> None:
        self.nodes: dict[str, Node] = {}
        self.applications: list[Application] = []
        self._applied: dict[str, list[int]] = {}
        self._leading: dict[str, list[int]] = {}
        self.frontier: set[str] = set()
        """States to expand: open, not expanded, on a live path, not busy."""
        self.busy: set[str] = set()
        """States that tactics are being run on."""
        self.changed: dict[str, None] = {}
        """States of the frontier that are new to it or whose cost changed, oldest first."""
        self.score = score
        self.rescore = rescore
        """Whether a shorter path to a known state counts. If not, the first one found does."""
        self.root = root.key
        self.add_state(root).length = 0.0
        self.refresh(root.key)

    def add_state(self, state: State) -> Node:
        """The state's node, made if the key is new."""
        if state.key not in self.nodes:
            self._applied[state.key], self._leading[state.key] = [], []
            value = self.score.critic(state) if self.score.critic else 0.0
            self.nodes[state.key] = Node(state, number=len(self.nodes), value=value)
        return self.nodes[state.key]

    def add_application(
        self, key: str, candidate: Candidate, children: tuple[str, ...]
    ) -> Application:
        """A new application of the candidate to the state; all children must be there."""
        different = dict.fromkeys(children)
        nodes = [self.nodes[child] for child in different]
        application = Application(
            number=len(self.applications),
            parent=key,
            candidate=candidate,
            children=children,
            step=self.score.step(candidate),
            unproved=sum(node.standing is not Standing.PROVED for node in nodes),
            failed=any(node.standing is Standing.FAILED for node in nodes),
        )
        self.applications.append(application)
        self._applied[key].append(application.number)
        for child in different:
            self._leading[child].append(application.number)
        return application

    def applied_to(self, key: str) -> Iterator[Application]:
        """The applications of tactics to this state, oldest first."""
        return (self.applications[number] for number in self._applied[key])

    def leading_to(self, key: str) -> Iterator[Application]:
        """The applications that left this state, oldest first, each once."""
        return (self.applications[number] for number in self._leading[key])

    def let_go(self) -> Iterator[None]:
        """Forgets a state or an application at each step; then nothing is left of the graph."""
        for records in (self.nodes, self._applied, self._leading):
            while records:
                records.popitem()
                yield
        while self.applications:
            self.applications.pop()
            yield

    def is_live(self, application: Application) -> bool:
        """Whether a proof of the root may still use it and doesn't have its parent yet."""
        parent = self.nodes[application.parent]
        return (
            parent.standing is Standing.OPEN
            and parent.length < math.inf
            and not (application.failed or application.refused)
        )

    def cost(self, key: str) -> float:
        """The state's priority, lower is sooner."""
        node = self.nodes[key]
        return self.score.cost(node.length + node.delay, node.depth) + node.value

    def refresh(self, key: str) -> None:
        """Put the state into the frontier or take it out, as its record now says."""
        node = self.nodes[key]
        waits = node.standing is Standing.OPEN and not node.expanded and key not in self.busy
        if waits and node.length < math.inf:
            self.frontier.add(key)
            self.changed[key] = None
        else:
            self.frontier.discard(key)
            self.changed.pop(key, None)
