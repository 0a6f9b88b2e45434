"""Which open states can still be proved, judged as if every unexpanded state could be.

Each expanded open state keeps a support: an application whose states are each proved, unexpanded
or supported in turn. Ranks fall along supports, so no state supports itself round a cycle; a cycle
with no way out therefore fails, which counting failed applications alone would never notice.
"""

from __future__ import annotations

import math
from collections.abc import Container, Iterable

from prover.search.structure import Application, Node, Standing, Structure


def hopeless(structure: Structure, seeds: Iterable[str]) -> list[str]:
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


def _restore(structure: Structure, doubtful: dict[str, None]) -> None:
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


def judge_all(structure: Structure) -> list[str]:
    """The open states that are unprovable, found anew for the whole graph."""
    doubtful = {key: None for key, node in structure.nodes.items() if _needs_support(node)}
    _restore(structure, doubtful)
    return list(doubtful)


def _step_down(structure: Structure, key: str, doubtful: Container[str]) -> bool:
    """Support the state by lower ranks than its own: nothing below can depend on it."""
    node = structure.nodes[key]
    for application in structure.applied_to(key):
        if _rank(structure, application, doubtful) < node.rank:
            node.support = application.number
            return True
    return False


def _lift(structure: Structure, key: str, doubtful: Container[str]) -> bool:
    """Support the state by any ranks, and put its own above them."""
    node = structure.nodes[key]
    for application in structure.applied_to(key):
        rank = _rank(structure, application, doubtful)
        if rank < math.inf:
            node.support = application.number
            node.rank = max(rank + 1, node.rank)
            return True
    return False


def _rank(structure: Structure, application: Application, doubtful: Container[str]) -> float:
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
    return node.expanded and node.standing is Standing.OPEN
