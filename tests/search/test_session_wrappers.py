"""Whole states: what is left behind the first goal waits, and closed is only what leaves none."""

from __future__ import annotations

import pytest

from prover.lean.interface import Closed, Progress, TacticLimit
from prover.search.configuration import Configuration
from prover.search.result import Status
from prover.search.session_wrappers import TreeSession, WholeStateSession
from tests.search.scripted import THEOREM, Lean, Tree, result_of

TREE: Tree = {
    "root": {"split": "left right", "no": "error"},
    "left": {"step": "mid", "close": "closed", "again": "closed"},
    "mid": {"close": "closed"},
    "right": {"close": "closed"},
}
LIMIT = TacticLimit()


async def test_tactics_run_on_the_first_goal() -> None:
    lean = Lean(TREE)
    session = WholeStateSession(lean)
    root = await session.open(THEOREM)
    [split] = await session.run(root, ["split"], LIMIT)
    assert isinstance(split, Progress)
    [both] = split.states
    assert [goal.target for goal in both.goals] == ["left", "right"]
    outcomes = await session.run(both, ["close", "step", "no", "again"], LIMIT)
    assert isinstance(outcomes[0], Progress)
    assert [s.pretty for s in outcomes[0].states] == ["⊢ right"]
    assert isinstance(outcomes[1], Progress)
    assert [s.pretty for s in outcomes[1].states] == ["⊢ mid\n\n⊢ right"]
    assert isinstance(outcomes[3], Progress)
    assert outcomes[3].states[0].key == outcomes[0].states[0].key
    assert await session.run(outcomes[0].states[0], ["close"], LIMIT) == [Closed()]


async def test_what_is_in_no_whole_state_any_more_is_freed() -> None:
    lean = Lean(TREE)
    session = WholeStateSession(lean)
    root = await session.open(THEOREM)
    [split] = await session.run(root, ["split"], LIMIT)
    assert isinstance(split, Progress)
    [right] = await session.run(split.states[0], ["close"], LIMIT)
    assert isinstance(right, Progress)
    await session.free(split.states)
    assert sorted(lean.held.values()) == ["right", "root"]
    await session.free(right.states)
    assert sorted(lean.held.values()) == ["root"]


async def test_a_tree_does_not_enter_again_what_was_expanded() -> None:
    lean = Lean({"root": {"a": "x", "b": "x", "c": "root"}, "x": {"back": "root"}})
    session = TreeSession(lean)
    root = await session.open(THEOREM)
    first, second, back = await session.run(root, ["a", "b", "c"], LIMIT)
    assert isinstance(first, Progress)
    assert isinstance(second, Progress)
    assert first.states[0].key != second.states[0].key
    assert "expanded" in getattr(back, "reason", "")
    await session.run(first.states[0], [], LIMIT)
    again, *_ = await session.run(root, ["b"], LIMIT)
    assert "expanded" in getattr(again, "reason", "")
    assert sorted(lean.held.values()) == ["root", "x", "x"]


@pytest.mark.parametrize("merge", [True, False])
async def test_a_proof_over_whole_states_is_written_without_blocks(merge: bool) -> None:
    how = Configuration(score="sum", split=False, merge=merge)
    result = await result_of(TREE, configuration=how)
    assert result.status is Status.PROVED
    assert result.script == "split\nclose\nclose"
