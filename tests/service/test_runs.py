"""Runs and their events, without HTTP."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable

from prover.service import runs
from prover.service.fair_queue import FairQueue
from prover.service.runs import Run, Runs, Work
from prover.service.schemas import Json


async def counting(count: int, event: str = "expanded") -> Work:
    for number in range(count):
        yield {"event": event, "number": number}
        await asyncio.sleep(0)
    yield {"event": "result", "status": "exhausted"}


def collected(run: Run) -> Awaitable[list[Json]]:
    """Its events, those included that are told before they are awaited."""
    events = run.follow()

    async def all_of_them() -> list[Json]:
        return [event async for event in events]

    return all_of_them()


async def test_many_may_follow_a_run() -> None:
    run = Runs().start("prove", FairQueue(1, 4), "", lambda: counting(3))
    first, second = await asyncio.gather(collected(run), collected(run))
    assert first == second
    assert [event["event"] for event in first] == ["queued", *["expanded"] * 3, "result"]


async def test_who_comes_late_gets_no_big_events_and_the_last_progress() -> None:
    run = Runs().start("prove", FairQueue(1, 4), "", lambda: counting(3, "progress"))
    await run.ended.wait()
    late = await collected(run)
    assert [event.get("number") for event in late] == [None, 2, None]


async def test_a_slow_reader_is_spared_what_it_need_not_know() -> None:
    run = Runs().start("prove", FairQueue(1, 4), "", lambda: counting(3 * runs.BEHIND))
    events = run.follow()
    await anext(events)
    await run.ended.wait()
    rest = [event async for event in events]
    assert len(rest) < runs.BEHIND + 10
    assert rest[-1]["event"] == "result"


async def test_ended_runs_are_forgotten_some_time() -> None:
    known, turns = Runs(), FairQueue(1, 4)
    names = []
    for _ in range(runs.KEPT_RUNS + 5):
        run = known.start("prove", turns, "", lambda: counting(0))
        names.append(run.id)
        await run.ended.wait()
    assert known.get(names[0]) is None
    assert known.get(names[-1]) is not None
    assert known.alive == []


async def test_a_run_that_is_cancelled_before_it_begins_ends_too() -> None:
    turns = FairQueue(1, 4)
    run = Runs().start("prove", turns, "", lambda: counting(1))
    run.cancel()
    events = await collected(run)
    assert (events[-1]["status"], turns.running) == ("cancelled", 0)


async def test_work_without_a_result_is_a_bug() -> None:
    async def broken() -> Work:
        yield {"event": "progress"}

    run = Runs().start("prove", FairQueue(1, 4), "", broken)
    assert (await collected(run))[-1]["status"] == "error"
