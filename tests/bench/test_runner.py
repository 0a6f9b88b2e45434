"""The order of the tries, with tries that do as they are told."""

from __future__ import annotations

import asyncio
import itertools

import pytest

from prover.bench.attempt import Finished
from prover.bench.runner import Runner
from prover.errors import SetupError
from prover.search.result import Status
from tests.bench.attempts import Tries, attempt, todo

PROVED, ERROR = Status.PROVED, Status.ERROR


async def test_all_workers_are_busy_and_problems_are_in_turn() -> None:
    kept: list[Finished] = []
    tries = Tries()
    run = Runner(todo("abcd", attempts=2), kept.append, workers=3)
    await run.work(tries)
    assert tries.began == ["a0", "b0", "c0", "d0", "a1", "b1", "c1", "d1"]
    assert tries.most == 3
    assert [one.attempt for one in kept] == run.made
    assert len({one.attempt.key for one in kept}) == 8
    assert run.standing.ended == 4
    assert run.standing.left == 0


async def test_a_proved_problem_is_not_tried_again() -> None:
    tries = Tries({"a0": PROVED, "b1": PROVED})
    run = Runner(todo("abc", attempts=3), lambda _: None, workers=1)
    await run.work(tries)
    assert tries.began == ["a0", "b0", "c0", "b1", "c1", "c2"]
    assert run.standing.proved == 2


async def test_the_next_try_waits_for_the_first_while_there_is_something_else() -> None:
    tries = Tries(turns={"a0": 30})
    await Runner(todo("abc", attempts=2), lambda _: None, workers=2).work(tries)
    assert tries.began == ["a0", "b0", "c0", "b1", "c1", "a1"]


async def test_a_proof_stops_the_other_tries_at_the_problem() -> None:
    kept: list[Finished] = []
    tries = Tries({"a1": PROVED}, {"a0": 50, "a2": 50})
    run = Runner(todo("a", attempts=5), kept.append, workers=3)
    await run.work(tries)
    assert tries.began == ["a0", "a1", "a2"]
    assert sorted(tries.stopped) == ["a0", "a2"]
    assert [one.attempt.attempt for one in kept] == [1]


async def test_what_lean_can_not_read_is_tried_once() -> None:
    jobs = todo("ab", attempts=2)
    began: list[str] = []

    async def unreadable(job):  # type: ignore[no-untyped-def]
        began.append(job.problem.name)
        return Finished(attempt(job, ERROR, applicable=job.problem.name != "a"), b"")

    await Runner(jobs, lambda _: None, workers=1).work(unreadable)
    assert began == ["a", "b", "b"]


async def test_finishing_lets_end_what_is_under_way() -> None:
    kept: list[Finished] = []
    run = Runner(todo("abcdef"), kept.append, workers=2)
    tries = Tries(turns={"a0": 10, "b0": 20})
    work = asyncio.create_task(run.work(tries))
    for _ in range(5):
        await asyncio.sleep(0)
    assert run.under_way == 2
    run.finish()
    await work
    assert [one.attempt.name for one in kept] == ["a", "b"]
    assert tries.began == ["a0", "b0"]
    assert not tries.stopped
    assert run.standing.left == 4


@pytest.mark.parametrize("steps", range(1, 25, 3))
async def test_cancelling_stops_all_and_keeps_what_had_ended(steps: int) -> None:
    before = asyncio.all_tasks()
    kept: list[Finished] = []
    tries = Tries()
    run = Runner(todo("abcdef"), kept.append, workers=2)
    work = asyncio.create_task(run.work(tries))
    for _ in range(steps):
        await asyncio.sleep(0)
    work.cancel()
    await asyncio.gather(work, return_exceptions=True)
    assert asyncio.all_tasks() <= before
    assert tries.running == 0
    assert len(kept) <= len(tries.began) <= len(kept) + len(tries.stopped) + 2


@pytest.mark.parametrize("cut", range(9))
async def test_going_on_makes_what_is_missing_and_nothing_twice(cut: int) -> None:
    ends = {"a0": PROVED, "b1": PROVED, "c0": ERROR}
    whole: list[Finished] = []
    await Runner(todo("abcd", attempts=2), whole.append, workers=1).work(Tries(ends))
    found = [one.attempt for one in whole][:cut]
    rest: list[Finished] = []
    await Runner(todo("abcd", attempts=2), rest.append, workers=1, found=found).work(Tries(ends))
    keys = {one.attempt.key for one in whole}
    again = {one.key for one in found if one.result["status"] == ERROR}
    made = [one.attempt.key for one in rest]
    assert {one.key for one in found} | set(made) == keys
    assert {one.key for one in found} & set(made) == again
    assert len(made) == len(set(made))


async def test_a_machine_that_lacks_something_ends_the_run_and_keeps_what_ended() -> None:
    kept: list[Finished] = []
    tries = Tries({"b0": SetupError("no Lean")}, {"c0": 50})
    run = Runner(todo("abcdef"), kept.append, workers=3)
    with pytest.raises(SetupError, match="no Lean"):
        await run.work(tries)
    assert [one.attempt.name for one in kept] == ["a"]
    assert "c0" in tries.stopped
    assert tries.running == 0


async def test_the_time_left_is_told_from_what_was_done() -> None:
    run = Runner(todo("abcd"), lambda _: None, workers=1)
    assert run.standing.seconds_left is None
    moments = itertools.count()

    async def slow(job):  # type: ignore[no-untyped-def]
        await asyncio.sleep(0.02)
        if next(moments) == 1:
            run.finish()
        return Finished(attempt(job), b"")

    await run.work(slow)
    assert run.standing.attempts == 2
    left = run.standing.seconds_left
    assert left is not None
    assert 0.03 < left < 1
