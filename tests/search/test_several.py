"""Several expansions under way at once, with a scripted Lean that has several workers."""

from __future__ import annotations

import asyncio
from contextlib import aclosing

import pytest

from prover.search.budget import Limit
from prover.search.configuration import Configuration
from prover.search.engine import search
from prover.search.events import Expanded
from prover.search.proof import shortest_proof
from prover.search.result import Result, Status
from prover.search.trace import build_graph
from tests.search.scripted import (
    THEOREM,
    Lean,
    Policy,
    ScriptedVerifier,
    Tree,
    events_of,
    result_of,
)

WIDE: Tree = {
    "root": {"split": "a b c"},
    **{
        key: {**{f"no{i}": "error" for i in range(3)}, "step": f"{key}2", "other": f"{key}3"}
        for key in "abc"
    },
    **{f"{key}2": {"close": "closed"} for key in "abc"},
    **{f"{key}3": {"close": "closed"} for key in "abc"},
}


async def test_all_workers_are_used_and_the_policy_is_asked_for_several_states() -> None:
    lean, policy = Lean(WIDE, workers=3), Policy(WIDE)
    result = await result_of(WIDE, lean=lean, policy=policy)
    assert result.status is Status.PROVED
    assert lean.most == 3
    assert policy.asked[:2] == [1, 3]


async def test_more_than_the_workers_may_be_under_way() -> None:
    lean, policy = Lean(WIDE), Policy(WIDE)
    how = Configuration(ahead=2)
    assert (await result_of(WIDE, lean=lean, policy=policy, configuration=how)).proof
    assert lean.most == 2
    assert policy.asked[:2] == [1, 2]


@pytest.mark.parametrize("workers", [1, 2, 3])
async def test_the_events_are_a_trace_in_whatever_order_turns_end(workers: int) -> None:
    events = await events_of(WIDE, lean=Lean(WIDE, workers=workers))
    graph = build_graph(events)
    assert graph is not None
    graph.check_invariants()
    result = events[-1]
    assert isinstance(result, Result)
    assert shortest_proof(graph) == result.proof


@pytest.mark.parametrize("most", range(1, 12))
async def test_no_more_tactics_run_than_allowed(most: int) -> None:
    lean = Lean(WIDE, workers=3)
    result = await result_of(WIDE, lean=lean, limit=Limit(tactics=most))
    assert len(lean.ran) <= most
    assert result.counters.tactics == len(lean.ran)
    assert result.status in (Status.LIMIT, Status.PROVED)


SLOW: Tree = {
    "root": {"quick": "q", "slow": "s"},
    "q": {"close": "closed"},
    "s": {**{f"no{i}": "error" for i in range(6)}, "last": "closed"},
}


async def test_what_is_under_way_when_a_proof_is_found_goes_on_if_it_is_refused() -> None:
    verifier = ScriptedVerifier(refused={"quick\nclose"})
    result = await result_of(SLOW, lean=Lean(SLOW, workers=2), verifier=verifier)
    assert result.status is Status.PROVED
    assert result.script == "slow\nlast"
    assert verifier.asked == ["quick\nclose", "slow\nlast"]


async def test_a_state_in_which_lean_dies_costs_only_itself() -> None:
    tree: Tree = {**WIDE, "a2": {"close": "dies"}}
    result = await result_of(tree, lean=Lean(tree, workers=3))
    assert result.status is Status.PROVED
    assert result.script is not None
    assert "other" in result.script


@pytest.mark.parametrize("steps", range(40))
async def test_cancelling_anywhere_leaves_nothing_running(steps: int) -> None:
    lean, before = Lean(WIDE, workers=3), asyncio.all_tasks()

    async def consume() -> None:
        found = search(THEOREM, lean, Policy(WIDE), ScriptedVerifier(), clock=lean.clock)
        async with aclosing(found) as events:
            async for _ in events:
                pass

    task = asyncio.create_task(consume())
    for _ in range(steps):
        await asyncio.sleep(0)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    assert asyncio.all_tasks() <= before
    assert lean.running == 0


async def test_closing_the_events_stops_what_is_under_way() -> None:
    lean, before = Lean(WIDE, workers=3), asyncio.all_tasks()
    found = search(THEOREM, lean, Policy(WIDE), ScriptedVerifier(), clock=lean.clock)
    async for event in found:
        if isinstance(event, Expanded) and event.state.key != "root":
            break
    await found.aclose()
    assert asyncio.all_tasks() <= before
    assert lean.running == 0


async def test_a_policy_that_fails_ends_in_its_error() -> None:
    class Fails(Policy):
        async def propose(self, questions, count):  # type: ignore[no-untyped-def]
            if len(questions) > 1:
                raise RuntimeError("no more")
            return await super().propose(questions, count)

    with pytest.raises(RuntimeError, match="no more"):
        await result_of(WIDE, lean=Lean(WIDE, workers=3), policy=Fails(WIDE))
