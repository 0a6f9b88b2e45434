"""The pool: warm workers, fresh ones, and none left over. With it the verifier, which uses it."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path

import psutil
import pytest

from prover.errors import LeanDiedError
from prover.lean.interface import Progress, TacticLimit, Verify
from prover.lean.pool import LeanPool
from prover.theorem import Theorem
from prover.verifier import Verifier
from tests.lean.conftest import Fake
from tests.lean.test_session import THEOREM, pid

LIMIT = TacticLimit(seconds=5)


def children() -> set[int]:
    """The processes that this one has started and that still run."""
    return {
        child.pid
        for child in psutil.Process().children(recursive=True)
        if child.status() != psutil.STATUS_ZOMBIE
    }


async def test_a_warm_worker_is_used_again(fake: Fake) -> None:
    async with LeanPool(fake(), spare=False) as pool:
        pids = set()
        for _ in range(3):
            async with pool.session() as session:
                await session.open(THEOREM)
                pids.add(await pid(session))
        assert len(pids) == 1


async def test_a_worker_that_knows_the_header_is_preferred(fake: Fake) -> None:
    other = Theorem.from_statement("t", "theorem t : True := by", header="import Std")
    async with LeanPool(fake(), workers=2, spare=False) as pool:
        async with pool.session() as first, pool.session() as second:
            await first.open(THEOREM)
            await second.open(other)
            plain, std = await pid(first), await pid(second)
        assert plain != std
        for theorem, known in [(other, std), (THEOREM, plain), (other, std)]:
            async with pool.session() as session:
                await session.open(theorem)
                assert await pid(session) == known


async def test_no_more_sessions_than_workers(fake: Fake) -> None:
    async with LeanPool(fake(), workers=1, spare=False) as pool, pool.session():
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.1), pool.session():
                pass


async def test_nothing_runs_after_the_end(fake: Fake) -> None:
    before = children()
    pool = LeanPool(fake(), workers=2)
    async with pool, pool.session() as first, pool.session() as second:
        root = await first.open(THEOREM)
        await second.open(THEOREM)
        await first.run(root, ["spawn"], LIMIT)
        assert len(children() - before) >= 3
    assert children() == before


async def test_the_spare_stands_in(fake: Fake) -> None:
    async with LeanPool(fake()) as pool, pool.session() as session:
        root = await session.open(THEOREM)
        assert len(pool._spares) == 1
        spare = await pool._spares[0]
        outcomes = await session.run(root, ["die", "step a"], LIMIT)
        assert isinstance(outcomes[1], Progress)
        assert await pid(session) == spare.pid


async def test_a_spare_that_died_is_passed_over(fake: Fake) -> None:
    async with LeanPool(fake()) as pool:
        pool.prepare()
        assert len(pool._spares) == 1
        await (await pool._spares[0]).close()
        async with pool.session() as session:
            await session.open(THEOREM)


async def test_spares_that_are_to_be_ready_are_started_and_replaced_at_once(fake: Fake) -> None:
    async with LeanPool(fake(), ready=2) as pool:
        first, second = [await spare for spare in pool._spares]
        async with pool.fresh() as worker:
            assert worker is first
            assert len(pool._spares) == 2
        async with pool.fresh() as worker:
            assert worker is second
        third, fourth = [await spare for spare in pool._spares]
        assert len({first.pid, second.pid, third.pid, fourth.pid}) == 4
    assert not third.alive
    assert not fourth.alive


async def test_what_is_started_at_once_serves_one_after_the_other(fake: Fake) -> None:
    async with LeanPool(fake(), at_once=2) as pool:
        first, second = [await spare for spare in pool._spares]
        async with pool.fresh() as worker:
            assert worker is first
            assert len(pool._spares) == 1
        async with pool.session() as session:
            await session.open(THEOREM)
            assert await pid(session) == second.pid
            [third] = [await spare for spare in pool._spares]
    assert not third.alive


async def test_a_short_session_has_no_other_process_started(fake: Fake) -> None:
    async with LeanPool(fake(), at_once=1, patience=3600) as pool:
        async with pool.session() as session:
            await session.open(THEOREM)
            assert pool._spares == []
        async with pool.fresh() as worker:
            # Who checks a proof does not wait for it.
            assert worker.alive
        assert pool._spares == []
    async with LeanPool(fake(), at_once=1, patience=0.01) as pool, pool.session() as session:
        await session.open(THEOREM)
        while not pool._spares:
            await asyncio.sleep(0.01)
        [spare] = pool._spares
        assert (await spare).alive


async def test_a_fresh_worker_is_used_by_nobody_else(fake: Fake) -> None:
    async with LeanPool(fake(), workers=2, spare=False) as pool:
        async with pool.session() as session:
            await session.open(THEOREM)
        seen = set()
        for _ in range(3):
            async with pool.fresh() as worker:
                assert worker.requests == 1
                seen.add(worker.pid)
        async with pool.session() as session:
            await session.open(THEOREM)
            seen.add(await pid(session))
        assert len(seen) == 4


HEADED = Theorem.from_statement("t", "theorem t : True := by", header="import Std")


async def test_the_header_to_expect_is_read_ahead_and_nothing_else(fake: Fake) -> None:
    async with LeanPool(fake()) as pool:
        pool.expected = HEADED.header
        async with pool.session() as session:
            await session.open(HEADED)
            assert len(pool._spares) == 1
            spare = await pool._spares[0]
            searching = await pid(session)
            async with pool.fresh(HEADED.header) as worker:
                assert worker is spare
                assert worker.pid != searching
                # The greeting and the header.
                assert worker.requests == 2
            assert not worker.alive


@pytest.mark.parametrize("other", ["", "import Std\nopen Nat\n"])
async def test_who_has_read_another_header_checks_nothing(fake: Fake, other: str) -> None:
    async with LeanPool(fake()) as pool:
        pool.expected = HEADED.header
        pool.prepare()
        assert len(pool._spares) == 1
        spare = await pool._spares[0]
        async with pool.fresh(other) as worker:
            assert worker is not spare
            assert (worker.header, worker.requests) == (None, 1)
        assert not spare.alive


async def test_a_header_that_can_not_be_read_is_told_to_who_asks_for_it(fake: Fake) -> None:
    async with LeanPool(fake()) as pool:
        pool.expected = "wrong"
        async with pool.fresh("wrong") as worker:
            assert worker.header == "wrong"
            assert await worker.request("verify", {"script": "close"}, seconds=5)


async def test_a_cancelled_wait_for_a_process_keeps_it_as_the_spare(fake: Fake) -> None:
    async with LeanPool(fake("sleeps"), start_seconds=30) as pool:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.2), pool.fresh():
                pass
        assert len(pool._spares) == 1
        started = time.perf_counter()
    assert time.perf_counter() - started < 5


async def test_a_lean_that_cannot_start_is_an_error_with_a_hint(fake: Fake) -> None:
    async with LeanPool(fake("dies")) as pool, pool.session() as session:
        with pytest.raises(LeanDiedError, match="cannot open the library") as death:
            await session.open(THEOREM)
    assert "doctor" in death.value.hint


async def test_the_gate_accepts_only_a_plain_yes(fake: Fake) -> None:
    async with LeanPool(fake(), spare=False) as pool:
        verifier: Verify = Verifier(pool, seconds=0.5, wait_seconds=30)
        assert (await verifier(THEOREM, "close")).accepted
        refused = [await verifier(THEOREM, script) for script in ("open", "die", "late")]
    assert [verdict.accepted for verdict in refused] == [False] * 3
    reasons = [verdict.reason for verdict in refused]
    assert "no reason" in reasons[0]
    assert "SIGKILL" in reasons[1]
    assert "within 0.5 seconds" in reasons[2]


async def test_a_check_whose_lean_is_killed_is_made_again(fake: Fake, tmp_path: Path) -> None:
    async with LeanPool(fake(), spare=False) as pool:
        verdict = await Verifier(pool, seconds=30)(THEOREM, "once")
    assert (tmp_path / "log").read_text() == "died\n"
    assert verdict.accepted


async def test_the_gate_waits_for_a_fresh_lean_as_long_as_it_may(fake: Fake) -> None:
    async with LeanPool(fake("sleeps"), start_seconds=30) as pool:
        began = time.perf_counter()
        with pytest.raises(LeanDiedError, match=r"not checked.*within 0\.3 seconds") as late:
            await Verifier(pool, seconds=0.3)(THEOREM, "close")
        assert time.perf_counter() - began < 10
    assert "less beside it" in late.value.hint


async def test_the_gate_waits_for_other_checks_no_longer(fake: Fake) -> None:
    async with LeanPool(fake(), spare=False) as pool:
        async with pool.fresh(), pool.fresh():
            with pytest.raises(LeanDiedError, match="not checked"):
                await Verifier(pool, seconds=0.3)(THEOREM, "close")
        # Whoever gave up has taken nobody's place.
        assert (await Verifier(pool, seconds=30)(THEOREM, "close")).accepted


async def test_a_slow_check_has_all_its_time_once_lean_is_there(fake: Fake) -> None:
    async with LeanPool(fake(), spare=False) as pool:
        verdict = await Verifier(pool, seconds=0.5, wait_seconds=30)(THEOREM, "late")
    assert verdict.reason == "it was not checked within 0.5 seconds"
