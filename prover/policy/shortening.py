"""A state with hypotheses left out, for a model that can't read all of it.

Whole hypotheses go, those farthest from the target first, and a line says how many. Two things are
neighbours when one mentions the other's name; the distance is the number of such steps to the
target. What the target has nothing to do with is farthest of all.
"""

from __future__ import annotations

import math
import re
from collections.abc import Set

import networkx as nx

from prover.lean.codec import pretty
from prover.lean.interface import Goal, State

NAME = re.compile(r"[^\W\d][\w'✝]*")
TARGET = -1

Place = tuple[int, int]
"""Of a hypothesis: the number of its goal and its number there."""


def expendable(state: State) -> list[Place]:
    """All hypotheses, the first to be left out first.

    Of two that are equally far, that of a later goal goes first, then the one that came earlier.
    """
    places = [
        (-distance, -goal_number, number)
        for goal_number, goal in enumerate(state.goals)
        for number, distance in enumerate(distances(goal))
    ]
    return [(-goal_number, number) for _, goal_number, number in sorted(places)]


def distances(goal: Goal) -> list[float]:
    """How far each hypothesis is from the target; infinite where nothing leads there."""
    numbers = {hypothesis.name: number for number, hypothesis in enumerate(goal.hypotheses)}
    graph: nx.Graph[int] = nx.Graph()
    graph.add_node(TARGET)
    texts = {TARGET: goal.target}
    for number, hypothesis in enumerate(goal.hypotheses):
        texts[number] = f"{hypothesis.type} {hypothesis.value or ''}"
    for number, text in texts.items():
        graph.add_edges_from(
            (number, numbers[name]) for name in NAME.findall(text) if name in numbers
        )
    found = nx.single_source_shortest_path_length(graph, TARGET)
    return [found.get(number, math.inf) for number in range(len(goal.hypotheses))]


def without(state: State, places: Set[Place]) -> str:
    """The state as printed, without the hypotheses at these places."""
    if not places:
        return state.pretty
    goals = [
        pretty(
            [
                hypothesis
                for number, hypothesis in enumerate(goal.hypotheses)
                if (goal_number, number) not in places
            ],
            goal.target,
        )
        for goal_number, goal in enumerate(state.goals)
    ]
    noun = "hypothesis" if len(places) == 1 else "hypotheses"
    return f"-- {len(places)} {noun} left out\n" + "\n\n".join(goals)
