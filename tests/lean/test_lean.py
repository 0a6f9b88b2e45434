"""The session, the pool and the verifier with a real Lean."""

from __future__ import annotations

import asyncio
import os
import re
import signal

import pytest

from prover.errors import InputError
from prover.lean.interface import (
    Closed,
    Outcome,
    Progress,
    Rejected,
    State,
    TacticError,
    TacticLimit,
    Timeout,
)
from prover.lean.pool import LeanPool
from prover.lean.session import Session
from prover.theorem import Theorem
from prover.verifier import Verifier
from tests.lean.test_session import only, pid

pytestmark = pytest.mark.lean

LIMIT = TacticLimit(seconds=20)
SYMMETRY = Theorem.from_statement("t", "theorem t (a b : Nat) (h : a = b) : b = a := by")


async def opened(session: Session, statement: str, header: str = "") -> State:
    return await session.open(Theorem.from_statement("t", statement, header=header))


def left(outcome: Outcome) -> tuple[State, ...]:
    """The states that a tactic left."""
    assert isinstance(outcome, Progress), outcome
    return outcome.states


async def shown_by_lean(session: Session, state: State) -> str:
    """The goal as Lean itself shows it, in the message of a failing tactic."""
    [outcome] = await session.run(state, ["fail"], LIMIT)
    assert isinstance(outcome, TacticError)
    shown = re.sub(r"\A[^\n]*\n", "", outcome.message)
    return re.sub(r"^case [^\n]*\n", "", shown, flags=re.MULTILINE).strip()


async def test_each_kind_of_outcome(session: Session) -> None:
    root = await opened(session, "theorem t (p q : Prop) (hp : p) (hq : q) : p ∧ q := by")
    tactics = ["constructor", "exact nonsense", "sorry", "not a tactic", "exact ⟨hp, hq⟩", "skip"]
    outcomes = await session.run(root, tactics, LIMIT)
    kinds = [Progress, TacticError, Rejected, TacticError, Closed]
    assert [type(outcome) for outcome in outcomes] == kinds
    assert [state.goals[0].target for state in left(outcomes[0])] == ["p", "q"]


async def test_goals_that_share_a_metavariable_stay_together(session: Session) -> None:
    root = await opened(session, "theorem t : ∃ n : Nat, n * n = 4 ∧ n > 1 := by")
    state = only(await session.run(root, ["refine ⟨?n, ?_, ?_⟩"], LIMIT))
    assert len(state.goals) >= 2
    first, *_ = state.goals
    assert first.pretty in state.pretty


async def test_the_same_goal_has_the_same_key(session: Session) -> None:
    root = await opened(session, "theorem t (p q : Prop) : p → q → p := by")
    outcomes = await session.run(root, ["intro a b", "intro a; intro b", "intro b a"], LIMIT)
    one, two, other = (left(outcome)[0].key for outcome in outcomes)
    assert one == two != other


async def test_binders_say_what_intro_brings(session: Session) -> None:
    root = await opened(session, "theorem t : ∀ n : Nat, n = 0 → n + n = n := by")
    first, second = root.goals[0].binders
    assert (first.name, first.dependent, first.is_proposition) == ("n", True, False)
    assert not second.dependent


@pytest.mark.parametrize(
    "tactic",
    [
        "skip",
        "intros",
        "intro x x h h",
        "intro x; let z := x + 1; let w : Nat := z * 2; intro y",
        "intro x y hx hy; cases hx",
        "intro x y hx hy; induction x",
    ],
)
async def test_goals_read_as_lean_shows_them(session: Session, tactic: str) -> None:
    root = await opened(session, "theorem t : ∀ x y : Nat, x ≤ y → y ≤ x → x = y := by")
    [outcome] = await session.run(root, [tactic], LIMIT)
    for state in left(outcome):
        assert state.pretty == await shown_by_lean(session, state)


async def test_a_long_type_goes_below_its_name(session: Session) -> None:
    root = await opened(session, "theorem t : ∀ x y : Nat, x = y := by")
    long = " + ".join(["x + y"] * 20)
    state = only(await session.run(root, [f"intro x y; have : {long} = x := id ?_"], LIMIT))
    shown = await shown_by_lean(session, state)
    assert state.pretty.split() == shown.split()
    assert len(state.pretty.splitlines()) > 3


async def test_what_the_user_got_wrong_is_said(session: Session) -> None:
    with pytest.raises(InputError, match="nonsense") as problem:
        await opened(session, "theorem t : Nat.nonsense 1 = 1 := by")
    assert "statement" in problem.value.hint


async def test_a_header_is_elaborated(session: Session) -> None:
    header = "def twice (n : Nat) : Nat := n + n\nopen Nat\n"
    root = await opened(session, "theorem t (n : Nat) : twice n = 2 * n := by", header)
    assert await session.run(root, ["unfold twice; omega"], LIMIT) == [Closed()]


async def test_lean_that_dies_is_replaced_and_its_states_rebuilt(session: Session) -> None:
    root = await opened(session, "theorem t (p q : Prop) (hp : p) (hq : q) : p ∧ q := by")
    [outcome] = await session.run(root, ["constructor"], LIMIT)
    first, second = left(outcome)
    killed = await pid(session)
    os.kill(killed, signal.SIGKILL)
    await asyncio.sleep(0.5)
    assert await session.run(second, ["exact hq"], LIMIT) == [Closed()]
    assert await pid(session) != killed
    assert await session.run(first, ["exact hp"], LIMIT) == [Closed()]


async def test_a_tactic_that_runs_long_is_stopped(session: Session) -> None:
    root = await opened(session, "theorem t (a b : Nat) (h : a = b) : b = a := by")
    slow = "have : (List.range 5000).length = 5000 := by decide +kernel"
    outcomes = await session.run(root, [slow, "omega"], TacticLimit(seconds=0.5))
    assert isinstance(outcomes[0], Timeout)
    assert not outcomes[0].for_want_of_heartbeats
    assert await session.run(root, ["exact h.symm"], LIMIT) == [Closed()]


async def test_heartbeats_are_a_limit(session: Session) -> None:
    root = await opened(session, "theorem t (a b : Nat) (h : a = b) : b = a := by")
    [outcome] = await session.run(root, ["grind"], TacticLimit(seconds=20, heartbeats=1))
    assert isinstance(outcome, Timeout)
    assert outcome.for_want_of_heartbeats


async def test_premises_fit_the_goal(session: Session) -> None:
    root = await opened(session, "theorem t (a b : Nat) : a + b = b + a := by")
    premises = await session.premises(root, 16)
    assert 0 < len(premises) <= 16
    assert "Nat.add_comm" in [premise.name for premise in premises]
    scores = [premise.score for premise in premises]
    assert scores == sorted(scores, reverse=True)


@pytest.mark.parametrize(
    ("script", "accepted"),
    [("omega", True), ("sorry", False), ("exact h", False)],
)
async def test_the_gate(pool: LeanPool, script: str, accepted: bool) -> None:
    verdict = await Verifier(pool)(SYMMETRY, script)
    assert verdict.accepted is accepted, verdict
    assert bool(verdict.reason) is not accepted
    assert set(verdict.axioms) <= {"propext", "Quot.sound", "Classical.choice"}
