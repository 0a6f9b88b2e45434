"""Workers that come, go and lose what they do, as they are told to."""

from __future__ import annotations

import asyncio

import pytest

from prover.bench.attempt import Finished, Job
from prover.bench.runner import Runner
from prover.bench.worker_pool import LOSSES, Worker, WorkerLostError, WorkerPool
from prover.errors import SetupError
from prover.search.result import Status
from tests.bench.attempts import Tries, todo


def crew_of(*workers: Worker, patience: float = 5.0) -> WorkerPool:
    crew = WorkerPool(patience=patience)
    for worker in workers:
        crew.join(worker)
    return crew


class Dying:
    """A worker that makes some tries and is then lost with the next; it leaves its crew."""

    def __init__(self, after: int) -> None:
        self.crew: WorkerPool | None = None
        self.lost: list[str] = []
        self._left = after
        self._tries = Tries()

    async def __call__(self, job: Job) -> Finished:
        if not self._left:
            self.lost.append(job.problem.name)
            assert self.crew is not None
            self.crew.leave(self)
            raise WorkerLostError("its node")
        self._left -= 1
        return await self._tries(job)


async def ended(crew: WorkerPool, names: str = "abcdefgh", attempts: int = 1) -> list[Finished]:
    kept: list[Finished] = []
    await Runner(todo(names, attempts), kept.append, workers=lambda: crew.size).work(crew)
    return kept


async def test_each_worker_makes_one_try_at_a_time() -> None:
    one, two = Tries(), Tries()
    crew = crew_of(one, two)
    kept = await ended(crew)
    assert (one.most, two.most) == (1, 1)
    assert sorted(one.began + two.began) == [f"{name}0" for name in "abcdefgh"]
    assert len(kept) == 8


@pytest.mark.parametrize("after", range(4))
async def test_what_is_lost_with_a_worker_is_made_by_another(after: int) -> None:
    dying, other = Dying(after), Tries()
    dying.crew = crew = crew_of(dying, other)
    kept = await ended(crew)
    assert len(dying.lost) == 1
    assert f"{dying.lost[0]}0" in other.began
    assert sorted(one.attempt.name for one in kept) == list("abcdefgh")
    assert all(one.attempt.result["status"] == "limit" for one in kept)
    assert crew.size == 1


async def test_as_many_tries_are_under_way_as_there_are_workers() -> None:
    slow = dict.fromkeys((f"{name}0" for name in "abcdefgh"), 20)
    first, later = Tries(turns=slow), Tries(turns=slow)
    crew = crew_of(first)
    kept: list[Finished] = []
    run = Runner(todo("abcdefgh"), kept.append, workers=lambda: crew.size)
    work = asyncio.create_task(run.work(crew))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert run.under_way == 1
    crew.join(later)
    while len(kept) < 2:
        await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert run.under_way == 2
    crew.leave(later)
    await work
    assert run.most == 2
    assert len(kept) == 8
    assert len(later.began) < len(first.began)


async def test_a_worker_that_comes_while_others_are_busy_gets_its_share() -> None:
    verifier = asyncio.Event()

    async def stuck(job: Job) -> Finished:
        await verifier.wait()
        return await Tries()(job)

    crew, other = crew_of(stuck), Tries()
    work = asyncio.create_task(ended(crew, "abc"))
    await asyncio.sleep(0.05)
    crew.join(other)
    async with asyncio.timeout(5):
        while len(other.began) < 2:
            await asyncio.sleep(0.05)
    verifier.set()
    assert len(await work) == 3


async def test_what_kills_its_workers_ends_as_an_error() -> None:
    asked: list[str] = []

    async def losing(job: Job) -> Finished:
        asked.append(job.problem.name)
        if job.problem.name == "b":
            raise WorkerLostError("memory")
        return await Tries()(job)

    kept = {one.attempt.name: one.attempt for one in await ended(crew_of(losing), "abc")}
    assert asked.count("b") == LOSSES
    assert kept["b"].result["status"] == "error"
    assert f"lost {LOSSES} times" in kept["b"].result["message"]
    assert {kept["a"].result["status"], kept["c"].result["status"]} == {"limit"}


async def test_a_proof_stops_the_other_tries_wherever_they_are() -> None:
    one, two = Tries({"a0": Status.PROVED}, {"a0": 10}), Tries(turns={"a1": 500})
    crew = crew_of(one, two)
    kept = await ended(crew, "a", attempts=2)
    assert two.stopped == ["a1"]
    assert [each.attempt.attempt for each in kept] == [0]
    assert crew.size == 2


async def test_a_cancelled_try_gives_its_worker_back() -> None:
    tries = Tries(turns={"a0": 1000})
    crew = crew_of(tries)
    [first, second] = todo("ab")
    task = asyncio.create_task(crew(first))
    waiting = asyncio.create_task(crew(second))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    task.cancel()
    assert (await waiting).attempt.name == "b"
    assert tries.stopped == ["a0"]


async def test_nobody_for_long_is_told() -> None:
    with pytest.raises(SetupError, match=r"no worker for 0\.05 seconds"):
        await crew_of(patience=0.05)(todo("a")[0])


async def test_busy_workers_are_waited_for_however_long() -> None:
    async def slow(job: Job) -> Finished:
        await asyncio.sleep(0.3)
        return await Tries()(job)

    crew = crew_of(slow, patience=0.05)
    jobs = todo("ab")
    assert len(await asyncio.gather(*map(crew, jobs))) == 2


async def test_why_there_will_be_nobody_is_told() -> None:
    crew = crew_of()
    waiting = asyncio.create_task(crew.ready())
    await asyncio.sleep(0)
    crew.end(SetupError("no Lean there"))
    with pytest.raises(SetupError, match="no Lean there"):
        await waiting
