"""The values that Lean and the search exchange, and the protocol between them.

A tactic that fails is a value (`Outcome`); a Lean that dies is an exception (`LeanDiedError`).
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol

from prover.theorem import Theorem


@dataclass(frozen=True)
class Hypothesis:
    """One local hypothesis or variable, as Lean prints it."""

    name: str
    type: str
    head: str
    """Head constant of the type up to reducible unfolding; `∀` or `→` for a function type."""
    is_proposition: bool
    value: str | None = None
    """The body, for a `let` variable."""
    accessible: bool = True
    """Whether a tactic can name it (its name has no dagger)."""
    constructors: int | None = None
    """How many constructors its type has, where that is an inductive type."""
    recursive: bool = False
    """Whether a constructor of its type takes an argument of the same type."""


@dataclass(frozen=True)
class Binder:
    """What `intro` would bring in from the target of a goal."""

    name: str
    dependent: bool
    """Whether the rest of the target mentions it."""
    is_proposition: bool


@dataclass(frozen=True)
class Definition:
    """A definition or an inductive type of the file at hand, as against the library's."""

    name: str
    constructors: tuple[str, ...] = ()
    """Of an inductive type; a definition has none."""


@dataclass(frozen=True)
class Goal:
    """One goal: hypotheses and target as printed, and a key that doesn't depend on printing."""

    hypotheses: tuple[Hypothesis, ...]
    target: str
    head: str
    """Head constant of the target, as for `Hypothesis.head`."""
    key: str
    """Hash of the elaborated goal: types and user names, metavariables numbered in order."""
    pretty: str
    """The goal as Lean's own info view shows it."""
    binders: tuple[Binder, ...] = ()
    """The leading binders of the target, outermost first."""
    definitions: tuple[Definition, ...] = ()
    """What the goal rests on of the file at hand, nearest first."""


@dataclass(frozen=True)
class State:
    """Goals that share metavariables, kept together; nearly always a single goal."""

    handle: int
    """Names the state inside the session that made it; means nothing elsewhere."""
    goals: tuple[Goal, ...]
    key: str
    """States with the same key are the same problem, however they were reached."""

    @property
    def pretty(self) -> str:
        """All goals, as Lean's info view shows them."""
        return "\n\n".join(goal.pretty for goal in self.goals)


@dataclass(frozen=True)
class Ran:
    """What all outcomes have in common."""

    seconds: float = field(default=0.0, compare=False, kw_only=True)
    """Wall-clock time that Lean took; outcomes are the same whatever they took."""

    @property
    def for_want_of_heartbeats(self) -> bool:
        """Whether more heartbeats might do: they ran out, and not the clock or the memory."""
        return False


@dataclass(frozen=True)
class Progress(Ran):
    """The tactic left these independent states, in Lean's order of goals; all must be proved."""

    states: tuple[State, ...]


@dataclass(frozen=True)
class Closed(Ran):
    """The tactic closed the state."""


@dataclass(frozen=True)
class TacticError(Ran):
    """Lean refused the tactic."""

    message: str


@dataclass(frozen=True)
class Timeout(Ran):
    """The tactic ran into its time, heartbeat or memory limit."""

    message: str

    @property
    def for_want_of_heartbeats(self) -> bool:
        """Neither the clock nor the memory stopped the tactic."""
        return "maximum number of heartbeats" in self.message


@dataclass(frozen=True)
class Rejected(Ran):
    """Lean accepted the tactic, the prover does not: `sorry`, a lost goal, its own theorem."""

    reason: str


Outcome = Progress | Closed | TacticError | Timeout | Rejected


@dataclass(frozen=True)
class TacticLimit:
    """What one tactic may use."""

    seconds: float = 5.0
    """Wall-clock time; Lean is asked to stop at it, and killed a little later."""
    heartbeats: int = 200_000
    """Lean's own unit, in thousands of small allocations, as in `set_option maxHeartbeats`."""

    def with_share(self, share: float) -> TacticLimit:
        """The same with this part of the heartbeats, at least one."""
        return replace(self, heartbeats=max(1, round(self.heartbeats * share)))


@dataclass(frozen=True)
class Premise:
    """A theorem of the environment that may help with a state."""

    name: str
    type: str
    score: float
    """Relevance, higher is better; comparable only within one answer."""
    uses: tuple[str, ...] = ()
    """Ways in which it fits the first goal: of `apply`, `rw`, `simp`."""


class LeanSession(Protocol):
    """One theorem being proved in Lean. Every method may raise `LeanDiedError`.

    Methods may be called concurrently; what is called beyond `workers` at once has to wait.
    """

    @property
    def workers(self) -> int:
        """How many calls can be under way at once, at present."""

    async def open(self, theorem: Theorem) -> State:
        """The state at the theorem's hole.

        Raises `InputError` when the header or the statement does not elaborate.
        """

    async def run(self, state: State, tactics: Sequence[str], limit: TacticLimit) -> list[Outcome]:
        """The outcome of each tactic, each run on `state` alone, in the order given."""

    async def premises(self, state: State, count: int) -> tuple[Premise, ...]:
        """At most `count` theorems of the environment, most relevant to `state` first."""

    async def free(self, states: Sequence[State]) -> None:
        """Forget states that the search has dropped."""


STANDARD = ("propext", "Quot.sound", "Classical.choice")
"""The axioms that a proof may rest on: those of Lean itself."""


@dataclass(frozen=True)
class Verification:
    """The verifier's verdict on one script."""

    accepted: bool
    reason: str = ""
    """Why it was refused; empty when it was accepted."""
    axioms: tuple[str, ...] = ()
    """The axioms that the declaration depends on."""
    trusted: int = 0
    """How many theorems of the library it uses whose proofs were not looked into, as they were not
    there."""
    whole: bool = True
    """Whether for all of the declaration, and not for the goal of the hole alone."""
    note: str = ""
    """What else its author should know."""
    seconds: float = 0.0
    """Wall-clock time that the check took."""


Verify = Callable[[Theorem, str], Awaitable[Verification]]
"""Checks a theorem with a tactic script in its hole; may raise `LeanDiedError`."""
