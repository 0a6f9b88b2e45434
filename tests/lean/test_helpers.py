"""A session with several workers: it borrows those that nobody waits for."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from prover.lean.interface import Closed, LeanSession, Outcome, Progress, State, TacticLimit
from prover.lean.pool import LeanPool
from prover.lean.session import Session
from prover.theorem import Theorem
from tests.lean.conftest import Fake
from tests.lean.test_session import only, runs

LIMIT = TacticLimit(seconds=5)
THEOREM = Theorem.from_statement("t", "theorem t : True := by")


@pytest.fixture
async def two(fake: Fake) -> AsyncIterator[LeanPool]:
    """A pool of two workers."""
    async with LeanPool(fake(), workers=2, spare=False) as pool:
        yield pool


async def pair(session: LeanSession, state: State, first: str, second: str) -> list[list[Outcome]]:
    """Two tactics on one state at once."""
    calls = (session.run(state, [tactic], LIMIT) for tactic in (first, second))
    return list(await asyncio.gather(*calls))


def pids(session: Session) -> set[int]:
    """The processes that the session has."""
    leases = [replay._lease for replay in session._replays]
    return {lease.worker.pid for lease in leases if lease}


async def test_calls_at_once_have_a_worker_each(two: LeanPool) -> None:
    async with two.session() as session:
        root = await session.open(THEOREM)
        assert session.workers == 2
        slow, quick = await pair(session, root, "late 0.4", "step a")
        assert isinstance(quick[0], Progress)
        assert slow
        assert len(pids(session)) == 2
    async with two.session() as session:
        await session.open(THEOREM)
        assert len(pids(session)) == 1


async def test_a_helper_is_started_once_a_search_has_lasted(fake: Fake) -> None:
    async with LeanPool(fake(), workers=2, spare=False, patience=3600) as pool:
        async with pool.session() as session:
            root = await session.open(THEOREM)
            own = asyncio.create_task(session.run(root, ["step a"], LIMIT))
            helped = asyncio.create_task(session.run(root, ["step b"], LIMIT))
            await own
            assert not helped.done()
            assert len(pool._started) == 1
            helped.cancel()
            pool._patience = 0.0
            await pair(session, root, "late 0.4", "step b")
            assert len(pids(session)) == 2
        pool._patience = 3600.0
        async with pool.session() as session:
            # Both are warm.
            await pair(session, await session.open(THEOREM), "late 0.4", "step b")
            assert len(pids(session)) == 2


async def test_a_state_is_rebuilt_where_it_is_missing(two: LeanPool, tmp_path: Path) -> None:
    async with two.session() as session:
        root = await session.open(THEOREM)
        first = only(await session.run(root, ["step a"], LIMIT))
        left, right = await pair(session, first, "late 0.4", "step b")
        assert left
        assert isinstance(right[0], Progress)
        assert right[0].states[0].key == ".ab"
        assert runs(tmp_path).count(["step a"]) == 2
        both = await pair(session, right[0].states[0], "close", "close")
        assert both == [[Closed()], [Closed()]]


async def test_a_helper_is_given_back_when_another_session_waits(two: LeanPool) -> None:
    async with two.session() as session:
        root = await session.open(THEOREM)
        calls = asyncio.gather(
            session.run(root, ["late 0.3"], LIMIT), session.run(root, ["late 0.3"], LIMIT)
        )
        await asyncio.sleep(0.1)
        async with asyncio.timeout(5), two.session() as other:
            await other.open(THEOREM)
            assert session.workers == 1
            assert other.workers == 1
            assert not pids(other) & pids(session)
        await calls
        assert session.workers == 2
        assert await session.run(root, ["close"], LIMIT) == [Closed()]


async def test_sessions_that_all_have_a_worker_get_no_helper(two: LeanPool) -> None:
    async with two.session() as first, two.session() as second:
        roots = [await session.open(THEOREM) for session in (first, second)]
        assert first.workers == second.workers == 1
        await pair(first, roots[0], "late 0.1", "step a")
        assert len(pids(first)) == 1


async def test_a_dead_helper_costs_only_its_tactic(two: LeanPool) -> None:
    async with two.session() as session:
        root = await session.open(THEOREM)
        left, right = await pair(session, root, "late 0.3", "die")
        assert left
        assert type(right[0]).__name__ == "TacticError"
        again = await pair(session, root, "close", "close")
        assert again == [[Closed()], [Closed()]]


async def test_freed_states_are_forgotten_by_who_is_busy_too(two: LeanPool) -> None:
    async with two.session() as session:
        root = await session.open(THEOREM)
        first = only(await session.run(root, ["step a"], LIMIT))
        await pair(session, first, "late 0.1", "step b")
        slow = asyncio.create_task(session.run(root, ["late 0.3"], LIMIT))
        await asyncio.sleep(0.05)
        await session.free([first])
        await slow
        await session.run(root, ["step z"], LIMIT)
        await session.run(root, ["step z"], LIMIT)
        held = [replay._held for replay in session._replays]
        known = {number for replay in session._replays for number in replay._held}
        assert known
        assert all(len(numbers) < 6 for numbers in held)
        with pytest.raises(KeyError):
            await session.run(first, ["close"], LIMIT)


async def test_a_cancelled_call_leaves_both_workers_usable(two: LeanPool) -> None:
    async with two.session() as session:
        root = await session.open(THEOREM)
        calls = [asyncio.create_task(session.run(root, ["late 30"], LIMIT)) for _ in range(2)]
        await asyncio.sleep(0.3)
        for call in calls:
            call.cancel()
        await asyncio.gather(*calls, return_exceptions=True)
        assert await pair(session, root, "close", "close") == [[Closed()], [Closed()]]


async def test_many_calls_take_turns(two: LeanPool) -> None:
    async with two.session() as session:
        root = await session.open(THEOREM)
        calls = [session.run(root, [f"step {letter}"], LIMIT) for letter in "abcdefgh"]
        outcomes = await asyncio.gather(*calls)
        assert [only(outcome).key for outcome in outcomes] == [f".{c}" for c in "abcdefgh"]


async def test_a_session_can_stay_alone(two: LeanPool) -> None:
    async with two.session(alone=True) as session:
        root = await session.open(THEOREM)
        assert session.workers == 1
        await pair(session, root, "late 0.1", "step a")
        assert len(pids(session)) == 1
