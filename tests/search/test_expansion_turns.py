"""Turns: a batch at a time to Lean, by one worker or by several, and no candidate lost."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from prover.lean.interface import Outcome, State, TacticError, TacticLimit
from prover.policy.policy import Candidate, Question
from prover.search.budget import Limit
from prover.search.configuration import CONFIGURATIONS, Configuration
from prover.search.events import Expanded
from prover.search.expansion import (
    BATCH,
    OUT_OF_BUDGET,
    CandidateQueue,
    PartialExpansion,
    TacticAttempt,
)
from prover.search.result import Result, Status
from prover.search.trace import build_graph
from tests.search.scripted import Lean, Policy, ScriptedVerifier, Tree, events_of, result_of, state

FAILING = {f"no{number:02}": "error" for number in range(40)}


def turn(left: int, tactics: str, *, shared: bool = False) -> PartialExpansion:
    """A turn that is prepared."""
    made = early_turn(left, shared=shared)
    made.expansion.add(Candidate(tactic, -1.0) for tactic in tactics)
    made.offer()
    return made


def early_turn(left: int, *, shared: bool) -> PartialExpansion:
    """A turn that has no candidates yet."""
    expansion = CandidateQueue(Limit(), Configuration())
    return PartialExpansion(
        Question(state("s")), expansion, 0.0, 0, left, first=True, shared=shared
    )


def texts(attempts: Sequence[TacticAttempt]) -> str:
    return "".join(attempt.candidate.tactic for attempt in attempts)


def sent(of: PartialExpansion) -> list[str]:
    """What is sent, batch after batch, until there is no more."""
    batches: list[str] = []
    while of.left:
        batch = of.batch()
        batch.take()
        batches.append(texts(batch.attempts))
    return batches


def test_one_worker_is_sent_a_piece_at_a_time() -> None:
    assert BATCH == 8
    assert sent(turn(20, "abcdefghijklmnop")) == ["abcdefgh", "ijklmnop"]


def test_who_shares_a_turn_takes_one_tactic_after_the_other() -> None:
    assert sent(turn(20, "abc", shared=True)) == ["a", "b", "c"]


def test_what_was_promised_before_there_were_candidates_may_find_none() -> None:
    early = early_turn(4, shared=True)
    batches = [early.batch(), early.batch(), early.batch()]
    assert early.most == 4
    early.expansion.add([Candidate("a", -1.0)])
    early.offer()
    for batch in batches:
        batch.take()
    assert [batch.most for batch in batches] == [1, 0, 0]
    assert (early.left, early.most, early.aloft) == (0, 1, 1)


@given(st.integers(1, 6), st.integers(0, 6), st.booleans())
def test_what_is_withdrawn_waits_in_its_order(count: int, ran: int, shared: bool) -> None:
    tactics = "abcdefghijkl"
    some = turn(12, tactics, shared=shared)
    batches = []
    for _ in range(count):
        if some.left:
            batches.append(some.batch())
            batches[-1].take()
    batches[0].outcomes = [TacticError("no")] * min(ran, len(batches[0].attempts))
    for batch in reversed(batches):
        batch.withdraw()
    assert texts(some.expansion.take(12)) == tactics
    assert not some.batches


async def test_the_first_outcomes_are_told_while_the_turn_goes_on() -> None:
    tree: Tree = {"root": {"step": "next", **FAILING}, "next": {"close": "closed"}}
    events = await events_of(tree, configuration=Configuration(root_turn=32))
    told = [(e.state.key, len(e.trials)) for e in events if isinstance(e, Expanded)]
    assert told == [("root", 8)] * 4 + [("next", 1)]


NAMES = [f"s{number}" for number in range(6)]
LEFT = st.one_of(
    st.sampled_from(["error", "error", "timeout", "late", "closed"]),
    st.lists(st.sampled_from(NAMES), min_size=1, max_size=2).map(" ".join),
)
TREES = st.fixed_dictionaries(
    {
        name: st.lists(LEFT, max_size=14).map(
            lambda left: {f"t{place}": told for place, told in enumerate(left)}
        )
        for name in ["root", *NAMES]
    }
)


@settings(max_examples=40)
@given(TREES, st.sampled_from(sorted(CONFIGURATIONS)))
async def test_the_size_of_pieces_changes_nothing_for_one_worker(tree: Tree, name: str) -> None:
    """But that the rest of a turn is not run on a state that another one has proved meanwhile."""
    how, limit, found = CONFIGURATIONS[name], Limit(tactics=400), []
    for size in (1, 3, 1_000):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("prover.search.expansion.BATCH", size)
            lean = Lean(tree)
            found.append((lean, await result_of(tree, lean=lean, limit=limit, configuration=how)))
    assume(all(result.status is not Status.LIMIT for _, result in found))
    (small, first), (middle, second), (large, third) = found
    assert first.status is second.status is third.status
    assert first.script == second.script == third.script
    assert within(small.ran, middle.ran)
    assert within(middle.ran, large.ran)


def within(some: list[tuple[str, str]], more: list[tuple[str, str]]) -> bool:
    """Whether the former runs are among the latter, in the same order."""
    rest = iter(more)
    return all(run in rest for run in some)


@settings(max_examples=40)
@given(TREES, st.integers(2, 4), st.sampled_from(sorted(CONFIGURATIONS)))
async def test_with_several_workers_the_events_are_a_trace_and_the_same_is_provable(
    tree: Tree, workers: int, name: str
) -> None:
    how, limit = CONFIGURATIONS[name], Limit(tactics=400)
    alone = await result_of(tree, limit=limit, configuration=how)
    events = await events_of(tree, lean=Lean(tree, workers=workers), limit=limit, configuration=how)
    result, graph = events[-1], build_graph(events)
    assert isinstance(result, Result)
    assert graph is not None
    if Status.LIMIT not in (alone.status, result.status):
        assert result.status is alone.status
    assert graph.proved == (result.status is Status.PROVED)


class Slow(Lean):
    """Some tactics take as long as they are told to, until `release` is set."""

    def __init__(self, tree: Tree, slow: Sequence[str], workers: int = 2) -> None:
        super().__init__(tree, workers=workers)
        self.slow = slow
        self.release = asyncio.Event()

    async def run(self, state: State, tactics: Sequence[str], limit: TacticLimit) -> list[Outcome]:
        if set(tactics) & set(self.slow):
            await self.release.wait()
        return await super().run(state, tactics, limit)


@pytest.mark.parametrize("turn", [1, 4, 100])
async def test_a_slow_tactic_holds_up_one_worker_only(turn: int) -> None:
    tree: Tree = {"root": {"slow": "error", **FAILING, "close": "closed"}}
    lean, how = Slow(tree, ["slow"]), Configuration(turn=turn, root_turn=turn)
    result = await result_of(tree, lean=lean, configuration=how)
    assert result.status is Status.PROVED
    assert ("root", "slow") not in lean.ran
    assert result.counters.tactics == len(FAILING) + 1


async def test_what_is_shared_leaves_room_for_what_begins_with_it() -> None:
    slow = ["slow 1", "slow 2", "slow 3"]
    tree: Tree = {
        "root": {"split": "a b"},
        "a": {**dict.fromkeys(slow, "error"), "close": "closed"},
        "b": {"close": "closed"},
    }
    lean = Slow(tree, slow, workers=3)
    async with asyncio.timeout(10), asyncio.TaskGroup() as group:
        found = group.create_task(result_of(tree, lean=lean, configuration=Configuration(turn=8)))
        while ("b", "close") not in lean.ran:
            await asyncio.sleep(0)
        assert ("a", "close") not in lean.ran
        lean.release.set()
    assert found.result().status is Status.PROVED


async def test_the_theorem_has_its_whole_first_turn_before_other_states() -> None:
    tree: Tree = {
        "root": {"step": "next", **FAILING},
        "next": {**FAILING, "close": "closed"},
    }
    lean = Lean(tree, workers=3)
    await result_of(tree, lean=lean, configuration=Configuration(root_turn=12))
    order = [name for name, _ in lean.ran]
    assert order[:12] == ["root"] * 12
    assert "next" in order[12:16]


async def test_a_second_try_comes_at_its_place_in_the_turn() -> None:
    tree: Tree = {"root": {"heavy": "timeout", **FAILING}}
    lean, likely = Lean(tree), {tactic: -place / 5 for place, tactic in enumerate(tree["root"])}
    policy = Policy(tree, logprob=likely.__getitem__)
    how, limit = Configuration(root_turn=32), Limit(expansions=1)
    await result_of(tree, lean=lean, policy=policy, configuration=how, limit=limit)
    order = [tactic for _, tactic in lean.ran]
    again = order.index("heavy", 1)
    assert order[again - 1 : again + 2] == ["no09", "heavy", "no10"]
    assert likely["no09"] == likely["heavy"] - OUT_OF_BUDGET
    assert len(order) == how.root_turn


async def test_a_state_that_is_proved_ends_what_runs_on_it_for_other_workers() -> None:
    tree: Tree = {
        "root": {"split": "a b"},
        "a": {"slow": "error", "close": "closed"},
        "b": {"slow b": "error", "close": "closed"},
    }
    lean, before = Slow(tree, ["slow", "slow b"], workers=4), asyncio.all_tasks()
    result = await result_of(tree, lean=lean, configuration=Configuration(turn=1))
    assert result.status is Status.PROVED
    assert ("a", "slow") not in lean.ran
    assert asyncio.all_tasks() <= before


async def test_what_was_withdrawn_for_a_check_is_run_when_the_gate_refuses() -> None:
    tree: Tree = {"root": {"wrong": "closed", **FAILING, "right": "closed"}}
    lean = Lean(tree, workers=3)
    result = await result_of(tree, lean=lean, verifier=ScriptedVerifier(refused=["wrong"]))
    assert result.script == "right"
    assert sorted(tactic for _, tactic in set(lean.ran)) == sorted(tree["root"])


@pytest.mark.parametrize("most", [1, 2, 7, 39])
async def test_what_is_shared_keeps_to_the_limit_too(most: int) -> None:
    lean = Lean({"root": FAILING}, workers=3)
    how, limit = Configuration(turn=2, root_turn=2), Limit(tactics=most)
    assert (await result_of(lean.tree, lean=lean, limit=limit, configuration=how)).counters.tactics
    assert len(lean.ran) == most


async def test_a_turn_goes_on_when_another_state_would_be_one_too_many() -> None:
    tree: Tree = {"root": FAILING}
    result = await result_of(tree, limit=Limit(expansions=1))
    assert result.status is Status.LIMIT
    assert result.counters.tactics == Configuration().root_turn


async def test_a_state_that_lean_loses_counts_once() -> None:
    class Loses(Lean):
        async def run(
            self, state: State, tactics: Sequence[str], limit: TacticLimit
        ) -> list[Outcome]:
            await asyncio.sleep(0)
            return await super().run(state, ["dead"] * len(tactics), limit)

    tree: Tree = {"root": {**FAILING, "dead": "dies"}}
    result = await result_of(tree, lean=Loses(tree, workers=3))
    assert result.status is Status.ERROR
    assert "failed on 1 state;" in result.message
