"""A session: states by handle, and what happens to them when Lean dies."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from prover.errors import InputError, LeanDiedError
from prover.lean import worker as worker_module
from prover.lean.interface import (
    Closed,
    LeanSession,
    Outcome,
    Progress,
    State,
    TacticError,
    TacticLimit,
    Timeout,
)
from prover.lean.pool import LeanPool
from prover.lean.session import Session
from prover.lean.worker import Worker
from prover.theorem import Theorem
from tests.lean.conftest import Fake

LIMIT = TacticLimit(seconds=5)
SHORT = TacticLimit(seconds=0.2)
THEOREM = Theorem.from_statement("t", "theorem t : True := by")


@pytest.fixture
async def faked(fake: Fake) -> AsyncIterator[Session]:
    async with LeanPool(fake(), spare=False) as pool, pool.session() as session:
        yield session


def only(outcomes: list[Outcome]) -> State:
    """The one state that the one tactic left."""
    [outcome] = outcomes
    assert isinstance(outcome, Progress), outcome
    [state] = outcome.states
    return state


def runs(folder: Path) -> list[list[str]]:
    """What the workers were asked to run so far."""
    return [json.loads(line) for line in (folder / "log").read_text().splitlines()]


def worker_of(session: Session) -> Worker:
    lease = session._replays[0]._lease
    assert lease is not None
    return lease.worker


async def pid(session: Session) -> int:
    return worker_of(session).pid


async def test_runs_each_tactic_on_the_state_itself(faked: Session) -> None:
    root = await faked.open(THEOREM)
    outcomes = await faked.run(root, ["step a", "fail", "split", "step b"], LIMIT)
    keys = [
        [state.key for state in outcome.states] if isinstance(outcome, Progress) else outcome
        for outcome in outcomes
    ]
    assert keys == [[".a"], TacticError("no"), [".l", ".r"], [".b"]]
    handles = [s.handle for o in outcomes if isinstance(o, Progress) for s in o.states]
    assert len({root.handle, *handles}) == 5
    assert root.goals[0].binders[0].dependent


async def test_stops_after_the_tactic_that_closes(faked: Session) -> None:
    root = await faked.open(THEOREM)
    assert await faked.run(root, ["fail", "close", "step a"], LIMIT) == [
        TacticError("no"),
        Closed(),
    ]
    assert await faked.run(root, [], LIMIT) == []


async def test_a_wrong_statement_is_the_users(faked: Session) -> None:
    with pytest.raises(InputError, match="unknown identifier") as problem:
        await faked.open(Theorem.from_statement("t", "theorem t : wrong := by"))
    assert "statement" in problem.value.hint


@pytest.mark.parametrize(
    ("tactic", "message"),
    [
        ("die", "Lean ended while running it: Lean was ended by SIGKILL"),
        ("last-words", "Lean ended while running it: Lean ended with code 3: INTERNAL PANIC"),
        ("garbage", "broke the protocol"),
        ("skip", "broke the protocol"),
    ],
)
async def test_a_tactic_that_ends_lean_costs_only_itself(
    faked: Session, tmp_path: Path, tactic: str, message: str
) -> None:
    root = await faked.open(THEOREM)
    first = only(await faked.run(root, ["step a"], LIMIT))
    second = only(await faked.run(first, ["step b"], LIMIT))
    outcomes = await faked.run(second, ["step c", tactic, "step d", "close"], LIMIT)
    assert isinstance(outcomes[1], TacticError)
    assert message in outcomes[1].message
    assert [type(outcome) for outcome in outcomes] == [Progress, TacticError, Progress, Closed]
    assert runs(tmp_path)[3:] == [["step a"], ["step b"], ["step d", "close"]]
    assert isinstance(outcomes[0], Progress)
    assert only(await faked.run(outcomes[0].states[0], ["step e"], LIMIT)).key == ".abce"
    assert only(await faked.run(root, ["step z"], LIMIT)).key == ".z"


async def test_a_tactic_that_does_not_stop_is_stopped(faked: Session) -> None:
    root = await faked.open(THEOREM)
    before = await pid(faked)
    started = time.perf_counter()
    outcomes = await faked.run(root, ["late 30", "step a"], SHORT)
    assert time.perf_counter() - started < 5
    assert isinstance(outcomes[0], Timeout)
    assert "0.2 seconds" in outcomes[0].message
    assert isinstance(outcomes[1], Progress)
    assert await pid(faked) != before


async def test_memory_eaten_is_a_timeout_of_that_tactic(fake: Fake) -> None:
    pool = LeanPool(fake(), memory=200 * 2**20, spare=False)
    async with pool, pool.session() as session:
        root = await session.open(THEOREM)
        outcomes = await session.run(root, ["eat", "step a"], LIMIT)
    assert isinstance(outcomes[0], Timeout)
    assert "memory" in outcomes[0].message
    assert isinstance(outcomes[1], Progress)


async def test_a_state_that_cannot_be_rebuilt_is_lost(faked: Session) -> None:
    root = await faked.open(THEOREM)
    state = only(await faked.run(root, ["once a"], LIMIT))
    with pytest.raises(LeanDiedError, match="`once a` led elsewhere"):
        await faked.run(state, ["die", "step b"], LIMIT)
    assert only(await faked.run(root, ["step c"], LIMIT)).key == ".c"


async def test_freed_states_leave_the_worker_but_not_their_children(
    fake: Fake, tmp_path: Path
) -> None:
    async with LeanPool(fake(), spare=False) as pool:
        async with pool.session() as session:
            root = await session.open(THEOREM)
            first = only(await session.run(root, ["step a"], LIMIT))
            second = only(await session.run(first, ["step b"], LIMIT))
            await session.free([first])
            assert only(await session.run(second, ["step c"], LIMIT)).key == ".abc"
            assert len(runs(tmp_path)) == 3
            await session.run(second, ["die"], LIMIT)
            assert only(await session.run(second, ["step d"], LIMIT)).key == ".abd"
        async with pool.session() as session:
            await session.open(THEOREM)
            held = await worker_of(session).request("ping", {}, seconds=5)
            assert held["states"] == ["."]


async def test_a_cancelled_run_leaves_the_session_usable(faked: Session) -> None:
    root = await faked.open(THEOREM)
    before = await pid(faked)
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.2):
            await faked.run(root, ["step a", "late 0.5"], LIMIT)
    assert only(await faked.run(root, ["step b"], LIMIT)).key == ".b"
    assert await pid(faked) == before


async def test_a_worn_worker_is_replaced_and_the_state_rebuilt(
    faked: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    session: LeanSession = faked
    state = await session.open(THEOREM)
    first = await pid(faked)
    monkeypatch.setattr(worker_module, "MOST_REQUESTS", 4)
    for name in "abcdef":
        state = only(await session.run(state, [f"step {name}"], LIMIT))
    assert state.key == ".abcdef"
    assert await pid(faked) != first


async def test_concurrent_calls_take_turns(faked: Session) -> None:
    root = await faked.open(THEOREM)
    names = "abcdef"
    states = await asyncio.gather(*(faked.run(root, [f"step {n}"], LIMIT) for n in names))
    assert [only(outcomes).key for outcomes in states] == [f".{name}" for name in names]


async def test_python_takes_little_time_for_an_outcome(faked: Session) -> None:
    root = await faked.open(THEOREM)
    tactics = ["step a"] * 2000
    used = time.process_time()
    assert len(await faked.run(root, tactics, LIMIT)) == len(tactics)
    assert (time.process_time() - used) / len(tactics) < 0.000_5
