"""Which state is next: least cost, depth, what changes while a state waits, what is under way."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from prover.search.graph import ProofGraph
from prover.search.strategies import DEEPEST, Strategy, best_first, breadth_first, depth_first
from tests.search.graphs import build, candidate, insert


def order(graph: ProofGraph, strategy: Strategy) -> str:
    """The states in the order in which they are chosen, each finished when its turn comes."""
    chosen = ""
    while True:
        strategy.changed(graph, graph.take_changed())
        key = strategy.choose(graph)
        if key is None:
            return chosen
        graph.finish(key)
        chosen += key


def test_the_root_comes_first_and_then_none_is_left() -> None:
    graph, strategy = build([]), best_first()
    assert strategy.choose(graph) is None
    strategy.changed(graph, graph.take_changed())
    assert strategy.choose(graph) == "r"
    assert strategy.choose(graph) is None


def test_the_cheapest_comes_first_and_the_oldest_among_equals() -> None:
    graph = build([])
    for key, logprob in (("c", -3), ("d", -1), ("a", -2), ("b", -1)):
        insert(graph, "r", "t", key, logprob)
        insert(graph, key, "open", "z", -100)
    assert order(graph, best_first()) == "rdbacz"


def test_a_state_moves_up_when_its_cost_falls() -> None:
    graph, strategy = build([]), best_first()
    insert(graph, "r", "dear", "a", -9)
    insert(graph, "r", "t", "b", -5)
    strategy.changed(graph, graph.take_changed())
    insert(graph, "r", "cheap", "a", -1)
    insert(graph, "a", "open", "z", -100)
    insert(graph, "b", "open", "z", -100)
    assert order(graph, strategy) == "rabz"


def test_a_state_moves_down_when_its_cheapest_path_dies() -> None:
    graph, strategy = build([]), best_first()
    insert(graph, "r", "short", "ax", -1)
    insert(graph, "r", "long", "a", -9)
    insert(graph, "r", "t", "b", -5)
    strategy.changed(graph, graph.take_changed())
    graph.finish("x")
    for key in "ab":
        insert(graph, key, "open", "z", -100)
    assert order(graph, strategy) == "rbaz"


def test_a_state_that_is_no_longer_needed_is_skipped() -> None:
    graph, strategy = build([("r", "t", "ab"), ("r", "u", "c")]), best_first()
    strategy.changed(graph, graph.take_changed())
    graph.finish("b")
    assert order(graph, strategy) == "rc"


def test_a_postponed_state_is_chosen_again_in_its_new_place() -> None:
    graph, strategy = build([("r", "t", "a"), ("a", "open", "z")]), best_first()
    strategy.changed(graph, graph.take_changed())
    assert strategy.choose(graph) == "r"
    graph.postpone("r", candidate("next", -1.5))
    assert order(graph, strategy) == "arz"


def test_a_proved_root_leaves_nothing_to_choose() -> None:
    graph, strategy = build([("r", "t", "a")]), best_first()
    strategy.changed(graph, graph.take_changed())
    insert(graph, "r", "rfl", "")
    assert order(graph, strategy) == ""


def branching() -> ProofGraph:
    """The root leaves `a` and `b`; `a` leaves `c` and `b` the cheap `d`."""
    graph = build([])
    for parent, key, logprob in (("r", "a", -1), ("r", "b", -2), ("a", "c", -9), ("b", "d", -1)):
        insert(graph, parent, f"to {key}", key, logprob)
        insert(graph, key, "open", "z", -100)
    return graph


def test_depth_first_goes_down_before_it_goes_on() -> None:
    assert order(branching(), depth_first()) == "dczabr"


def test_breadth_first_goes_on_before_it_goes_down() -> None:
    assert order(branching(), breadth_first()) == "rabzcd"


def test_what_is_too_deep_comes_last() -> None:
    graph = build([])
    parent = "r"
    for depth in range(DEEPEST + 1):
        insert(graph, parent, "t", chr(200 + depth), -1)
        parent = chr(200 + depth)
    assert order(graph, depth_first())[-1] == parent


@pytest.mark.parametrize("make", [best_first, depth_first, breadth_first])
def test_what_is_under_way_is_not_chosen(make: Callable[[], Strategy]) -> None:
    graph, strategy = build([("r", "t", "a")]), make()
    strategy.changed(graph, graph.take_changed())
    first = strategy.choose(graph)
    assert first is not None
    graph.begin(first)
    graph.check_invariants()
    second = strategy.choose(graph)
    assert {first, second} == {"r", "a"}
    graph.end(first)
    strategy.changed(graph, graph.take_changed())
    assert strategy.choose(graph) == first
