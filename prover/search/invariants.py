"""Checks every record of the graph against its definition, each computed from scratch."""

from __future__ import annotations

import heapq
import math

from prover.search.and_or_graph import AndOrGraph, Application, NodeStatus


def check(structure: AndOrGraph) -> None:
    """Raise `AssertionError`, naming the record, unless the whole graph is right.

    Paths are checked against the shortest ones, so the graph must re-score and be exact about what
    is irrelevant.
    """
    _check_edges(structure)
    _check_standings(structure)
    _check_supports(structure)
    _check_paths(structure)


def _require(condition: bool, what: object) -> None:
    if not condition:
        raise AssertionError(f"wrong in the graph: {what}")


def _check_edges(structure: AndOrGraph) -> None:
    applied: dict[str, list[Application]] = {key: [] for key in structure.nodes}
    leading: dict[str, list[Application]] = {key: [] for key in structure.nodes}
    for number, application in enumerate(structure.applications):
        _require(application.number == number, application)
        _require(application.parent not in application.children, f"a step to itself, {application}")
        applied[application.parent].append(application)
        for child in set(application.children):
            leading[child].append(application)
    for key in structure.nodes:
        _require(list(structure.applied_to(key)) == applied[key], f"what was applied to {key}")
        _require(list(structure.leading_to(key)) == leading[key], f"what leads to {key}")


def _derivable(structure: AndOrGraph, *, assume_unexpanded: bool) -> set[str]:
    """The states that follow from closed ones, and from unexpanded ones if these are assumed."""
    missing = {a.number: len(set(a.children)) for a in structure.applications if not a.refused}
    stack = [structure.applications[n].parent for n, count in missing.items() if count == 0]
    if assume_unexpanded:
        stack += [key for key, node in structure.nodes.items() if not node.expanded]
    derived: set[str] = set()
    while stack:
        key = stack.pop()
        if key in derived:
            continue
        derived.add(key)
        for application in structure.leading_to(key):
            if application.number in missing:
                missing[application.number] -= 1
                if missing[application.number] == 0:
                    stack.append(application.parent)
    return derived


def _check_standings(structure: AndOrGraph) -> None:
    proved = _derivable(structure, assume_unexpanded=False)
    hopeful = _derivable(structure, assume_unexpanded=True)
    for key, node in structure.nodes.items():
        _require((node.standing is NodeStatus.PROVED) == (key in proved), node)
        _require((node.standing is NodeStatus.FAILED) == (key not in hopeful), node)
    for application in structure.applications:
        children = set(application.children)
        standings = [structure.nodes[child].standing for child in children]
        _require(application.unproved == len(children - proved), application)
        _require(application.failed == (NodeStatus.FAILED in standings), application)


def _check_supports(structure: AndOrGraph) -> None:
    for key, node in structure.nodes.items():
        if not (node.expanded and node.standing is NodeStatus.OPEN):
            _require(node.support is None, node)
            continue
        _require(node.support is not None, node)
        application = structure.applications[node.support or 0]
        _require(application.parent == key, node)
        _require(not (application.failed or application.refused), node)
        for child in application.children:
            below = structure.nodes[child]
            if below.expanded and below.standing is NodeStatus.OPEN:
                _require(below.rank < node.rank, f"{key} is supported round a cycle")


def _shortest(structure: AndOrGraph) -> dict[str, float]:
    """Dijkstra's algorithm over the live part of the graph."""
    lengths: dict[str, float] = {}
    queue = [(0.0, structure.root)]
    while queue:
        length, key = heapq.heappop(queue)
        if key in lengths or structure.nodes[key].standing is not NodeStatus.OPEN:
            continue
        lengths[key] = length
        for application in structure.applied_to(key):
            if not (application.failed or application.refused):
                for child in application.children:
                    heapq.heappush(queue, (length + application.step, child))
    return lengths


def _check_paths(structure: AndOrGraph) -> None:
    lengths = _shortest(structure)
    for key, node in structure.nodes.items():
        _require(node.length == lengths.get(key, math.inf), node)
        if node.anchor is not None:
            _check_anchor(structure, key, structure.applications[node.anchor])
        else:
            _require(key not in lengths or key == structure.root, node)
    wanted = {key for key in lengths if not structure.nodes[key].expanded} - structure.busy
    _require(structure.frontier == wanted, "frontier")
    _require(wanted.issuperset(structure.changed), "changed states")


def _check_anchor(structure: AndOrGraph, key: str, anchor: Application) -> None:
    node, parent = structure.nodes[key], structure.nodes[anchor.parent]
    _require(structure.is_live(anchor) and key in anchor.children, node)
    _require(node.length == parent.length + anchor.step, node)
    # Depth grows by one along every anchor, so anchors can't form a cycle.
    _require(node.depth == parent.depth + 1, node)
