"""Bugs that were found in other systems' searches, each as a test that this one hasn't got it."""

from __future__ import annotations

import math
import sys
from dataclasses import replace

import pytest

from prover.lean.interface import Outcome, Rejected, State, TacticLimit
from prover.policy.policy import Candidate
from prover.search.budget import Limit
from prover.search.configuration import Configuration, named
from prover.search.events import Expanded
from prover.search.result import Status
from tests.search.scripted import Clock, Lean, Policy, ScriptedVerifier, Tree, events_of, result_of


async def test_reprover_a_proof_found_after_the_deadline_is_not_thrown_away() -> None:
    tree: Tree = {"root": {"last": "closed"}}
    clock = Clock()
    lean = Lean(tree, clock, seconds=11.0)
    result = await result_of(tree, lean=lean, limit=Limit(seconds=10.0))
    assert result.status is Status.PROVED


async def test_reprover_a_cheaper_path_moves_a_waiting_state_up() -> None:
    tree: Tree = {
        "root": {"a": "x", "far": "y"},
        "x": {"near": "y"},
        "y": {"close": "closed"},
        "z": {},
    }
    prior = {"a": -0.1, "far": -9.0, "near": -0.1, "close": -0.1}
    how = Configuration(score="sum")
    events = await events_of(
        tree, policy=Policy(tree, logprob=prior.__getitem__), configuration=how
    )
    [cost] = [e.cost for e in events if isinstance(e, Expanded) and e.state.key == "y"]
    assert cost == pytest.approx(0.2)


async def test_reprover_deep_proofs_do_not_reach_the_recursion_limit() -> None:
    depth = 1_500
    assert depth > sys.getrecursionlimit()
    tree: Tree = {
        "root": {"t": "1"},
        **{str(n): {"t": str(n + 1)} for n in range(1, depth)},
        str(depth): {"t": "closed"},
    }
    limit = Limit(seconds=1e6, expansions=10_000, minimise_seconds=1e-3)
    result = await result_of(tree, limit=limit)
    assert result.status is Status.PROVED
    assert result.script is not None
    assert len(result.script.splitlines()) == depth + 1


@pytest.mark.parametrize("most", [1, 2, 3])
async def test_reprover_no_expansion_more_than_allowed(most: int) -> None:
    tree: Tree = {str(n) if n else "root": {"t": str(n + 1)} for n in range(50)}
    events = await events_of(tree, limit=Limit(expansions=most))
    assert len([event for event in events if isinstance(event, Expanded)]) == most


async def test_reprover_a_state_is_not_lost_when_lean_fails_on_another() -> None:
    tree: Tree = {
        "root": {"a": "bad", "b": "good"},
        "bad": {"t": "dies"},
        "good": {"t": "closed"},
    }
    assert (await result_of(tree)).script == "b\nt"


async def test_bfs_prover_a_proof_that_was_given_up_is_none() -> None:
    class GivesUp(Lean):
        def outcome(self, told: str, limit: TacticLimit) -> Outcome:
            return Rejected("it uses `sorry`") if told == "sorry" else super().outcome(told, limit)

    tree: Tree = {"root": {"sorry": "sorry"}}
    result = await result_of(tree, lean=GivesUp(tree))
    assert result.status is Status.EXHAUSTED
    assert result.counters.rejected == 1


async def test_bfs_prover_a_logprob_that_is_a_probability_gives_no_negative_cost() -> None:
    tree: Tree = {"root": {"a": "x"}, "x": {"b": "closed"}}
    events = await events_of(tree, policy=Policy(tree, logprob=lambda _: 1.0))
    assert all(event.cost >= 0 for event in events if isinstance(event, Expanded))


async def test_llemma_no_time_is_negative() -> None:
    seconds = (await result_of({"root": {"a": "closed"}})).seconds
    assert min(seconds.lean, seconds.policy, seconds.verify, seconds.total) >= 0


@pytest.mark.parametrize("name", ["default", "baseline-reprover", "baseline-mcts"])
async def test_llemma_a_state_that_waits_twice_is_expanded_once(name: str) -> None:
    tree: Tree = {
        "root": {"a": "x", "b": "x", "c": "y"},
        "y": {"d": "x"},
        "x": {"e": "error"},
    }
    lean = Lean(tree)

    await result_of(tree, lean=lean, configuration=named(name))
    assert lean.ran.count(("x", "e")) == 1


async def test_llemma_candidates_that_differ_in_spaces_run_once() -> None:
    tree: Tree = {"root": {"a": "error", " a": "error", "a\n": "error"}}
    lean = Lean(tree)
    await result_of(tree, lean=lean)
    assert lean.ran == [("root", "a")]


@pytest.mark.parametrize("logprob", [0.0, -1.0, math.nan, -math.inf])
async def test_llemma_equal_scores_compare_nothing_else(logprob: float) -> None:
    tree: Tree = {
        "root": {f"t{n}": f"s{n}" for n in range(5)},
        **{f"s{n}": {"e": "error"} for n in range(5)},
    }
    result = await result_of(tree, policy=Policy(tree, logprob=lambda _: logprob))
    assert result.status is Status.EXHAUSTED


async def test_aesop_what_only_a_hopeless_sibling_needs_is_left_alone() -> None:
    tree: Tree = {
        "root": {"split": "bad good", "other": "last"},
        "bad": {"e": "error"},
        "good": {f"t{n}": "error" for n in range(30)},
        "last": {"f": "error"},
    }
    prior = {"split": -0.1, "other": -5.0, "e": -0.1, "f": -0.1}
    lean = Lean(tree)
    policy = Policy(tree, logprob=lambda tactic: prior.get(tactic, -1.0))
    await result_of(tree, lean=lean, policy=policy)
    assert not [entry for entry in lean.ran if entry[0] == "good"]


async def test_leandojo_states_that_print_alike_are_not_one() -> None:
    """Their keys say what they are; what is printed hides implicit arguments."""

    class PrintsAlike(Lean):
        def make(self, name: str) -> State:
            made = super().make(name)
            return replace(made, goals=(replace(made.goals[0], pretty="⊢ p"),))

    tree: Tree = {"root": {"a": "x", "b": "y"}, "x": {"no": "error"}, "y": {"yes": "closed"}}
    result = await result_of(tree, lean=PrintsAlike(tree))
    assert result.script == "b\nyes"


async def test_a_proof_is_checked_whatever_the_search_believes() -> None:
    verifier = ScriptedVerifier(refused={"a"})
    result = await result_of({"root": {"a": "closed"}}, verifier=verifier)
    assert result.status is Status.REFUSED
    assert verifier.asked == ["a"]


async def test_a_policy_that_repeats_itself_costs_nothing() -> None:
    class Repeats(Policy):
        def candidates(self, key: str) -> list[Candidate]:
            return super().candidates(key) * 3

    tree: Tree = {"root": {"a": "error", "b": "error"}}
    lean = Lean(tree)
    result = await result_of(
        tree, lean=lean, policy=Repeats(tree), configuration=Configuration(turn=1)
    )
    assert result.counters.tactics == 2
