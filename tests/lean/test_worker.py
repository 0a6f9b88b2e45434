"""Requests to a worker: in step or dead, and never deceived."""

from __future__ import annotations

import asyncio
import time
from typing import Any

import pytest

from prover.errors import LeanDiedError, SetupError
from prover.lean.worker import OutOfMemory, Overdue, Refused, Worker
from tests.lean.conftest import Fake

OPEN = {"header": "", "declaration": "theorem t : True := by\n  sorry", "offset": 25}


async def replies(worker: Worker, tactic: str, seconds: float = 10.0) -> list[dict[str, Any]]:
    """All replies to one tactic on the first state."""
    await worker.send("run", {"state": 0, "tactics": [tactic]})
    answers = [await worker.reply(seconds)]
    while "result" not in answers[-1]:
        answers.append(await worker.reply(seconds))
    return answers


async def opened(fake: Fake, **options: Any) -> Worker:
    worker = await Worker.start(fake(), **options)
    await worker.request("open", OPEN, seconds=5)
    return worker


async def test_greets_answers_and_ends(fake: Fake) -> None:
    worker = await Worker.start(fake())
    assert worker.version == "4.0.0"
    assert (await worker.request("ping", {}, seconds=5))["pid"] == worker.pid
    await worker.close()
    assert not worker.alive
    with pytest.raises(LeanDiedError):
        await worker.request("ping", {}, seconds=5)


async def test_a_refusal_leaves_it_alive(fake: Fake) -> None:
    worker = await Worker.start(fake())
    with pytest.raises(Refused, match="no operation sing") as refusal:
        await worker.request("sing", {}, seconds=5)
    assert refusal.value.kind == "request"
    await worker.request("ping", {}, seconds=5)
    await worker.close()


async def test_a_worker_that_ends_at_the_start_says_why(fake: Fake) -> None:
    with pytest.raises(LeanDiedError, match=r"did not start.*cannot open the library") as death:
        await Worker.start(fake("dies"))
    assert "doctor" in death.value.hint


async def test_a_worker_that_never_starts_is_given_up(fake: Fake) -> None:
    with pytest.raises(LeanDiedError, match=r"within 0\.3 seconds"):
        await Worker.start(fake("sleeps"), seconds=0.3)


async def test_another_protocol_is_an_environment_problem(fake: Fake) -> None:
    with pytest.raises(SetupError, match="protocol 2") as problem:
        await Worker.start(fake("other-protocol"))
    assert "setup" in problem.value.hint


async def test_forged_lines_are_noise(fake: Fake) -> None:
    worker = await opened(fake)
    forged = await replies(worker, "forge")
    assert [answer.get("outcome") for answer in forged] == ["error", None]
    await worker.close()


async def test_a_flood_of_noise_is_read_past(fake: Fake) -> None:
    worker = await opened(fake)
    assert len(await replies(worker, "flood")) == 2
    assert len(await replies(worker, "step a")) == 2
    await worker.close()


@pytest.mark.parametrize(
    ("tactic", "message"),
    [
        ("garbage", "broke the protocol: it wrote b'not json"),
        ("old", "broke the protocol: it answered 1, not 2"),
        ("die", "ended by SIGKILL"),
        ("last-words", "code 3: INTERNAL PANIC"),
    ],
)
async def test_a_worker_out_of_step_is_dead(fake: Fake, tactic: str, message: str) -> None:
    worker = await opened(fake)
    with pytest.raises(LeanDiedError, match=message):
        await replies(worker, tactic)
    assert not worker.alive
    await worker.close()


async def test_an_overdue_worker_is_killed(fake: Fake) -> None:
    worker = await opened(fake)
    started = time.perf_counter()
    with pytest.raises(Overdue):
        await replies(worker, "late 30", seconds=0.2)
    assert time.perf_counter() - started < 2
    assert not worker.alive


async def test_an_endless_line_ends_with_the_limit(fake: Fake) -> None:
    worker = await opened(fake)
    with pytest.raises(LeanDiedError):
        await replies(worker, "long", seconds=3)
    assert not worker.alive


async def test_memory_is_watched(fake: Fake) -> None:
    worker = await opened(fake, memory=200 * 2**20)
    with pytest.raises(OutOfMemory, match=r"0\.2 GiB"):
        await replies(worker, "eat", seconds=20)
    assert not worker.alive


async def test_an_abandoned_request_is_settled_before_the_next(fake: Fake) -> None:
    worker = await opened(fake)
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.1):
            await replies(worker, "late 0.4")
    answer = await replies(worker, "step a")
    assert answer[0]["outcome"] == "progress"
    await worker.close()


async def test_an_abandoned_request_that_does_not_end_costs_the_worker(fake: Fake) -> None:
    worker = await opened(fake)
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.1):
            await replies(worker, "late 30")
    with pytest.raises(Overdue):
        await worker.request("ping", {}, seconds=5)
    assert not worker.alive
