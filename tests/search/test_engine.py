"""The search loop, with a scripted Lean."""

from __future__ import annotations

import asyncio
import json
import math

import pytest

from prover.errors import InputError, LeanDiedError, SetupError
from prover.lean.interface import State, Verification
from prover.search.budget import Limit
from prover.search.configuration import Configuration
from prover.search.engine import search
from prover.search.events import Accepted, Expanded, Opened, Verified
from prover.search.proof import shortest_proof
from prover.search.result import Refusal, Result, Status
from prover.search.trace import build_graph
from prover.theorem import Theorem
from tests.search.scripted import (
    THEOREM,
    Clock,
    Lean,
    Policy,
    ScriptedVerifier,
    Tree,
    events_of,
    result_of,
)

TWO_STEPS: Tree = {"root": {"bad": "error", "split": "left right"}, "left": {"a": "closed"}}
PROVABLE: Tree = {**TWO_STEPS, "right": {"b": "mid"}, "mid": {"c": "closed"}}


async def test_a_proof_is_found_and_checked() -> None:
    verifier = ScriptedVerifier()
    result = await result_of(PROVABLE, verifier=verifier)
    assert result.status is Status.PROVED
    assert result.script == "split\n· a\n· b\n  c"
    assert verifier.asked == [result.script]
    assert result.axioms == ("propext",)
    assert result.counters.tactics == 5
    assert result.counters.errors == 1
    assert result.counters.states == 4


async def test_the_events_are_a_trace() -> None:
    events = await events_of(PROVABLE)
    assert isinstance(events[0], Accepted)
    assert isinstance(events[1], Opened)
    assert isinstance(events[-2], Verified)
    names = [json.loads(json.dumps(event.to_json(), allow_nan=False))["event"] for event in events]
    assert names[:2] == ["accepted", "opened"]
    assert set(names[2:-2]) == {"expanded", "progress"}
    assert names[-2:] == ["verified", "result"]
    trials = [trial for event in events if isinstance(event, Expanded) for trial in event.trials]
    result = events[-1]
    assert isinstance(result, Result)
    assert len(trials) == result.counters.tactics


@pytest.mark.parametrize("refused", [(), ("split\n· a\n· b\n  c",)])
async def test_the_graph_can_be_built_again_from_the_events(refused: tuple[str, ...]) -> None:
    tree: Tree = {**PROVABLE, "root": {**PROVABLE["root"], "again": "mid root", "other": "right"}}
    events = await events_of(
        tree, verifier=ScriptedVerifier(refused=refused), configuration=Configuration(score="sum")
    )
    graph = build_graph(events)
    assert graph is not None
    graph.check_invariants()
    result = events[-1]
    assert isinstance(result, Result)
    assert len(graph.nodes) == result.counters.states
    assert graph.proved is (result.status is Status.PROVED)
    if graph.proved:
        assert shortest_proof(graph) == result.proof
    costs = [event.cost for event in events if isinstance(event, Expanded)]
    assert costs == sorted(costs)
    assert build_graph(events[:1]) is None


async def test_a_search_repeats_itself_exactly() -> None:
    runs = [Lean(PROVABLE), Lean(PROVABLE)]
    for lean in runs:
        await result_of(PROVABLE, lean=lean)
    assert runs[0].ran == runs[1].ran


async def test_nothing_left_to_try() -> None:
    result = await result_of(TWO_STEPS)
    assert result.status is Status.EXHAUSTED
    assert result.script is None
    assert result.message == (
        f"All that the policy proposed was tried, {result.counters.tactics} tactics; "
        "nothing is left to try."
    )
    assert (result.limit, result.refusal) == (None, None)


async def test_a_policy_that_has_nothing_to_say() -> None:
    result = await result_of({"root": {}})
    assert result.status is Status.EXHAUSTED
    assert result.message == "The policy proposed no tactic."
    assert result.counters.tactics == 0


async def test_no_tactic_runs_twice_on_a_state() -> None:
    class Repeats(Policy):
        def candidates(self, key: str):  # type: ignore[no-untyped-def]
            return [*super().candidates(key), *super().candidates(key)] * 2

    lean = Lean(PROVABLE)
    assert (await result_of(PROVABLE, lean=lean, policy=Repeats(PROVABLE))).status is Status.PROVED
    assert len(lean.ran) == len(set(lean.ran))


async def test_candidates_that_differ_in_spaces_are_one_and_empty_ones_none() -> None:
    tree: Tree = {"root": {" a ": "error", "a": "error", "  ": "error", "a\n": "error"}}
    lean = Lean(tree)
    await result_of(tree, lean=lean)
    assert lean.ran == [("root", "a")]


@pytest.mark.parametrize("logprob", [math.nan, -math.inf, math.inf, 3.0, 0.0])
async def test_logprobs_that_are_no_logprobs(logprob: float) -> None:
    policy = Policy(PROVABLE, logprob=lambda _: logprob)
    events = await events_of(PROVABLE, policy=policy)
    result = events[-1]
    assert isinstance(result, Result)
    assert result.status is Status.PROVED
    for event in events:
        json.dumps(event.to_json(), allow_nan=False)


async def test_likely_tactics_of_other_states_come_before_unlikely_ones() -> None:
    first = Configuration().root_turn
    many = {f"no{i}": "error" for i in range(3 * first)}
    tree: Tree = {"root": {"step": "next", **many}, "next": {"done": "closed"}}
    lean = Lean(tree)
    await result_of(tree, lean=lean)
    assert ("next", "done") in lean.ran
    assert len(lean.ran) <= first + 3


async def test_a_tactic_that_runs_out_is_tried_again_with_all_it_may_have() -> None:
    tree: Tree = {"root": {"slow": "late", **{f"no{i}": "error" for i in range(20)}}}
    lean = Lean(tree)
    result = await result_of(tree, lean=lean)
    assert result.status is Status.PROVED
    assert lean.ran.count(("root", "slow")) == 2
    assert result.counters.timeouts == 1


async def test_a_tactic_is_tried_again_only_once() -> None:
    tree: Tree = {"root": {"slow": "timeout"}}
    lean = Lean(tree)
    assert (await result_of(tree, lean=lean)).status is Status.EXHAUSTED
    assert lean.ran == [("root", "slow")] * 2
    lean = Lean(tree)
    await result_of(tree, lean=lean, configuration=Configuration(first_share=1.0))
    assert lean.ran == [("root", "slow")]


async def test_more_heartbeats_are_no_use_to_a_tactic_that_the_clock_stopped() -> None:
    tree: Tree = {"root": {"loop": "slow"}}
    lean = Lean(tree)
    assert (await result_of(tree, lean=lean)).counters.timeouts == 1
    assert lean.ran == [("root", "loop")]


@pytest.mark.parametrize(
    ("limit", "name"),
    [
        (Limit(expansions=2), "expansions"),
        (Limit(tactics=12), "tactics"),
        (Limit(states=5), "states"),
        (Limit(seconds=0.2), "seconds"),
    ],
)
async def test_limits_end_a_search_and_say_which(limit: Limit, name: str) -> None:
    tree: Tree = {
        str(n) if n else "root": {f"t{i}": str(3 * n + i + 1) for i in range(3)} for n in range(300)
    }
    result = await result_of(tree, lean=Lean(tree, seconds=0.01), limit=limit)
    assert result.status is Status.LIMIT
    assert result.limit == name
    assert result.message == f"Reached the limit of {getattr(limit, name):g} {name}."
    if name == "tactics":
        assert result.counters.tactics == 12


async def test_a_policy_that_does_not_answer_ends_with_the_time() -> None:
    class Sleeps(Policy):
        async def propose(self, questions, count):  # type: ignore[no-untyped-def]
            await asyncio.sleep(600)
            return await super().propose(questions, count)

    lean, limit = Lean(PROVABLE), Limit(seconds=0.1)
    found = search(THEOREM, lean, Sleeps(PROVABLE), ScriptedVerifier(), limit=limit)
    async with asyncio.timeout(10):
        *_, result = [event async for event in found]
    assert isinstance(result, Result)
    assert result.status is Status.LIMIT


async def test_a_proof_found_as_the_time_ends_is_kept() -> None:
    """The proof is found at the deadline; its check may use its own reserve."""
    tree: Tree = {"root": {"a": "closed"}}
    clock = Clock()
    lean, verifier = Lean(tree, clock, seconds=10.0), ScriptedVerifier(clock=clock, seconds=5.0)
    result = await result_of(tree, lean=lean, verifier=verifier, limit=Limit(seconds=10.0))
    assert result.status is Status.PROVED
    lean = Lean({"root": {"a": "x"}, "x": {"b": "closed"}}, seconds=10.0)
    result = await result_of(lean.tree, lean=lean, limit=Limit(seconds=10.0))
    assert result.status is Status.LIMIT


async def test_a_refused_proof_is_replaced_by_another() -> None:
    tree: Tree = {"root": {"short": "closed", "long": "x"}, "x": {"b": "closed"}}
    verifier = ScriptedVerifier(refused={"short"})
    result = await result_of(tree, verifier=verifier)
    assert result.status is Status.PROVED
    assert result.script == "long\nb"
    assert result.counters.refused == 1
    assert result.refusal is None
    assert verifier.asked == ["short", "long\nb"]


async def test_what_the_gate_always_refuses_is_not_proved() -> None:
    verifier = ScriptedVerifier(refused={"split\n· a\n· b\n  c"})
    result = await result_of(PROVABLE, verifier=verifier)
    assert result.status is Status.REFUSED
    assert (result.script, result.proof, result.axioms) == (None, None, ())
    assert result.verification == Verification(False, "no")
    assert result.refusal == Refusal("split\n· a\n· b\n  c", "no")
    assert result.message.startswith("A proof was found and refused: no. All that the policy")
    assert result.limit is None


async def test_refusals_stop_when_the_reserve_is_used_up() -> None:
    clock = Clock()
    tree: Tree = {"root": {str(i): "closed" for i in range(50)}}
    verifier = ScriptedVerifier(refused=list(map(str, range(50))), clock=clock, seconds=10.0)
    limit = Limit(seconds=1.0, verify_seconds=20.0)
    result = await result_of(tree, lean=Lean(tree, clock), verifier=verifier, limit=limit)
    assert (result.status, result.limit) == (Status.REFUSED, "seconds")
    assert result.refusal == Refusal("0", "no")
    assert result.message == ("A proof was found and refused: no. Reached the limit of 1 second.")


async def test_of_several_refusals_the_first_is_told_and_how_many_there_were() -> None:
    tree: Tree = {"root": {"a": "closed", "b": "closed", "c": "closed"}}
    result = await result_of(tree, verifier=ScriptedVerifier(refused={"a", "b", "c"}))
    assert result.status is Status.REFUSED
    assert result.refusal == Refusal("a", "no")
    assert result.message == (
        "A proof was found and refused: no. In all 3 were refused. "
        "All that the policy proposed was tried, 3 tactics; nothing is left to try."
    )


class Late(ScriptedVerifier):
    """One for which there is no fresh Lean in time."""

    async def __call__(self, _: Theorem, script: str) -> Verification:
        self.asked.append(script)
        raise LeanDiedError("A script was found but not checked.", "Run it again.")


async def test_what_could_not_be_checked_is_told_and_not_claimed() -> None:
    verifier = Late()
    result = await result_of(PROVABLE, verifier=verifier)
    assert result.status is Status.ERROR
    assert result.message == "A script was found but not checked."
    assert result.hint == "Run it again."
    assert (result.script, result.proof, result.axioms) == (None, None, ())
    assert len(verifier.asked) == 1


async def test_a_state_in_which_lean_dies_is_given_up() -> None:
    tree: Tree = {"root": {"a": "x", "b": "y"}, "x": {"c": "dies"}, "y": {"d": "closed"}}
    assert (await result_of(tree)).script == "b\nd"
    result = await result_of({"root": {"a": "x"}, "x": {"c": "dies"}})
    assert result.status is Status.ERROR
    assert "Lean is gone" in result.message


class FailsAt(Lean):
    """Raises an error in one of its calls."""

    def __init__(self, tree: Tree, call: int, error: Exception) -> None:
        super().__init__(tree)
        self.call, self.error = call, error

    def tick(self) -> None:
        self.call -= 1
        if self.call == 0:
            raise self.error

    async def open(self, theorem: Theorem) -> State:
        self.tick()
        return await super().open(theorem)

    async def run(self, *arguments):  # type: ignore[no-untyped-def]
        self.tick()
        return await super().run(*arguments)

    async def free(self, states):  # type: ignore[no-untyped-def]
        self.tick()
        await super().free(states)


@pytest.mark.parametrize("call", range(1, 12))
async def test_a_lean_that_dies_at_any_call_ends_in_a_result(call: int) -> None:
    lean = FailsAt(PROVABLE, call, LeanDiedError("it is gone"))
    result = await result_of(PROVABLE, lean=lean)
    assert result.status in (Status.ERROR, Status.PROVED)
    assert result.status is Status.PROVED or "it is gone" in result.message


@pytest.mark.parametrize("call", range(1, 6))
async def test_without_a_lean_there_is_no_result(call: int) -> None:
    lean = FailsAt(PROVABLE, call, SetupError("there is no Lean"))
    with pytest.raises(SetupError):
        await result_of(PROVABLE, lean=lean)


async def test_a_statement_that_does_not_elaborate_is_an_error() -> None:
    lean = FailsAt(PROVABLE, 1, InputError("unknown constant", "Check the statement."))
    result = await result_of(PROVABLE, lean=lean)
    assert result.status is Status.ERROR
    assert (result.message, result.hint) == ("unknown constant", "Check the statement.")


async def test_states_that_are_known_already_are_freed() -> None:
    tree: Tree = {
        "root": {"a": "x y", "b": "y x", "c": "root", "d": "x"},
        "x": {"e": "y", "f": "error"},
        "y": {},
    }
    lean = Lean(tree)
    assert (await result_of(tree, lean=lean)).status is Status.EXHAUSTED
    assert lean.made == 8
    assert list(lean.held.values()) == ["root"]


@pytest.mark.parametrize("steps", range(40))
async def test_cancelling_anywhere_leaves_nothing_running(steps: int) -> None:
    lean, before = Lean(PROVABLE), asyncio.all_tasks()

    async def consume() -> None:
        async for _ in search(
            THEOREM, lean, Policy(PROVABLE), ScriptedVerifier(), clock=lean.clock
        ):
            pass

    task = asyncio.create_task(consume())
    for _ in range(steps):
        await asyncio.sleep(0)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    assert task.done()
    assert asyncio.all_tasks() <= before


@pytest.mark.parametrize("score", ["sum", "mean", "depth", "uniform"])
async def test_every_score_finds_the_proof(score: str) -> None:
    lean, how = Lean(PROVABLE), Configuration(score=score)
    found = search(
        THEOREM, lean, Policy(PROVABLE), ScriptedVerifier(), configuration=how, clock=lean.clock
    )
    *_, result = [event async for event in found]
    assert isinstance(result, Result)
    assert result.status is Status.PROVED


async def test_goals_that_grow_too_large_are_rejected() -> None:
    tree: Tree = {"root": {"grow": "x" * 200}, "x" * 200: {"a": "closed"}}
    lean = Lean(tree)
    result = await result_of(tree, lean=lean, limit=Limit(characters=100))
    assert result.status is Status.EXHAUSTED
    assert result.counters.rejected == 1
    assert list(lean.held.values()) == ["root"]


async def test_a_found_proof_is_minimised_and_then_checked() -> None:
    tree: Tree = {"root": {"skip": "x", "simp": "error"}, "x": {"grind [a, b]": "closed"}}
    whole = {**tree["root"], "grind [a, b]": "closed", "grind [b]": "closed"}
    lean, verifier = Lean({**tree, "root": whole}), ScriptedVerifier()
    result = await result_of(tree, lean=lean, verifier=verifier)
    assert result.script == "grind [b]"
    assert verifier.asked == ["grind [b]"]


async def test_the_proof_as_found_is_kept_when_the_gate_refuses_the_minimised_one() -> None:
    tree: Tree = {"root": {"skip": "x"}, "x": {"simp [a]": "closed"}}
    lean = Lean({**tree, "root": {**tree["root"], "simp": "closed"}})
    verifier = ScriptedVerifier(refused={"simp"})
    result = await result_of(tree, lean=lean, verifier=verifier)
    assert result.status is Status.PROVED
    assert result.script == "skip\nsimp [a]"
    assert result.counters.refused == 0


async def test_the_theorem_itself_has_a_longer_first_turn() -> None:
    steps = {f"no {number}": "error" for number in range(20)}
    tree: Tree = {"root": {"step": "next", **steps}, "next": {**steps, "close": "closed"}}
    how = Configuration(turn=2, root_turn=5)
    events = await events_of(tree, configuration=how)
    ran = [(e.state.key, len(e.trials)) for e in events if isinstance(e, Expanded)]
    assert ran[0] == ("root", 5)
    assert all(tactics <= 2 for _, tactics in ran[1:])
    assert ran[1] == ("next", 2)
