"""Shortest live paths from the root: what the search still needs, and how much it wants it.

A path is live when every state before its end is open and no application on it is dead. The
paths form a tree (`Node.anchor`); both functions keep it exact, and touch only what changes.
"""

from __future__ import annotations

import heapq
import math
from collections.abc import Iterable

from prover.search.structure import Application, Node, Standing, Structure


def spread(structure: Structure, applications: Iterable[Application]) -> None:
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


def _shortens(structure: Structure, application: Application, node: Node) -> bool:
    if node.standing is not Standing.OPEN:
        return False
    parent = structure.nodes[application.parent]
    length = parent.length + application.step
    if not structure.rescore and node.length < math.inf:
        return False
    # A shorter path can round to the same length further down; its depth must still follow.
    follows = node.anchor == application.number and node.depth != parent.depth + 1
    return length < node.length or (follows and length == node.length)


def detach(structure: Structure, dead: Iterable[Application]) -> None:
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
    spread(structure, (entry for key in adrift for entry in structure.leading_to(key)))
