"""What a picture shows: the proof always, each state once, and how much is left out."""

from __future__ import annotations

from collections.abc import Iterator

from hypothesis import given
from hypothesis import strategies as st

from prover.search.and_or_graph import NodeStatus
from prover.search.graph import ProofGraph
from prover.search.proof import shortest_proof
from prover.visualization.outline import Entry, Kind, outline
from tests.search.graphs import KEYS, build, insert, random_rules


def entries(root: Entry) -> Iterator[Entry]:
    yield root
    for entry in root.after:
        yield from entries(entry)


def shown(graph: ProofGraph, most: int = 25) -> str:
    """The tree on one line: a tactic in brackets, `→` before what it leaves."""

    def line(entry: Entry) -> str:
        text = entry.text if entry.kind is not Kind.REFERENCE else f"#{entry.text}"
        star = "*" if entry.in_proof and entry.kind is not Kind.CLOSED else ""
        after = " ".join(map(line, entry.after))
        return f"{text}{star}({after})" if after else f"{text}{star}"

    return line(outline(graph, most, {}).root)


@given(random_rules(), st.integers(1, len(KEYS)))
def test_each_state_stands_once_and_the_proof_is_complete(
    rules: list[tuple[str, str]], most: int
) -> None:
    graph = build([(key, "t", left) for key, left in rules])
    found = outline(graph, most, {})
    everything = list(entries(found.root))
    states = [entry.number for entry in everything if entry.kind is Kind.STATE]
    assert len(states) == len(set(states)) == len(graph.nodes) - found.left_out
    assert {e.number for e in everything if e.kind is Kind.REFERENCE} <= set(states)
    steps = shortest_proof(graph).steps if graph.proved else {}
    assert len(states) <= max(most, len(steps))
    in_proof = {e.number for e in everything if e.kind is Kind.STATE and e.in_proof}
    assert in_proof == {graph.nodes[key].number for key in steps}
    assert sum(e.kind is Kind.TACTIC and e.in_proof for e in everything) == len(steps)


@given(random_rules())
def test_nothing_is_left_out_when_there_is_room(rules: list[tuple[str, str]]) -> None:
    graph = build([(key, "t", left) for key, left in rules])
    found = outline(graph, 100, {})
    assert found.left_out == 0
    assert all(entry.kind is not Kind.MORE for entry in entries(found.root))


def test_the_proof_comes_first() -> None:
    graph = build([("r", "dead end", "a"), ("r", "intro", "b"), ("b", "rfl", "")])
    assert shown(graph) == "r*(intro*(b*(rfl*(✓))) dead end(a))"


def test_a_state_of_the_proof_stands_on_the_proof() -> None:
    graph = build([("r", "detour", "a"), ("a", "t", "b"), ("r", "intro", "b"), ("b", "rfl", "")])
    assert shown(graph) == "r*(intro*(b*(rfl*(✓))) detour(a(t(#2))))"


def test_a_cycle_is_closed_by_a_reference() -> None:
    assert shown(build([("r", "t", "a"), ("a", "u", "r")])) == "r(t(a(u(#0))))"


def test_tactics_that_leave_the_same_are_one() -> None:
    graph = build([("r", "simp", "a"), ("r", "simp_all", "a"), ("r", "norm_num", "a")])
    assert shown(graph) == "r(simp (+2)(a))"


def test_what_is_left_out_is_counted_where_it_would_stand() -> None:
    graph = build([("r", "t", "a"), ("r", "u", "bc"), ("a", "v", "d"), ("a", "w", "e")])
    assert shown(graph, most=3) == "r(t(a(v(d) 1 more)) 1 more)"
    assert outline(graph, 3, {}).left_out == 3


def test_failures_stand_on_their_state() -> None:
    root = outline(build([("r", "t", "a")]), 25, {"a": 7}).root
    assert (root.failures, root.after[0].after[0].failures) == (0, 7)


def test_a_refused_step_closes_nothing() -> None:
    graph = build([("r", "wrong", "")])
    graph.refuse(graph.applications[0])
    [tactic] = outline(graph, 25, {}).root.after
    assert tactic.standing is NodeStatus.FAILED
    assert [mark.text for mark in tactic.after] == ["✗"]


def test_the_length_of_the_proof_counts_shared_states_each_time() -> None:
    graph = build([("r", "constructor", "aa")])
    assert outline(graph, 25, {}).proof_length is None
    insert(graph, "a", "rfl", "")
    assert outline(graph, 25, {}).proof_length == 3
