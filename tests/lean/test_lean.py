"""The session with a real Lean: what the contract (`contract.py`) leaves open."""

from __future__ import annotations

import re

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
)
from prover.lean.session import Session
from prover.theorem import Theorem
from tests.lean.test_session import only

pytestmark = pytest.mark.lean

LIMIT = TacticLimit(seconds=20)


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
