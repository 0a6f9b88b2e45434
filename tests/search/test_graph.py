"""Chosen cases of what the graph says; `test_random_graph.py` has all others."""

from __future__ import annotations

import math

import pytest

from prover.search.and_or_graph import NodeStatus
from prover.search.graph import ProofGraph
from prover.search.proof import shortest_proof
from tests.search.graphs import build, candidate, insert, state


def standings(graph: ProofGraph) -> dict[str, str]:
    graph.check_invariants()
    return {key: node.standing.value for key, node in graph.nodes.items()}


def tactics_on_path(graph: ProofGraph, key: str) -> tuple[str, ...]:
    return tuple(application.candidate.tactic for application in graph.path(key))


def finish(graph: ProofGraph, keys: str) -> None:
    for key in keys:
        graph.finish(key)
        graph.check_invariants()


def test_a_closed_root_is_proved_and_nothing_is_left_to_do() -> None:
    graph = build([("r", "rfl", "")])
    assert graph.proved
    assert not graph.frontier
    assert graph.take_changed() == []


def test_a_root_without_any_step_fails_once_it_is_finished() -> None:
    graph = build([])
    assert graph.frontier == {"r"}
    graph.finish("r")
    assert standings(graph) == {"r": "failed"}
    assert not graph.frontier


def test_a_split_needs_all_its_states() -> None:
    graph = build([("r", "constructor", "ab"), ("a", "rfl", "")])
    assert standings(graph) == {"r": "open", "a": "proved", "b": "open"}
    insert(graph, "b", "rfl", "")
    assert standings(graph) == {"r": "proved", "a": "proved", "b": "proved"}


def test_a_split_fails_with_one_state_and_no_longer_needs_the_other() -> None:
    graph = build([("r", "constructor", "ab"), ("r", "left", "c")])
    finish(graph, "ra")
    assert standings(graph) == {"r": "open", "a": "failed", "b": "open", "c": "open"}
    assert graph.frontier == {"c"}


def test_a_state_that_occurs_twice_is_proved_once() -> None:
    graph = build([("r", "constructor", "aab"), ("b", "rfl", "")])
    assert graph.applications[0].unproved == 1
    assert [entry.number for entry in graph.leading_to("a")] == [0]
    insert(graph, "a", "rfl", "")
    assert standings(graph) == dict.fromkeys("rab", "proved")


def test_a_step_to_its_own_state_is_refused_and_leaves_no_trace() -> None:
    graph = build([])
    assert graph.insert("r", candidate(), [state("a"), state("r")]) is None
    assert not graph.applications
    assert standings(graph) == {"r": "open"}


def test_a_cycle_with_a_way_out_stays_open_and_is_proved_by_it() -> None:
    graph = build([("r", "t", "a"), ("a", "t", "b"), ("b", "t", "a"), ("b", "out", "c")])
    finish(graph, "rab")
    assert standings(graph) == dict.fromkeys("rabc", "open")
    insert(graph, "c", "rfl", "")
    assert standings(graph) == dict.fromkeys("rabc", "proved")


def test_a_cycle_without_a_way_out_fails_as_a_whole() -> None:
    graph = build([("r", "t", "a"), ("a", "t", "b"), ("b", "t", "a"), ("b", "out", "c")])
    finish(graph, "rabc")
    assert standings(graph) == dict.fromkeys("rabc", "failed")


def test_a_cycle_through_the_root_proves_nothing() -> None:
    graph = build([("r", "t", "a"), ("a", "t", "r")])
    assert standings(graph) == {"r": "open", "a": "open"}
    finish(graph, "ra")
    assert standings(graph) == {"r": "failed", "a": "failed"}


def test_both_directions_between_two_states_can_each_be_needed() -> None:
    """With `s → c` and `c → s`, the proof goes through whichever of them is closed."""
    rules = [("r", "1", "s"), ("r", "2", "c"), ("s", "to c", "c"), ("c", "to s", "s")]
    for closed, other in ("sc", "cs"):
        graph = build([*rules, (closed, "rfl", "")])
        assert standings(graph) == {"r": "proved", closed: "proved", other: "proved"}


def test_a_shared_state_is_expanded_once_and_proves_both_that_need_it() -> None:
    graph = build([("r", "t", "ab"), ("a", "t", "c"), ("b", "t", "c")])
    assert graph.frontier == set("rabc")
    insert(graph, "c", "rfl", "")
    assert graph.proved


def test_a_cheaper_path_lowers_the_cost_of_all_that_follows() -> None:
    graph = build([])
    insert(graph, "r", "dear", "a", -9)
    insert(graph, "a", "next", "b", -1)
    insert(graph, "r", "cheap", "c", -1)
    graph.take_changed()
    insert(graph, "c", "short cut", "a", -2)
    assert [graph.cost(key) for key in "abc"] == [3, 4, 1]
    assert tactics_on_path(graph, "b") == ("cheap", "short cut", "next")
    assert graph.take_changed() == ["a", "b"]
    graph.check_invariants()


def test_a_path_that_dies_is_replaced_by_the_next_shortest() -> None:
    graph = build([])
    insert(graph, "r", "short", "a", -1)
    insert(graph, "a", "t", "cd", -1)
    insert(graph, "r", "long", "b", -5)
    insert(graph, "b", "t", "c", -1)
    assert graph.cost("c") == 2
    graph.finish("d")
    assert graph.cost("c") == 6
    assert tactics_on_path(graph, "c") == ("long", "t")
    graph.check_invariants()


def test_a_path_that_is_shorter_by_less_than_rounding_still_counts_its_tactics() -> None:
    graph = build([])
    insert(graph, "r", "t", "a", -1e-12)
    insert(graph, "a", "t", "c", -math.inf)
    insert(graph, "r", "t", "b", 0)
    before = graph.cost("c")
    insert(graph, "b", "t", "a", 0)
    assert graph.cost("c") == before
    assert graph.nodes["c"].depth == len(graph.path("c")) == 3
    graph.check_invariants()


def test_states_that_lose_their_hope_together_get_it_back_one_from_another() -> None:
    graph = build([("r", "t", "a"), ("a", "1", "x"), ("a", "2", "y"), ("y", "t", "z")])
    finish(graph, "yarx")
    assert standings(graph) == {**dict.fromkeys("rayz", "open"), "x": "failed"}
    graph.finish("z")
    assert standings(graph) == dict.fromkeys("raxyz", "failed")


def test_two_states_that_lost_their_hope_do_not_keep_each_other_alive() -> None:
    rules = [("r", "t", "a"), ("r", "t", "b"), ("x", "t", "w")]
    for key, other in ("ab", "ba"):
        rules += [(key, "1", "y"), (key, "2", "x"), (key, "3", other)]
    graph = build([*rules[:2], *rules[3:], rules[2]])
    finish(graph, "xaby")
    assert standings(graph) == {**dict.fromkeys("rabxw", "open"), "y": "failed"}
    graph.finish("w")
    assert standings(graph) == {"r": "open", **dict.fromkeys("abxyw", "failed")}


def test_a_step_onto_a_known_state_takes_its_standing() -> None:
    graph = build([("r", "t", "ab"), ("a", "rfl", "")])
    graph.finish("b")
    insert(graph, "r", "to a failed one", "b")
    assert graph.applications[-1].failed
    assert standings(graph)["r"] == "open"
    insert(graph, "r", "to a proved one", "a")
    assert standings(graph)["r"] == "proved"


def test_a_refused_step_opens_what_it_proved_again() -> None:
    graph = build([("r", "t", "a"), ("a", "wrong", "")])
    graph.refuse(graph.applications[1])
    assert standings(graph) == {"r": "open", "a": "open"}
    assert graph.frontier == {"r", "a"}
    assert tactics_on_path(graph, "a") == ("t",)
    insert(graph, "a", "right", "")
    assert graph.proved


def test_a_refused_step_fails_what_is_finished_and_has_no_other() -> None:
    graph = build([("r", "t", "a"), ("a", "wrong", "")])
    finish(graph, "ra")
    graph.refuse(graph.applications[1])
    assert standings(graph) == {"r": "failed", "a": "failed"}


def test_a_refused_step_is_replaced_by_another_proof() -> None:
    graph = build([("r", "wrong", ""), ("r", "t", "a"), ("a", "rfl", "")])
    graph.refuse(graph.applications[0])
    assert graph.proved
    assert shortest_proof(graph).length == 2
    graph.check_invariants()


def test_a_postponed_state_waits_behind_by_its_next_candidate() -> None:
    graph = build([("r", "t", "a")])
    graph.take_changed()
    graph.postpone("r", candidate("next", -4))
    assert (graph.cost("r"), graph.cost("a")) == (4, 1)
    assert graph.take_changed() == ["r"]


def test_the_first_of_the_states_with_one_key_is_kept() -> None:
    graph = build([("r", "t", "a")])
    first = graph.nodes["a"].state
    insert(graph, "r", "u", "a")
    assert graph.nodes["a"].state is first


@pytest.mark.parametrize("record", ["standing", "length", "frontier", "anchor"])
def test_a_wrong_record_is_found(record: str) -> None:
    graph = build([("r", "t", "ab")])
    node = graph.nodes["a"]
    if record == "standing":
        node.standing = NodeStatus.PROVED
    elif record == "length":
        node.length = 0.5
    elif record == "frontier":
        graph.frontier.discard("a")
    else:
        node.anchor = None
    with pytest.raises(AssertionError, match="wrong in the graph"):
        graph.check_invariants()
