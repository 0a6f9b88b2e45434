"""Tactics run one after the other on statements, with what every Lean must make of each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from prover.lean.backend import Backend
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
from prover.theorem import Theorem

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

    async def __call__(self, pool: Backend) -> None:
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


async def opened(session: LeanSession, statement: str, header: str = "") -> State:
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
