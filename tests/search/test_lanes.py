"""One state's candidates on several workers at once."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest

from prover.errors import LeanDied
from prover.lean.base import Closed, Outcome, TacticError
from prover.policy.base import Candidate
from prover.search.expansion import Attempt
from prover.search.lanes import side_by_side

ATTEMPTS = [Attempt(Candidate(tactic, -1.0)) for tactic in "abcdef"]


class Lean:
    """Runs tactics for as long as each takes, and one of them closes the state."""

    def __init__(self, seconds: dict[str, float], closing: str = "", dying: str = "") -> None:
        self.seconds = seconds
        self.closing = closing
        self.dying = dying
        self.began: list[str] = []
        self.ended: list[str] = []

    async def __call__(self, attempts: Sequence[Attempt]) -> list[Outcome]:
        """The outcome of the one attempt; none of one that takes for ever."""
        [attempt] = attempts
        tactic = attempt.candidate.tactic
        self.began.append(tactic)
        await asyncio.sleep(self.seconds.get(tactic, 0.0))
        self.ended.append(tactic)
        if tactic == self.dying:
            raise LeanDied("gone")
        return [Closed() if tactic == self.closing else TacticError(tactic)]


def tactics(attempts: Sequence[Attempt]) -> str:
    return "".join(attempt.candidate.tactic for attempt in attempts)


async def test_a_slow_tactic_holds_up_one_lane_only() -> None:
    lean = Lean({"a": 0.05})
    attempts, outcomes = await side_by_side(ATTEMPTS, lean, 2)
    assert lean.began[:2] == ["a", "b"]
    assert lean.ended == [*"bcdef", "a"]
    assert tactics(attempts) == "abcdef"
    assert outcomes == [TacticError(tactic) for tactic in "abcdef"]


async def test_what_closes_the_state_ends_the_others_and_comes_last() -> None:
    lean = Lean({"a": 60.0}, closing="c")
    attempts, outcomes = await side_by_side(ATTEMPTS, lean, 2)
    assert tactics(attempts) == "bcadef"
    assert outcomes == [TacticError("b"), Closed()]
    assert lean.began == ["a", "b", "c"]


async def test_attempts_that_come_too_late_have_no_outcome() -> None:
    async def late(attempts: Sequence[Attempt]) -> list[Outcome]:
        return [] if attempts[0].candidate.tactic in "bc" else [TacticError("no")]

    attempts, outcomes = await side_by_side(ATTEMPTS, late, 2)
    assert len(outcomes) < len(attempts)
    assert sorted(tactics(attempts)) == list("abcdef")
    assert "b" not in tactics(attempts[: len(outcomes)])


async def test_a_lean_that_dies_ends_the_others() -> None:
    lean = Lean({"a": 60.0}, dying="c")
    with pytest.raises(LeanDied):
        await side_by_side(ATTEMPTS, lean, 2)
    await asyncio.sleep(0)
    assert lean.began == ["a", "b", "c"]


async def test_who_stops_waiting_stops_all_lanes() -> None:
    lean, before = Lean(dict.fromkeys("abcdef", 60.0)), asyncio.all_tasks()
    task = asyncio.create_task(side_by_side(ATTEMPTS, lean, 3))
    await asyncio.sleep(0.01)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert lean.began == ["a", "b", "c"]
    assert not lean.ended
    assert asyncio.all_tasks() <= before
