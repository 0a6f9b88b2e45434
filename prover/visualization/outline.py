"""What a picture of a search shows: its states and tactics as one tree, so that no lines cross.

A state that several tactics leave stands after one of them, the proof's if it is in the proof; the
others have a reference to its number. Tactics that leave the same states of a state share a place.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from prover.search.and_or_graph import Application, NodeStatus
from prover.search.graph import ProofGraph
from prover.search.proof import Step, shortest_proof


class Kind(StrEnum):
    """What an entry of the outline is."""

    STATE = "state"
    TACTIC = "tactic"
    REFERENCE = "reference"
    """To a state that stands elsewhere."""
    CLOSED = "closed"
    """Nothing is left to prove, though the verifier may have refused the step."""
    MORE = "more"
    """Tactics that are left out."""


@dataclass(slots=True)
class Entry:
    """One thing in the picture, and what comes after it."""

    kind: Kind
    text: str
    """A state's targets, a tactic's text, or what else there is to say."""
    standing: NodeStatus
    in_proof: bool = False
    number: int = 0
    """Of a state: its order of discovery."""
    failures: int = 0
    """Of a state: how many tactics Lean refused on it."""
    after: list[Entry] = field(default_factory=list)


@dataclass(frozen=True)
class Outline:
    """The tree, and how much of the graph is missing in it."""

    root: Entry
    left_out: int
    """How many states."""
    proof_length: int | None
    """How many tactics the found proof has; None when there is none."""


def outline(graph: ProofGraph, most: int, failures: Mapping[str, int]) -> Outline:
    """The proof's states, then the nearest others while there are at most so many in all.

    Failures are numbers of failed tactics by the key of their state.
    """
    proof = shortest_proof(graph) if graph.proved else None
    steps = proof.steps if proof else {}
    chosen = _Choice(graph, steps, most)
    root = _tree(graph, steps, chosen.groups, failures)
    left_out = len(graph.nodes) - len(chosen.states)
    return Outline(root, left_out, proof.length if proof else None)


@dataclass(frozen=True)
class _Group:
    """Applications to one state that leave the same states."""

    applications: list[Application]
    first: Application
    """The one that is shown: the proof's, or else the oldest."""

    @property
    def children(self) -> tuple[str, ...]:
        return self.first.children


def _groups(graph: ProofGraph, steps: Mapping[str, Step], key: str) -> list[_Group]:
    """The proof's step first, then as they were found."""
    by_children: dict[frozenset[str], list[Application]] = {}
    for application in graph.applied_to(key):
        by_children.setdefault(frozenset(application.children), []).append(application)
    used = steps[key].application if key in steps else None
    groups = [
        _Group(some, next((a for a in some if a.number == used), some[0]))
        for some in by_children.values()
    ]
    return sorted(groups, key=lambda group: group.first.number != used)


class _Choice:
    """Which states and groups are shown."""

    def __init__(self, graph: ProofGraph, steps: Mapping[str, Step], most: int) -> None:
        self._graph, self._steps, self._most = graph, steps, most
        self.states = dict.fromkeys([graph.root, *steps])
        self.groups: dict[str, list[_Group]] = {}
        all_groups = {key: _groups(graph, steps, key) for key in graph.nodes}
        self._add_states({key: iter(groups) for key, groups in all_groups.items()})
        self._add_groups(all_groups)

    def _add_states(self, groups: Mapping[str, Iterator[_Group]]) -> None:
        """Each state in turn brings in what one of its tactics leaves, so that none crowds out."""
        queue = deque(self.states)
        while queue:
            key = queue.popleft()
            if (group := next(groups[key], None)) is None:
                continue
            queue.append(key)
            new = [child for child in dict.fromkeys(group.children) if child not in self.states]
            if len(self.states) + len(new) <= self._most:
                self.states.update(dict.fromkeys(new))
                queue.extend(new)

    def _add_groups(self, groups: Mapping[str, list[_Group]]) -> None:
        """The groups that hold a place for a state, then as many others as there is room for."""
        room, placed = self._most, {self._graph.root}
        for key in self.states:
            self.groups[key] = []
            for group in groups[key]:
                if not self.states.keys() >= {*group.children}:
                    continue
                used = _is_used(self._steps, key, group)
                if not used and placed.issuperset(group.children):
                    if room == 0:
                        continue
                    room -= 1
                placed.update(group.children)
                self.groups[key].append(group)


def _tree(
    graph: ProofGraph,
    steps: Mapping[str, Step],
    groups: Mapping[str, list[_Group]],
    failures: Mapping[str, int],
) -> Entry:
    root = _state(graph, graph.root, graph.root in steps, failures)
    placed, queue = {graph.root}, deque([(graph.root, root)])
    while queue:
        key, entry = queue.popleft()
        for group in groups[key]:
            in_proof = _is_used(steps, key, group)
            tactic = _tactic(group, in_proof)
            entry.after.append(tactic)
            for child in group.children:
                if child in placed or (child in steps and not in_proof):
                    tactic.after.append(_reference(graph, child, in_proof))
                    continue
                placed.add(child)
                tactic.after.append(_state(graph, child, child in steps, failures))
                queue.append((child, tactic.after[-1]))
        hidden = len(list(graph.applied_to(key))) - sum(len(g.applications) for g in groups[key])
        if hidden:
            entry.after.append(Entry(Kind.MORE, f"{hidden} more", NodeStatus.OPEN))
    return root


def _is_used(steps: Mapping[str, Step], key: str, group: _Group) -> bool:
    """Whether the group holds the proof's step for the state."""
    return key in steps and steps[key].application == group.first.number


def _state(graph: ProofGraph, key: str, in_proof: bool, failures: Mapping[str, int]) -> Entry:
    node = graph.nodes[key]
    text = " ; ".join(" ".join(goal.target.split()) for goal in node.state.goals)
    failed = failures.get(key, 0)
    return Entry(Kind.STATE, text, node.standing, in_proof, node.number, failed)


def _reference(graph: ProofGraph, key: str, in_proof: bool) -> Entry:
    node = graph.nodes[key]
    return Entry(Kind.REFERENCE, str(node.number), node.standing, in_proof, node.number)


def _tactic(group: _Group, in_proof: bool) -> Entry:
    """Stands as the best of the group does."""
    if any(application.proved for application in group.applications):
        standing = NodeStatus.PROVED
    elif all(a.failed or a.refused for a in group.applications):
        standing = NodeStatus.FAILED
    else:
        standing = NodeStatus.OPEN
    text = " ".join(group.first.candidate.tactic.split())
    others = len(group.applications) - 1
    entry = Entry(Kind.TACTIC, f"{text} (+{others})" if others else text, standing, in_proof)
    if not group.children:
        mark = "✓" if standing is NodeStatus.PROVED else "✗"
        entry.after.append(Entry(Kind.CLOSED, mark, standing, in_proof))
    return entry
