"""The AND/OR graph: states, the tactics applied to them, what each left; its two propagations.

Failure: which open states can still be proved, judged as if every unexpanded state could be. Each
expanded open state keeps a support: an application whose states are each proved, unexpanded or
supported in turn. Ranks fall along supports, so no state supports itself round a cycle; a cycle
with no way out therefore fails, which counting failed applications alone would never notice.

Paths: the shortest live ones from the root, by which the search knows what it still needs, and how
much. A path is live when every state before its end is open and no application on it is dead. The
paths form a tree (`Node.anchor`), which is kept exact by touching only what changes.
"""

from __future__ import annotations

import heapq
import math
from collections.abc import Container, Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from prover.lean.interface import State
from prover.policy.policy import Candidate
from prover.search.score import Score


class NodeStatus(StrEnum):
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
    standing: NodeStatus = NodeStatus.OPEN
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
    """Whether the verifier refused a proof for it."""

    @property
    def proved(self) -> bool:
        """Whether it proves its state."""
        return self.unproved == 0 and not self.refused


class AndOrGraph:
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
            unproved=sum(node.standing is not NodeStatus.PROVED for node in nodes),
            failed=any(node.standing is NodeStatus.FAILED for node in nodes),
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
            parent.standing is NodeStatus.OPEN
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
        waits = node.standing is NodeStatus.OPEN and not node.expanded and key not in self.busy
        if waits and node.length < math.inf:
            self.frontier.add(key)
            self.changed[key] = None
        else:
            self.frontier.discard(key)
            self.changed.pop(key, None)


def relax_paths(structure: AndOrGraph, applications: Iterable[Application]) -> None:
    """Shorten paths through these applications, then through all that follow from them."""
    queue: list[tuple[float, int, str]] = []

    def offer(application: Application) -> None:
        if structure.is_live(application):
            length = structure.nodes[application.parent].length + application.step
            for child in application.children:
                if _shortens(structure, application, structure.nodes[child]):
                    heapq.heappush(queue, (length, application.number, child))

    for application in applications:
        offer(application)
    while queue:
        _, number, key = heapq.heappop(queue)
        application, node = structure.applications[number], structure.nodes[key]
        if not _shortens(structure, application, node):
            continue
        parent = structure.nodes[application.parent]
        node.length = parent.length + application.step
        node.depth = parent.depth + 1
        node.anchor = number
        structure.refresh(key)
        for following in structure.applied_to(key):
            offer(following)


def _shortens(structure: AndOrGraph, application: Application, node: Node) -> bool:
    if node.standing is not NodeStatus.OPEN:
        return False
    parent = structure.nodes[application.parent]
    length = parent.length + application.step
    if not structure.rescore and node.length < math.inf:
        return False
    # A shorter path can round to the same length further down; its depth must still follow.
    follows = node.anchor == application.number and node.depth != parent.depth + 1
    return length < node.length or (follows and length == node.length)


def reroute_paths(structure: AndOrGraph, dead: Iterable[Application]) -> None:
    """Find other paths for all states whose path runs through these applications, now dead."""
    adrift: dict[str, None] = {}
    stack = list(dead)
    while stack:
        application = stack.pop()
        for child in application.children:
            if structure.nodes[child].anchor == application.number and child not in adrift:
                adrift[child] = None
                stack.extend(structure.applied_to(child))
    for key in adrift:
        node = structure.nodes[key]
        node.length, node.anchor = math.inf, None
        structure.refresh(key)
    relax_paths(structure, (entry for key in adrift for entry in structure.leading_to(key)))


def newly_failed(structure: AndOrGraph, seeds: Iterable[str]) -> list[str]:
    """The open states that have become unprovable, when the seeds may have lost their support.

    A seed is an expanded open state.
    """
    doubtful: dict[str, None] = {}
    stack = [key for key in seeds if not _step_down(structure, key, doubtful)]
    while stack:
        key = stack.pop()
        if key in doubtful:
            continue
        doubtful[key] = None
        stack.extend(
            application.parent
            for application in structure.leading_to(key)
            if structure.nodes[application.parent].support == application.number
            and not _step_down(structure, application.parent, doubtful)
        )
    _restore(structure, doubtful)
    return list(doubtful)


def _restore(structure: AndOrGraph, doubtful: dict[str, None]) -> None:
    """Support each doubtful state that has a way out of the doubtful, and remove it from them."""
    for key in doubtful:
        structure.nodes[key].support = None
    stack = list(doubtful)
    while stack:
        key = stack.pop()
        if key not in doubtful or not _lift(structure, key, doubtful):
            continue
        del doubtful[key]
        stack.extend(application.parent for application in structure.leading_to(key))


def all_failed(structure: AndOrGraph) -> list[str]:
    """The open states that are unprovable, found anew for the whole graph."""
    doubtful = {key: None for key, node in structure.nodes.items() if _needs_support(node)}
    _restore(structure, doubtful)
    return list(doubtful)


def _step_down(structure: AndOrGraph, key: str, doubtful: Container[str]) -> bool:
    """Support the state by lower ranks than its own: nothing below can depend on it."""
    node = structure.nodes[key]
    for application in structure.applied_to(key):
        if _rank(structure, application, doubtful) < node.rank:
            node.support = application.number
            return True
    return False


def _lift(structure: AndOrGraph, key: str, doubtful: Container[str]) -> bool:
    """Support the state by any ranks, and put its own above them."""
    node = structure.nodes[key]
    for application in structure.applied_to(key):
        rank = _rank(structure, application, doubtful)
        if rank < math.inf:
            node.support = application.number
            node.rank = max(rank + 1, node.rank)
            return True
    return False


def _rank(structure: AndOrGraph, application: Application, doubtful: Container[str]) -> float:
    """The highest rank among the states it left, infinite if it can't support anything."""
    if application.failed or application.refused:
        return math.inf
    highest = -math.inf
    for child in application.children:
        node = structure.nodes[child]
        if child in doubtful:
            return math.inf
        if _needs_support(node):
            highest = max(highest, node.rank)
    return highest


def _needs_support(node: Node) -> bool:
    return node.expanded and node.standing is NodeStatus.OPEN
