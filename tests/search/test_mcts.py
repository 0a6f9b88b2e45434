"""Monte-Carlo tree search: where it goes, what it carries back, and visits that are still out."""

from __future__ import annotations

from prover.search.graph import ProofGraph
from prover.search.mcts import NEW, STEP, MonteCarlo
from tests.search.graphs import build, candidate, insert


def visit(search: MonteCarlo, graph: ProofGraph) -> str | None:
    """Chooses a state and puts it back unchanged."""
    key = search.choose(graph)
    if key is not None:
        search.ran(graph, key)
    return key


def test_the_root_comes_first() -> None:
    assert MonteCarlo(1.0).choose(build([])) == "r"


def two_ways() -> ProofGraph:
    graph = build([])
    insert(graph, "r", "likely", "a", -0.1)
    insert(graph, "r", "unlikely", "b", -2.0)
    graph.finish("r")
    return graph


def test_the_likelier_tactic_has_more_visits_and_the_other_some() -> None:
    graph, search = two_ways(), MonteCarlo(1.0)
    visits = [visit(search, graph) for _ in range(40)]
    assert visits[0] == "a"
    assert 0 < visits.count("b") < visits.count("a")


def test_visits_that_are_out_count_as_losses() -> None:
    graph, search = two_ways(), MonteCarlo(1.0)
    assert search.choose(graph) == "a"
    graph.begin("a")
    assert search.choose(graph) == "b"
    graph.begin("b")
    assert search.choose(graph) is None


def test_a_split_goes_on_with_its_weakest_state_and_is_worth_the_product() -> None:
    graph, search = build([("r", "split", "ab")]), MonteCarlo(1.0)
    graph.finish("r")
    assert visit(search, graph) == "a"
    assert search._at("a").mean == NEW
    assert search._at("r").mean == NEW * STEP * NEW
    insert(graph, "a", "t", "c")
    assert graph.nodes["c"].anchor is not None
    insert(graph, "c", "close", "")
    assert visit(search, graph) == "b"
    assert search._at("r").worth == NEW * STEP * NEW + NEW * STEP


def test_what_has_failed_is_not_entered() -> None:
    graph, search = two_ways(), MonteCarlo(1.0)
    graph.finish("a")
    assert {visit(search, graph) for _ in range(5)} == {"b"}


def test_the_next_candidates_of_a_state_are_a_way_on_too() -> None:
    graph, search = build([("r", "t", "a")]), MonteCarlo(1.0)
    graph.postpone("r", candidate("next", -1.0))
    visits = [visit(search, graph) for _ in range(20)]
    assert {"r", "a"} == set(visits)


def test_a_dead_end_is_left_again() -> None:
    """`a` waits behind nothing that is to be done, so the other way is taken."""
    graph, search = two_ways(), MonteCarlo(1.0)
    insert(graph, "a", "shared", "b", -9.0)
    graph.finish("a")
    assert visit(search, graph) == "b"
