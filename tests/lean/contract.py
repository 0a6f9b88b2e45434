"""What every Lean must do, as interactions with what is expected of each.

An interaction plays on a pool, whichever Lean is behind it; it fails by an `AssertionError`. Most
are lines of a table: a statement, and tactics run one after the other, each on the first state that
the last one left.
"""

from __future__ import annotations

import asyncio
import os
import re
import signal
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from prover.check import check as check_file
from prover.errors import InputProblem
from prover.file import LeanFile
from prover.lean.base import (
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
from prover.verify.gate import Gate

Interaction = Callable[[LeanPool], Awaitable[None]]

CLOSED, ERROR, REJECTED, TIMEOUT = "closed", "error", "rejected", "timeout"
Expected = str | tuple[str, ...]
"""A kind of outcome, or the targets of the states that are left."""
LIMIT = TacticLimit(seconds=30)
KINDS = {Closed: CLOSED, TacticError: ERROR, Rejected: REJECTED, Timeout: TIMEOUT}


@dataclass(frozen=True)
class Script:
    """A statement and tactics, each with what is expected of it."""

    statement: str
    steps: Sequence[tuple[str, Expected]]
    header: str = ""

    async def __call__(self, pool: LeanPool) -> None:
        """Plays it. Raises `AssertionError` where Lean does something else."""
        async with pool.session() as session:
            state = await opened(session, self.statement, self.header)
            for tactic, expected in self.steps:
                [outcome] = await session.run(state, [tactic], LIMIT)
                assert seen(outcome) == expected, f"`{tactic}`: {outcome}"
                if isinstance(outcome, Progress):
                    state = outcome.states[0]


def seen(outcome: Outcome) -> Expected:
    """What came of a tactic, as a table has it."""
    if isinstance(outcome, Progress):
        return tuple(" & ".join(goal.target for goal in state.goals) for state in outcome.states)
    return KINDS[type(outcome)]


async def opened(session: Session, statement: str, header: str = "") -> State:
    """The state at the hole of a statement."""
    return await session.open(
        Theorem.from_statement("t", f"theorem t {statement} := by", header=header)
    )


AND = "(p q : Prop) (hp : p) (hq : q) : p ∧ q"
SUM = "(a b : Nat) : a + b = b + a"
LONG = " + ".join(f"(a + {number})" for number in range(60))

SCRIPTS: dict[str, Script] = {
    "one tactic closes": Script("(p : Prop) (h : p) : p", [("exact h", CLOSED)]),
    "two goals are two states": Script(AND, [("constructor", ("p", "q")), ("exact hp", CLOSED)]),
    "a state can be left twice": Script(AND, [("exact hp", ERROR), ("exact ⟨hp, hq⟩", CLOSED)]),
    "intro": Script(": ∀ n : Nat, n = n", [("intro n", ("n = n",)), ("rfl", CLOSED)]),
    "cases": Script("(p q : Prop) (h : p ∨ q) : q ∨ p", [("cases h", ("q ∨ p", "q ∨ p"))]),
    "induction": Script(
        "(n : Nat) : 0 + n = n", [("induction n", ("0 + 0 = 0", "0 + (n✝ + 1) = n✝ + 1"))]
    ),
    "a shared metavariable keeps goals together": Script(
        ": ∃ n : Nat, n = 2 ∧ n < 3",
        [("refine ⟨?n, ?_, ?_⟩", ("Nat & ?n = 2 & ?n < 3",)), ("exact 2", ("2 = 2", "2 < 3"))],
    ),
    "have adds a hypothesis": Script(
        "(a : Nat) : a = a", [("have h : 1 = 1 := rfl", ("a = a",)), ("rfl", CLOSED)]
    ),
    "have without a proof adds a goal": Script(
        "(a : Nat) : a = a", [("have h : 1 = 1 := ?_", ("a = a & 1 = 1",))]
    ),
    "suffices": Script("(p : Prop) (h : p) : p", [("suffices x : p from x", ("p",))]),
    "revert": Script("(n : Nat) (h : n = 0) : n = 0", [("revert h", ("n = 0 → n = 0",))]),
    "change": Script("(n : Nat) : n + 0 = n", [("change n = n", ("n = n",)), ("rfl", CLOSED)]),
    "rewrite": Script(
        "(a b : Nat) (h : a = b) : a + 0 = b", [("rw [h]", ("b + 0 = b",)), ("rfl", CLOSED)]
    ),
    "omega": Script("(a b : Nat) (h : a < b) : a + 1 ≤ b", [("omega", CLOSED)]),
    "simp": Script("(l : List Nat) : l ++ [] = l", [("simp", CLOSED)]),
    "simp_all": Script("(p q : Prop) (h : p ∧ q) : q", [("simp_all", CLOSED)]),
    "grind": Script("(a b c : Nat) (h : a = b) (g : b = c) : a = c", [("grind", CLOSED)]),
    "decide": Script(": 10 < 20", [("decide", CLOSED)]),
    "exact with a library theorem": Script(SUM, [("exact Nat.add_comm a b", CLOSED)]),
    "apply leaves premises": Script(
        "(a b : Nat) (h : a ≤ b) : a ≤ b + 1",
        [
            ("apply Nat.le_succ_of_le", ("a ≤ b",)),
            ("assumption", CLOSED),
        ],
    ),
    "calc": Script("(a b : Nat) (h : a = b) : b = a", [("calc b = a := h.symm", CLOSED)]),
    "several lines": Script(AND, [("constructor\n· exact hp\n· exact hq", CLOSED)]),
    "several lines, nested": Script(
        "(p q : Prop) : p ∧ q → q ∧ p",
        [
            (
                "intro h\nconstructor\n· cases h with\n  | intro a b =>\n    exact b\n· exact h.1",
                CLOSED,
            )
        ],
    ),
    "a semicolon": Script(AND, [("constructor; exact hp; exact hq", CLOSED)]),
    "all goals": Script(AND, [("constructor <;> assumption", CLOSED)]),
    "first": Script(AND, [("first | rfl | exact ⟨hp, hq⟩", CLOSED)]),
    "a comment": Script("(p : Prop) (h : p) : p", [("exact h -- done", CLOSED)]),
    "names with marks": Script(
        "(α' β₁ : Nat) (h' : α' = β₁) : β₁ = α'", [("exact h'.symm", CLOSED)]
    ),
    "unicode in names": Script("(ε δ : Nat) (hε : ε = δ) : δ = ε", [("exact hε.symm", CLOSED)]),
    "names in brackets": Script("(«my x» : Nat) : «my x» = «my x»", [("rfl", CLOSED)]),
    "strings and characters": Script(': "é∀𝔽".length = 3', [("rfl", CLOSED)]),
    "a long statement": Script(f"(a : Nat) : {LONG} = {LONG}", [("rfl", CLOSED)]),
    "a long tactic": Script(
        "(p : Prop) (h : p) : p",
        [
            ("have h := h\n" * 200 + "exact h", CLOSED),
        ],
    ),
    "an unknown name": Script(AND, [("exact nonsense", ERROR)]),
    "a wrong type": Script(AND, [("exact hp", ERROR)]),
    "a syntax error": Script(AND, [("exact (", ERROR)]),
    "no tactic at all": Script(AND, [("foo bar", ERROR)]),
    "an empty tactic": Script(AND, [("", ERROR)]),
    "a tactic that fails": Script(AND, [("omega", ERROR)]),
    "two tactics of which one fails": Script(AND, [("constructor; rfl", ERROR)]),
    "sorry": Script(AND, [("sorry", REJECTED)]),
    "admit": Script(AND, [("admit", REJECTED)]),
    "sorry inside": Script(AND, [("exact ⟨hp, sorry⟩", REJECTED)]),
    "native_decide": Script(": 10 < 20", [("native_decide", REJECTED)]),
    "its own theorem": Script(": 1 = 2", [("exact t", ERROR)]),
    "endless recursion": Script(AND, [("repeat (have := hp)", ERROR), ("exact ⟨hp, hq⟩", CLOSED)]),
    "header: a definition": Script(
        "(n : Nat) : twice n = 2 * n",
        [("unfold twice; omega", CLOSED)],
        header="def twice (n : Nat) := n + n\n",
    ),
    "header: notation": Script(
        "(a : ℕ) : a = a", [("rfl", CLOSED)], header='notation "ℕ" => Nat\n'
    ),
    "header: open": Script(": succ 0 = 1", [("rfl", CLOSED)], header="open Nat\n"),
    "header: variable": Script(": x = x", [("rfl", CLOSED)], header="variable (x : Nat)\n"),
    "header: a namespace": Script(
        ": one = 1", [("rfl", CLOSED)], header="namespace A\ndef one := 1\n"
    ),
    "header: a tactic of its own": Script(
        AND, [("both", CLOSED)], header='macro "both" : tactic => `(tactic| exact ⟨‹_›, ‹_›⟩)\n'
    ),
    "header: an option": Script(
        ": x = x",
        [("rfl", CLOSED)],
        header="set_option autoImplicit true\nuniverse u\nvariable (x : Nat)\n",
    ),
}


async def the_statement_is_wrong(pool: LeanPool) -> None:
    async with pool.session() as session:
        with pytest.raises(InputProblem, match="nonsense"):
            await opened(session, ": Nat.nonsense 1 = 1")


async def the_header_is_wrong(pool: LeanPool) -> None:
    async with pool.session() as session:
        with pytest.raises(InputProblem, match="nonsense"):
            await opened(session, ": 1 = 1", "def a : Nat := Nat.nonsense\n")


async def an_import_is_not_there(pool: LeanPool) -> None:
    async with pool.session() as session:
        with pytest.raises(InputProblem, match="Nowhere"):
            await opened(session, ": 1 = 1", "import Nowhere.AtAll\n")
    async with pool.session() as session:
        await opened(session, ": 1 = 1")


async def an_import_is_loaded(pool: LeanPool) -> None:
    async with pool.session() as session:
        header = "import Std.Data.HashMap\nopen Std\n"
        state = await opened(session, ": (∅ : HashMap Nat Nat).size = 0", header)
        assert await session.run(state, ["simp"], LIMIT) == [Closed()]


async def outcomes_end_at_the_first_that_closes(pool: LeanPool) -> None:
    async with pool.session() as session:
        state = await opened(session, AND)
        outcomes = await session.run(state, ["omega", "exact ⟨hp, hq⟩", "constructor"], LIMIT)
        assert [seen(outcome) for outcome in outcomes] == [ERROR, CLOSED]


async def keys_tell_goals_apart(pool: LeanPool) -> None:
    async with pool.session() as session:
        state = await opened(session, "(p q : Prop) : p → q → p")
        ways = ["intro a b", "intro a; intro b", "intro b a", "intros"]
        outcomes = await session.run(state, ways, LIMIT)
        keys = [outcome.states[0].key for outcome in outcomes if isinstance(outcome, Progress)]
        assert keys[0] == keys[1] != keys[2]
        assert len(set(keys)) == 3


async def heartbeats_are_a_limit(pool: LeanPool) -> None:
    async with pool.session() as session:
        state = await opened(session, SUM)
        [outcome] = await session.run(state, ["grind"], TacticLimit(seconds=30, heartbeats=1))
        assert seen(outcome) == TIMEOUT
        assert await session.run(state, ["omega"], LIMIT) == [Closed()]


async def seconds_are_a_limit(pool: LeanPool) -> None:
    slow = "have : (List.range 5000).length = 5000 := by decide +kernel"
    async with pool.session() as session:
        state = await opened(session, SUM)
        [outcome, *_] = await session.run(state, [slow], TacticLimit(seconds=0.5))
        assert seen(outcome) == TIMEOUT
        assert await session.run(state, ["omega"], LIMIT) == [Closed()]


async def a_dead_lean_is_replaced(pool: LeanPool) -> None:
    async with pool.session() as session:
        state = await opened(session, AND)
        [outcome] = await session.run(state, ["constructor"], LIMIT)
        assert isinstance(outcome, Progress)
        lease = session._replays[0]._lease
        assert lease is not None
        os.kill(lease.worker.pid, signal.SIGKILL)
        while lease.worker.alive:
            await asyncio.sleep(0.05)
        assert await session.run(outcome.states[1], ["exact hq"], LIMIT) == [Closed()]


async def memory_is_a_limit(pool: LeanPool) -> None:
    async with pool.session() as session:
        state = await opened(session, SUM)
        lease = session._replays[0]._lease
        assert lease is not None
        lease.worker._memory = 2**20
        slow = "have : (List.range 5000).length = 5000 := by decide +kernel"
        [outcome, *_] = await session.run(state, [slow], LIMIT)
        assert isinstance(outcome, Timeout)
        assert "memory" in outcome.message
        assert await session.run(state, ["omega"], LIMIT) == [Closed()]


async def two_sessions_at_once(pool: LeanPool) -> None:
    async def prove(statement: str, tactic: str) -> list[Outcome]:
        async with pool.session() as session:
            return await session.run(await opened(session, statement), [tactic], LIMIT)

    both = await asyncio.gather(prove(AND, "exact ⟨hp, hq⟩"), prove(SUM, "omega"))
    assert [seen(outcome) for [outcome] in both] == [CLOSED, CLOSED]


async def freed_states_are_gone_and_others_stay(pool: LeanPool) -> None:
    async with pool.session() as session:
        state = await opened(session, AND)
        [outcome] = await session.run(state, ["constructor"], LIMIT)
        assert isinstance(outcome, Progress)
        first, second = outcome.states
        await session.free([first])
        assert await session.run(second, ["exact hq"], LIMIT) == [Closed()]


async def premises_fit(pool: LeanPool) -> None:
    async with pool.session() as session:
        premises = await session.premises(await opened(session, SUM), 16)
        assert 0 < len(premises) <= 16
        assert "Nat.add_comm" in [premise.name for premise in premises]


async def a_tactic_prints(pool: LeanPool) -> None:
    forged = 'trace "{\\"id\\": 1, \\"result\\": {}}"'
    async with pool.session() as session:
        state = await opened(session, SUM)
        [outcome] = await session.run(state, [f"{forged}; omega"], LIMIT)
        assert seen(outcome) == CLOSED


async def goals_are_shown_as_lean_shows_them(pool: LeanPool) -> None:
    async with pool.session() as session:
        state = await opened(session, "(x y : Nat) (h : x ≤ y) : ∃ z, x + z = y")
        assert state.pretty == "x y : Nat\nh : x ≤ y\n⊢ ∃ z, x + z = y"


async def the_gate_accepts_a_proof(pool: LeanPool) -> None:
    theorem = Theorem.from_statement("t", f"theorem t {SUM} := by")
    verdict = await Gate(pool)(theorem, "omega")
    assert verdict.accepted, verdict
    assert set(verdict.axioms) <= {"propext", "Quot.sound", "Classical.choice"}


async def the_gate_refuses_what_is_none(pool: LeanPool) -> None:
    theorem = Theorem.from_statement("t", "theorem t : 1 = 2 := by")
    for script in ("rfl", "sorry", "exact t"):
        assert not (await Gate(pool)(theorem, script)).accepted, script


async def the_gate_refuses_an_axiom(pool: LeanPool) -> None:
    theorem = Theorem.from_statement("t", "theorem t : 1 = 2 := by", header="axiom lie : False\n")
    verdict = await Gate(pool)(theorem, "exact lie.elim")
    assert not verdict.accepted
    assert re.search("axiom|lie", verdict.reason)


async def a_file_is_checked(pool: LeanPool) -> None:
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
    "the gate accepts a proof": the_gate_accepts_a_proof,
    "the gate refuses what is none": the_gate_refuses_what_is_none,
    "the gate refuses an axiom": the_gate_refuses_an_axiom,
    "a file is checked": a_file_is_checked,
}
"""All interactions by name."""
