"""The language model and Lean work at the same time. Their time is simulated, so it is exact."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import suppress

import pytest

from benchmarks.perf.overlap import (
    BATCH,
    CASES,
    SEARCHES,
    TACTICS,
    Case,
    Lean,
    Overlap,
    overlap,
    searches,
)
from prover.lean.interface import Outcome, State, TacticLimit
from prover.policy.policy import Candidate, Question
from prover.search.configuration import Configuration
from prover.search.engine import search
from prover.search.events import Expanded
from tests.search import scripted
from tests.search.simulated import simulated


class Batched:
    """Answers all questions that wait, at most `BATCH`, in a fixed time. A `ModelPolicy`."""

    name = "batched"
    premises_wanted = 0
    repairs = 0

    def __init__(self, seconds: float) -> None:
        self.sizes: list[int] = []
        self._seconds = seconds
        self._waiting: list[asyncio.Future[None]] = []

    async def propose(self, questions: Sequence[Question], count: int) -> list[list[Candidate]]:
        answers = [asyncio.get_running_loop().create_future() for _ in questions]
        self._waiting += answers
        await asyncio.gather(*answers)
        found = [Candidate(f"simp [h{i}]", -1.0 - i / 4) for i in range(TACTICS)]
        return [found[:count] for _ in questions]

    async def serve(self) -> None:
        while True:
            await asyncio.sleep(1e-3)
            batch, self._waiting = self._waiting[:BATCH], self._waiting[BATCH:]
            if batch:
                self.sizes.append(len(batch))
                await asyncio.sleep(self._seconds)
            for answer in batch:
                if not answer.done():
                    answer.set_result(None)


async def measured(case: Case, how: Configuration) -> Overlap:
    """All searches for 20 seconds."""
    policy = Batched(case.batch)
    leans = [Lean(case.tactic) for _ in range(SEARCHES)]
    serving = asyncio.create_task(policy.serve())
    took = await searches(policy, leans, how, 20.0, asyncio.get_running_loop().time)
    serving.cancel()
    with suppress(asyncio.CancelledError):
        await serving
    return overlap(case, policy.sizes, leans, took)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_the_slower_side_hardly_ever_waits(case: Case) -> None:
    assert simulated(measured(case, Configuration())).share >= 0.9


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_with_one_expansion_under_way_it_would_wait(case: Case) -> None:
    assert simulated(measured(case, Configuration(score="sum", turn=4, ahead=1))).share < 0.85


LONG: scripted.Tree = {
    key: {"step": next_, **{f"no{number}": "error" for number in range(40)}}
    for key, next_ in (("root", "a"), ("a", "b"), ("b", "b"))
}


class LatePolicy(scripted.Policy):
    """A `ModelPolicy` that takes its time."""

    repairs = 0
    seconds = 0.0

    async def propose(self, questions: Sequence[Question], count: int) -> list[list[Candidate]]:
        await asyncio.sleep(self.seconds)
        return await super().propose(questions, count)


class LateLean(scripted.Lean):
    """Takes a second for each call."""

    async def run(self, state: State, tactics: Sequence[str], limit: TacticLimit) -> list[Outcome]:
        await asyncio.sleep(1.0)
        return await super().run(state, tactics, limit)


async def steps(policy_seconds: float) -> list[tuple[str, str]]:
    """What a search with one worker runs, in the order in which it takes note of it."""
    policy = LatePolicy(LONG)
    policy.seconds = policy_seconds
    found = search(scripted.THEOREM, LateLean(LONG), policy, scripted.ScriptedVerifier())
    expanded = [event async for event in found if isinstance(event, Expanded)]
    return [
        (event.state.key, trial.candidate.tactic) for event in expanded for trial in event.trials
    ]


def test_with_one_worker_the_order_does_not_depend_on_the_clock() -> None:
    quick, slow = simulated(steps(0.01)), simulated(steps(10.0))
    assert quick == slow
    assert quick
