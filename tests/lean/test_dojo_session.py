"""Sessions through LeanDojo: its results and failures, and what happens when its Lean is gone."""

from __future__ import annotations

import asyncio
import os
import sys
import time
from collections.abc import AsyncIterator
from importlib.util import find_spec
from pathlib import Path

import psutil
import pytest

from prover.errors import InputError, LeanDiedError, SetupError
from prover.lean.interface import (
    Closed,
    LeanSession,
    Outcome,
    Progress,
    Rejected,
    State,
    TacticError,
    TacticLimit,
    Timeout,
)
from prover.lean.leandojo.dojo_session import DojoSession
from prover.lean.process import Command
from prover.theorem import Theorem

pytestmark = pytest.mark.skipif(find_spec("lean_dojo") is None, reason="no lean-dojo here")

SCRIPTED = Path(__file__).with_name("scripted_dojo.py")
THEOREM = Theorem.from_statement("t", "theorem t : True := by")
LIMIT = TacticLimit(seconds=5)
SHORT = TacticLimit(seconds=0.2)


def session_with(folder: Path, failure: str = "") -> DojoSession:
    argv = (sys.executable, str(SCRIPTED), str(folder / "log"), failure)
    environment = {**os.environ, "CACHE_DIR": str(folder / "leandojo")}
    return DojoSession(lambda _: Command(argv, environment, folder), open_seconds=60)


@pytest.fixture
async def dojo(tmp_path: Path) -> AsyncIterator[DojoSession]:
    session = session_with(tmp_path)
    try:
        yield session
    finally:
        await session.close()


def only(outcomes: list[Outcome]) -> State:
    [outcome] = outcomes
    assert isinstance(outcome, Progress), outcome
    [state] = outcome.states
    return state


def logged(folder: Path, word: str) -> list[str]:
    return [line for line in (folder / "log").read_text().splitlines() if line.startswith(word)]


def lean_pids(folder: Path) -> list[int]:
    return [int(line.split()[1]) for line in logged(folder, "entered")]


async def gone(pid: int) -> bool:
    until = time.monotonic() + 5
    while psutil.pid_exists(pid) and time.monotonic() < until:
        await asyncio.sleep(0.02)
    return not psutil.pid_exists(pid)


async def test_each_result_has_its_outcome(dojo: DojoSession, tmp_path: Path) -> None:
    session: LeanSession = dojo
    root = await session.open(THEOREM)
    assert root.pretty == "⊢ root"
    tactics = {
        "fail no such thing": TacticError("no such thing"),
        "giveup": Rejected("the proof holds a `sorry`"),
        "fail the proof uses what it is to prove": Rejected("the proof uses what it is to prove"),
        "fail not allowed: `native_decide` trusts": Rejected("not allowed: `native_decide` trusts"),
        "fail (deterministic) timeout at whnf": Timeout("(deterministic) timeout at whnf"),
        "assert": TacticError("LeanDojo can't read its reply: 2 goals are not 3"),
        "close": Closed(),
        "step never": Closed(),
    }
    outcomes = await session.run(root, list(tactics), LIMIT)
    assert outcomes == list(tactics.values())[:-1]
    assert logged(tmp_path, "close") == ["close within 5 and 200000"]
    assert len(lean_pids(tmp_path)) == 1


async def test_states_are_whole(dojo: DojoSession) -> None:
    root = await dojo.open(THEOREM)
    both = only(await dojo.run(root, ["split"], LIMIT))
    assert [goal.target for goal in both.goals] == ["root.l", "right"]
    again = only(await dojo.run(root, ["split"], LIMIT))
    assert (again.key, again.handle != both.handle) == (both.key, True)
    assert (await dojo.premises(both, 3))[0].name == "about ⊢ root.l\n\n⊢ right"
    await dojo.free([both, again])


@pytest.mark.parametrize(
    ("tactic", "expected"),
    [
        pytest.param(
            "timeout",
            Timeout("did not stop within its time, so its Lean was ended"),
            marks=pytest.mark.slow,
        ),
        pytest.param("oom", Timeout("Lean used more memory than it may"), marks=pytest.mark.slow),
        pytest.param(
            "crash",
            TacticError("Lean ended while running it: Unexpected EOF"),
            marks=pytest.mark.slow,
        ),
        ("hang", Timeout("did not stop within 0.2 seconds, so its Lean was ended")),
        ("die", TacticError("Lean ended while running it: Lean ended with code 3")),
    ],
)
async def test_a_tactic_that_ends_its_lean_costs_only_itself(
    dojo: DojoSession, tmp_path: Path, tactic: str, expected: Outcome
) -> None:
    """The whole tree of processes goes, and the path is run again in a fresh one."""
    root = await dojo.open(THEOREM)
    a = only(await dojo.run(root, ["step a"], LIMIT))
    outcomes = await dojo.run(a, ["step b", tactic, "step c"], SHORT)
    if tactic == "die":
        assert isinstance(outcomes[1], TacticError)
        assert outcomes[1].message.startswith("Lean ended while running it")
    else:
        assert outcomes[1] == expected
    states = [outcome.states[0].pretty for outcome in outcomes if isinstance(outcome, Progress)]
    assert states == ["⊢ root.a.b", "⊢ root.a.c"]
    first, second = lean_pids(tmp_path)
    assert await gone(first)
    assert psutil.pid_exists(second)
    assert len(logged(tmp_path, "step a")) == 2
    assert len(logged(tmp_path, "step b")) == 1


async def test_a_state_that_comes_out_otherwise_is_lost(dojo: DojoSession) -> None:
    root = await dojo.open(THEOREM)
    turned = only(await dojo.run(root, ["turn"], LIMIT))
    await dojo.run(root, ["crash"], LIMIT)
    with pytest.raises(LeanDiedError, match="`turn` led elsewhere"):
        await dojo.run(turned, ["step a"], LIMIT)
    assert isinstance((await dojo.run(root, ["step a"], LIMIT))[0], Progress)


async def test_nothing_is_left_running(tmp_path: Path) -> None:
    session = session_with(tmp_path)
    root = await session.open(THEOREM)
    running = asyncio.create_task(session.run(root, ["hang"], LIMIT))
    while not logged(tmp_path, "hang"):
        await asyncio.sleep(0.02)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    await session.close()
    assert await gone(lean_pids(tmp_path)[0])


async def test_a_theorem_that_cannot_be_entered(tmp_path: Path) -> None:
    session = session_with(tmp_path, "init")
    with pytest.raises(InputError, match="Failed to locate the theorem") as caught:
        await session.open(THEOREM)
    await session.close()
    assert "full name" in caught.value.hint


async def test_a_lean_that_crashes_at_the_start(tmp_path: Path) -> None:
    session = session_with(tmp_path, "crash")
    with pytest.raises(SetupError, match="exit code: 1") as caught:
        await session.open(THEOREM)
    await session.close()
    assert "lake build" in caught.value.hint
