"""Scripts: read back by a small model of Lean's bullets, and as text."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise

import pytest
from hypothesis import assume, given

from prover.search import proof as script_module
from prover.search.graph import ProofGraph
from prover.search.proof import ScriptTooLong, format_script, shortest_proof
from prover.search.score import SUM
from tests.search.graphs import build, candidate, insert, random_rules, state

Tactics = Mapping[tuple[str, str], str]
"""What a tactic (second) leaves of a goal (first)."""


def script_of(graph: ProofGraph) -> str:
    return format_script(shortest_proof(graph))


def run(lines: list[str], goals: list[str], tactics: Tactics) -> int:
    """Runs a block on the goals, which it must all close; how many tactics it has."""
    count = 0
    while lines:
        head, *lines = lines
        inner = []
        while lines and lines[0].startswith("  "):
            inner.append(lines.pop(0)[2:])
        goal = goals.pop(0)
        if head.startswith("· "):
            count += run([head[2:], *inner], [goal], tactics)
        else:
            goals[:0] = tactics[goal, "\n".join([head, *("  " + line for line in inner)])]
            count += 1
    assert not goals
    return count


@given(random_rules())
def test_a_script_closes_the_root_with_as_many_tactics_as_its_proof_says(
    rules: list[tuple[str, str]],
) -> None:
    named = [(key, f"t{i}\n  more", left) for i, (key, left) in enumerate(rules)]
    graph = build(named)
    assume(graph.proved)
    proof = shortest_proof(graph)
    tactics = {(key, tactic): left for key, tactic, left in named}
    assert run(format_script(proof).splitlines(), ["r"], tactics) == proof.length


@given(random_rules())
def test_a_proof_has_a_step_for_each_state_it_leaves_and_for_no_other(
    rules: list[tuple[str, str]],
) -> None:
    graph = build([(key, "t", left) for key, left in rules])
    assume(graph.proved)
    proof = shortest_proof(graph)
    assert next(iter(proof.steps)) == "r"
    assert proof.steps.keys() == {"r"}.union(*(step.children for step in proof.steps.values()))
    for key, step in proof.steps.items():
        assert graph.applications[step.application].parent == key


def test_one_state_left_continues_without_a_bullet() -> None:
    graph = build([("r", "intro h", "a"), ("a", "simp", "b"), ("b", "exact h", "")])
    assert script_of(graph) == "intro h\nsimp\nexact h"


def test_each_goal_of_a_split_gets_a_block() -> None:
    rules = [("r", "constructor", "ab"), ("a", "simp", "c"), ("c", "rfl", ""), ("b", "omega", "")]
    assert script_of(build(rules)) == "constructor\n· simp\n  rfl\n· omega"


def test_a_bullet_within_a_bullet() -> None:
    rules = [
        ("r", "constructor", "ab"),
        ("a", "constructor", "cd"),
        ("c", "simp", "e"),
        *((key, "rfl", "") for key in "bde"),
    ]
    wanted = ["constructor", "· constructor", "  · simp", "    rfl", "  · rfl", "· rfl"]
    assert script_of(build(rules)) == "\n".join(wanted)


def test_lines_of_a_tactic_move_in_together_and_empty_ones_stay_empty() -> None:
    text = "have h : p := by\n  simp\n\n  rfl"
    graph = build([("r", "constructor", "ab"), ("a", text, "c"), ("c", text, ""), ("b", "rfl", "")])
    assert script_of(graph).splitlines() == [
        "constructor",
        "· have h : p := by",
        "    simp",
        "",
        "    rfl",
        "  have h : p := by",
        "    simp",
        "",
        "    rfl",
        "· rfl",
    ]


def test_goals_that_share_metavariables_are_written_flat_in_their_place() -> None:
    graph = build([])
    graph.insert("r", candidate("refine ⟨?a, ?b, ?c⟩"), [state("a"), state("m", goals=2)])
    for key, tactic, left in (("a", "simp", "c"), ("c", "rfl", ""), ("m", "exact p", "")):
        insert(graph, key, tactic, left)
    assert script_of(graph) == "refine ⟨?a, ?b, ?c⟩\n· simp\n  rfl\nexact p"


def test_a_split_of_goals_that_share_metavariables_gets_blocks() -> None:
    graph = build([])
    graph.insert("r", candidate("apply f"), [state("m", goals=2)])
    for key, tactic, left in (("m", "use 1", "ab"), ("a", "rfl", ""), ("b", "simp", "")):
        insert(graph, key, tactic, left)
    assert script_of(graph) == "apply f\nuse 1\n· rfl\n· simp"


def test_a_state_left_twice_is_written_twice() -> None:
    proof = shortest_proof(build([("r", "constructor", "aa"), ("a", "rfl", "")]))
    assert proof.length == 3
    assert format_script(proof) == "constructor\n· rfl\n· rfl"


def test_the_fewest_tactics_win_over_the_likeliest() -> None:
    graph = build([])
    insert(graph, "r", "simp", "a", -0.1)
    insert(graph, "a", "rfl", "", -0.1)
    insert(graph, "r", "omega", "", -9)
    assert script_of(graph) == "omega"


def test_the_oldest_step_wins_among_equals() -> None:
    rules = [("r", "1", "a"), ("r", "2", "b"), ("b", "3", ""), ("a", "4", ""), ("a", "5", "")]
    assert script_of(build(rules)) == "1\n4"


def test_a_proof_uses_no_refused_step() -> None:
    graph = build([("r", "wrong", ""), ("r", "right", "")])
    graph.refuse(graph.applications[0])
    assert script_of(graph) == "right"


def test_a_script_that_grows_exponentially_is_not_written() -> None:
    keys = [f"s{number}" for number in range(60)]
    graph = ProofGraph(state(keys[0]), SUM)
    for key, following in pairwise(keys):
        graph.insert(key, candidate("constructor"), [state(following)] * 2)
    graph.insert(keys[-1], candidate("rfl"), [])
    proof = shortest_proof(graph)
    assert proof.length == 2**60 - 1
    with pytest.raises(ScriptTooLong, match="over 1000000 characters") as caught:
        format_script(proof)
    assert "lemma" in caught.value.hint


def test_the_bound_on_a_script_counts_its_characters(monkeypatch: pytest.MonkeyPatch) -> None:
    graph = build([("r", "simp", "a"), ("a", "rfl", "")])
    monkeypatch.setattr(script_module, "LONGEST_SCRIPT", 7)
    assert script_of(graph) == "simp\nrfl"
    monkeypatch.setattr(script_module, "LONGEST_SCRIPT", 6)
    with pytest.raises(ScriptTooLong):
        script_of(graph)
