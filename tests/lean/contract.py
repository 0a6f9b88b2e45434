"""What every Lean must do, as interactions with what is expected of each.

An interaction plays on a pool, whichever Lean is behind it; it fails by an `AssertionError`. Most
are lines of the table in `scripts.py`: a statement, and tactics run one after the other, each on
the first state that the last one left.
"""

from __future__ import annotations

import asyncio
import os
import re
import signal
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from prover.errors import InputError
from prover.file_check import check_file
from prover.lean.backend import Backend
from prover.lean.interface import Closed, LeanSession, Outcome, Progress, TacticLimit, Timeout
from prover.lean.leandojo.dojo_session import DojoSession
from prover.lean.session import Session
from prover.lean.worker import Worker
from prover.lean_file import LeanFile
from prover.theorem import Theorem
from prover.verifier import Verifier
from tests.lean.scripts import AND, CLOSED, ERROR, LIMIT, SCRIPTS, SUM, opened, seen

Interaction = Callable[[Backend], Awaitable[None]]


def worker_of(session: LeanSession) -> Worker:
    """The process that a session has to itself."""
    if isinstance(session, DojoSession):
        worker = session._worker
    else:
        assert isinstance(session, Session)
        lease = session._replays[0]._lease
        worker = lease.worker if lease else None
    assert worker is not None
    return worker


async def the_statement_is_wrong(pool: Backend) -> None:
    async with pool.session() as session:
        with pytest.raises(InputError, match="nonsense"):
            await opened(session, ": Nat.nonsense 1 = 1")


async def the_header_is_wrong(pool: Backend) -> None:
    async with pool.session() as session:
        with pytest.raises(InputError, match="nonsense"):
            await opened(session, ": 1 = 1", "open Nat.nonsense\n")
    wrong = "def a : Nat := Nat.nonsense\n"
    async with pool.session() as session:
        with pytest.raises(InputError, match="it needs `a`"):
            await opened(session, ": a = a", wrong)
    async with pool.session() as session:
        await opened(session, ": 1 = 1", wrong)


async def an_import_is_not_there(pool: Backend) -> None:
    async with pool.session() as session:
        with pytest.raises(InputError, match="Nowhere"):
            await opened(session, ": 1 = 1", "import Nowhere.AtAll\n")
    async with pool.session() as session:
        await opened(session, ": 1 = 1")


async def an_import_is_loaded(pool: Backend) -> None:
    async with pool.session() as session:
        header = "import Std.Data.HashMap\nopen Std\n"
        state = await opened(session, ": (∅ : HashMap Nat Nat).size = 0", header)
        assert await session.run(state, ["simp"], LIMIT) == [Closed()]


async def outcomes_end_at_the_first_that_closes(pool: Backend) -> None:
    async with pool.session() as session:
        state = await opened(session, AND)
        outcomes = await session.run(state, ["omega", "exact ⟨hp, hq⟩", "constructor"], LIMIT)
        assert [seen(outcome) for outcome in outcomes] == [ERROR, CLOSED]


async def keys_tell_goals_apart(pool: Backend) -> None:
    async with pool.session() as session:
        state = await opened(session, "(p q : Prop) : p → q → p")
        ways = ["intro a b", "intro a; intro b", "intro b a", "intros"]
        outcomes = await session.run(state, ways, LIMIT)
        keys = [outcome.states[0].key for outcome in outcomes if isinstance(outcome, Progress)]
        assert keys[0] == keys[1] != keys[2]
        assert len(set(keys)) == 3


async def heartbeats_are_a_limit(pool: Backend) -> None:
    async with pool.session() as session:
        state = await opened(session, SUM)
        [outcome] = await session.run(state, ["grind"], TacticLimit(seconds=30, heartbeats=1))
        assert isinstance(outcome, Timeout)
        assert outcome.for_want_of_heartbeats
        assert await session.run(state, ["omega"], LIMIT) == [Closed()]


async def seconds_are_a_limit(pool: Backend) -> None:
    slow = "have : (List.range 5000).length = 5000 := by decide +kernel"
    async with pool.session() as session:
        state = await opened(session, SUM)
        [outcome, *_] = await session.run(state, [slow], TacticLimit(seconds=0.5))
        assert isinstance(outcome, Timeout)
        assert not outcome.for_want_of_heartbeats
        assert await session.run(state, ["omega"], LIMIT) == [Closed()]


async def a_dead_lean_is_replaced(pool: Backend) -> None:
    async with pool.session() as session:
        state = await opened(session, AND)
        [outcome] = await session.run(state, ["constructor"], LIMIT)
        assert isinstance(outcome, Progress)
        worker = worker_of(session)
        os.kill(worker.pid, signal.SIGKILL)
        while worker.alive:
            await asyncio.sleep(0.05)
        assert await session.run(outcome.states[1], ["exact hq"], LIMIT) == [Closed()]
        assert await session.run(outcome.states[0], ["exact hp"], LIMIT) == [Closed()]
        assert worker_of(session) is not worker


async def memory_is_a_limit(pool: Backend) -> None:
    async with pool.session() as session:
        state = await opened(session, SUM)
        worker_of(session)._memory = 2**20
        slow = "have : (List.range 5000).length = 5000 := by decide +kernel"
        [outcome, *_] = await session.run(state, [slow], LIMIT)
        assert isinstance(outcome, Timeout)
        assert "memory" in outcome.message
        assert await session.run(state, ["omega"], LIMIT) == [Closed()]


async def two_sessions_at_once(pool: Backend) -> None:
    async def prove(statement: str, tactic: str) -> list[Outcome]:
        async with pool.session() as session:
            return await session.run(await opened(session, statement), [tactic], LIMIT)

    both = await asyncio.gather(prove(AND, "exact ⟨hp, hq⟩"), prove(SUM, "omega"))
    assert [seen(outcome) for [outcome] in both] == [CLOSED, CLOSED]


async def freed_states_are_gone_and_others_stay(pool: Backend) -> None:
    async with pool.session() as session:
        state = await opened(session, AND)
        [outcome] = await session.run(state, ["constructor"], LIMIT)
        assert isinstance(outcome, Progress)
        first, second = outcome.states
        await session.free([first])
        assert await session.run(second, ["exact hq"], LIMIT) == [Closed()]


async def premises_fit(pool: Backend) -> None:
    async with pool.session() as session:
        premises = await session.premises(await opened(session, SUM), 16)
        assert 0 < len(premises) <= 16
        assert "Nat.add_comm" in [premise.name for premise in premises]
        scores = [premise.score for premise in premises]
        assert scores == sorted(scores, reverse=True)


async def a_tactic_prints(pool: Backend) -> None:
    forged = 'trace "{\\"id\\": 1, \\"result\\": {}}"'
    async with pool.session() as session:
        state = await opened(session, SUM)
        [outcome] = await session.run(state, [f"{forged}; omega"], LIMIT)
        assert seen(outcome) == CLOSED


async def goals_are_shown_as_lean_shows_them(pool: Backend) -> None:
    async with pool.session() as session:
        state = await opened(session, "(x y : Nat) (h : x ≤ y) : ∃ z, x + z = y")
        assert state.pretty == "x y : Nat\nh : x ≤ y\n⊢ ∃ z, x + z = y"


async def the_gate_accepts_a_proof(pool: Backend) -> None:
    theorem = Theorem.from_statement("t", f"theorem t {SUM} := by")
    verdict = await Verifier(pool)(theorem, "omega")
    assert verdict.accepted, verdict
    assert set(verdict.axioms) <= {"propext", "Quot.sound", "Classical.choice"}


async def the_gate_refuses_what_is_none(pool: Backend) -> None:
    theorem = Theorem.from_statement("t", "theorem t : 1 = 2 := by")
    for script in ("rfl", "sorry", "exact t"):
        assert not (await Verifier(pool)(theorem, script)).accepted, script


async def the_gate_refuses_an_axiom(pool: Backend) -> None:
    theorem = Theorem.from_statement("t", "theorem t : 1 = 2 := by", header="axiom lie : False\n")
    verdict = await Verifier(pool)(theorem, "exact lie.elim")
    assert not verdict.accepted
    assert re.search("axiom|lie", verdict.reason)


async def a_file_is_checked(pool: Backend) -> None:
    text = "theorem a : 1 = 1 := rfl\ntheorem b : 1 = 2 := by sorry\ntheorem c : 1 = Nat.x := rfl\n"
    report = await check_file(pool, LeanFile(Path("A.lean"), text.encode()))
    assert {found.name: found.accepted for found in report.declarations}["a"]
    assert [hole.line for hole in report.holes] == [2]
    assert [message.line for message in report.errors] == [3]


INTERACTIONS: dict[str, Interaction] = {
    **SCRIPTS,
    "the statement is wrong": the_statement_is_wrong,
    "the header is wrong": the_header_is_wrong,
    "an import is not there": an_import_is_not_there,
    "an import is loaded": an_import_is_loaded,
    "outcomes end at the first that closes": outcomes_end_at_the_first_that_closes,
    "keys tell goals apart": keys_tell_goals_apart,
    "heartbeats are a limit": heartbeats_are_a_limit,
    "seconds are a limit": seconds_are_a_limit,
    "a dead lean is replaced": a_dead_lean_is_replaced,
    "memory is a limit": memory_is_a_limit,
    "two sessions at once": two_sessions_at_once,
    "freed states are gone and others stay": freed_states_are_gone_and_others_stay,
    "premises fit": premises_fit,
    "a tactic prints": a_tactic_prints,
    "goals are shown as lean shows them": goals_are_shown_as_lean_shows_them,
    "the verifier accepts a proof": the_gate_accepts_a_proof,
    "the verifier refuses what is none": the_gate_refuses_what_is_none,
    "the verifier refuses an axiom": the_gate_refuses_an_axiom,
    "a file is checked": a_file_is_checked,
}
"""All interactions by name."""
OF_PROCESSES = (
    "one tactic closes",
    "a dead lean is replaced",
    "memory is a limit",
    "a tactic prints",
    "the verifier accepts a proof",
    "a file is checked",
)
"""Those in which processes start, are limited, end, or are listened to."""
