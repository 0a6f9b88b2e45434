"""Beam search: levels, what is left behind, and what is under way."""

from __future__ import annotations

from prover.search.graph import ProofGraph
from prover.search.strategies import BeamSearch
from tests.search.graphs import build, candidate, insert


def test_only_the_best_of_a_level_are_followed() -> None:
    graph, beam = build([]), BeamSearch(2)
    order = []
    while (chosen := step(beam, graph)) is not None:
        order.append(chosen)
        for parent, key, logprob in (
            ("r", "a", -3),
            ("r", "b", -1),
            ("r", "c", -2),
            ("b", "d", -9),
        ):
            if parent == chosen:
                insert(graph, parent, key, key, logprob)
        graph.finish(chosen)
    assert order == ["r", "b", "c", "d", "a"]


def step(beam: BeamSearch, graph: ProofGraph) -> str | None:
    beam.changed(graph, graph.take_changed())
    return beam.choose(graph)


def test_a_level_is_expanded_to_its_end_first() -> None:
    graph, beam = build([]), BeamSearch(2)
    assert step(beam, graph) == "r"
    insert(graph, "r", "t", "a", -1)
    graph.postpone("r", candidate("next", -50.0))
    assert step(beam, graph) == "r"
    graph.finish("r")
    assert step(beam, graph) == "a"


def test_a_level_lasts_while_something_of_it_is_under_way() -> None:
    graph, beam = build([]), BeamSearch(2)
    assert step(beam, graph) == "r"
    graph.begin("r")
    insert(graph, "r", "t", "a", -1)
    assert step(beam, graph) is None
    graph.end("r")
    graph.finish("r")
    assert step(beam, graph) == "a"
