"""Best-first: least cost, oldest among equals, and costs that change while a state waits."""

from __future__ import annotations

from prover.search.graph import ProofGraph
from prover.search.strategy import BestFirst
from tests.search.building import build, candidate, insert


def order(graph: ProofGraph, strategy: BestFirst) -> str:
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
    graph, strategy = build([]), BestFirst()
    assert strategy.choose(graph) is None
    strategy.changed(graph, graph.take_changed())
    assert strategy.choose(graph) == "r"
    assert strategy.choose(graph) is None


def test_the_cheapest_comes_first_and_the_oldest_among_equals() -> None:
    graph = build([])
    for key, logprob in (("c", -3), ("d", -1), ("a", -2), ("b", -1)):
        insert(graph, "r", "t", key, logprob)
        insert(graph, key, "open", "z", -100)
    assert order(graph, BestFirst()) == "rdbacz"


def test_a_state_moves_up_when_its_cost_falls() -> None:
    graph, strategy = build([]), BestFirst()
    insert(graph, "r", "dear", "a", -9)
    insert(graph, "r", "t", "b", -5)
    strategy.changed(graph, graph.take_changed())
    insert(graph, "r", "cheap", "a", -1)
    insert(graph, "a", "open", "z", -100)
    insert(graph, "b", "open", "z", -100)
    assert order(graph, strategy) == "rabz"


def test_a_state_moves_down_when_its_cheapest_path_dies() -> None:
    graph, strategy = build([]), BestFirst()
    insert(graph, "r", "short", "ax", -1)
    insert(graph, "r", "long", "a", -9)
    insert(graph, "r", "t", "b", -5)
    strategy.changed(graph, graph.take_changed())
    graph.finish("x")
    for key in "ab":
        insert(graph, key, "open", "z", -100)
    assert order(graph, strategy) == "rbaz"


def test_a_state_that_is_no_longer_needed_is_skipped() -> None:
    graph, strategy = build([("r", "t", "ab"), ("r", "u", "c")]), BestFirst()
    strategy.changed(graph, graph.take_changed())
    graph.finish("b")
    assert order(graph, strategy) == "rc"


def test_a_postponed_state_is_chosen_again_in_its_new_place() -> None:
    graph, strategy = build([("r", "t", "a"), ("a", "open", "z")]), BestFirst()
    strategy.changed(graph, graph.take_changed())
    assert strategy.choose(graph) == "r"
    graph.postpone("r", candidate("next", -1.5))
    assert order(graph, strategy) == "arz"


def test_a_proved_root_leaves_nothing_to_choose() -> None:
    graph, strategy = build([("r", "t", "a")]), BestFirst()
    strategy.changed(graph, graph.take_changed())
    insert(graph, "r", "rfl", "")
    assert order(graph, strategy) == ""
