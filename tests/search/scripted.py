"""A Lean, a policy, a verifier and a clock that do as they are told."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from prover.errors import LeanDiedError
from prover.lean.interface import (
    Closed,
    Goal,
    Outcome,
    Premise,
    Progress,
    State,
    TacticError,
    TacticLimit,
    Timeout,
    Verification,
)
from prover.policy.policy import Candidate, Question
from prover.policy.policy import Policy as base_Policy
from prover.search.budget import Limit
from prover.search.configuration import Configuration
from prover.search.engine import search
from prover.search.events import Event
from prover.search.result import Result
from prover.theorem import Theorem

Tree = Mapping[str, Mapping[str, str]]
"""For each state its tactics, and what each leaves: names of states with spaces between, `closed`,
`error`, `timeout`, `late` (a time-out unless it has all heartbeats), `slow` (the clock stops it) or
`dies`."""

SPENT = Timeout("(deterministic) timeout, maximum number of heartbeats has been reached")


@dataclass
class Clock:
    """A clock that moves when Lean, the policy or the verifier takes time."""

    now: float = 0.0

    def __call__(self) -> float:
        return self.now


def state(name: str, handle: int = 0) -> State:
    """A state whose name is its key and its target."""
    return State(handle, (Goal((), name, "Eq", name, f"⊢ {name}"),), name)


@dataclass
class Lean:
    """A session whose states are the names in a tree; the root is `root`."""

    tree: Tree
    clock: Clock = field(default_factory=Clock)
    seconds: float = 0.01
    """What each tactic takes."""
    ran: list[tuple[str, str]] = field(default_factory=list)
    held: dict[int, str] = field(default_factory=dict)
    made: int = 0
    workers: int = 1
    most: int = 0
    """How many calls of `run` there were at once, at most."""
    running: int = 0

    def make(self, name: str) -> State:
        self.made += 1
        self.held[self.made] = name
        return state(name, self.made)

    async def open(self, theorem: Theorem) -> State:  # noqa: ARG002
        await asyncio.sleep(0)
        return self.make("root")

    async def run(self, state: State, tactics: Sequence[str], limit: TacticLimit) -> list[Outcome]:
        outcomes: list[Outcome] = []
        self.running += 1
        self.most = max(self.most, self.running)
        try:
            for tactic in tactics:
                await asyncio.sleep(0)
                self.ran.append((self.held[state.handle], tactic))
                self.clock.now += self.seconds
                told = self.tree[self.held[state.handle]].get(tactic, "error")
                outcomes.append(self.outcome(told, limit))
                if outcomes[-1] == Closed():
                    break
        finally:
            self.running -= 1
        return outcomes

    def outcome(self, told: str, limit: TacticLimit) -> Outcome:
        match told:
            case "closed":
                return Closed()
            case "error":
                return TacticError("no")
            case "dies":
                raise LeanDiedError("Lean is gone")
            case "timeout":
                return SPENT
            case "slow":
                return Timeout("did not stop within 5 seconds, so its Lean was ended")
            case "late" if limit.heartbeats < TacticLimit().heartbeats:
                return SPENT
            case "late":
                return Closed()
        return Progress(tuple(map(self.make, told.split())))

    async def premises(self, *_: object) -> tuple[Premise, ...]:
        return ()

    async def free(self, states: Sequence[State]) -> None:
        for freed in states:
            del self.held[freed.handle]


@dataclass
class Policy:
    """Proposes the tactics of the tree, in its order, each a little less likely."""

    tree: Tree
    logprob: Callable[[str], float] | None = None
    name: str = "scripted"
    premises_wanted: int = 0
    asked: list[int] = field(default_factory=list)
    """For how many states at once, each time."""

    async def propose(self, questions: Sequence[Question], count: int) -> list[list[Candidate]]:
        await asyncio.sleep(0)
        self.asked.append(len(questions))
        return [self.candidates(question.state.goals[0].target)[:count] for question in questions]

    def candidates(self, key: str) -> list[Candidate]:
        give = self.logprob
        return [
            Candidate(tactic, give(tactic) if give else -1.0 - place / 10)
            for place, tactic in enumerate(self.tree.get(key, {}))
        ]


@dataclass
class ScriptedVerifier:
    """Refuses the scripts that it is told to."""

    refused: Iterable[str] = ()
    asked: list[str] = field(default_factory=list)
    clock: Clock = field(default_factory=Clock)
    seconds: float = 0.0

    async def __call__(self, _: Theorem, script: str) -> Verification:
        await asyncio.sleep(0)
        self.asked.append(script)
        self.clock.now += self.seconds
        if script in self.refused:
            return Verification(False, "no")
        return Verification(True, axioms=("propext",))


THEOREM = Theorem.from_statement("t", "theorem t : 1 = 1 := by")


async def events_of(
    tree: Tree,
    *,
    lean: Lean | None = None,
    policy: base_Policy | None = None,
    verifier: ScriptedVerifier | None = None,
    limit: Limit | None = None,
    configuration: Configuration | None = None,
) -> list[Event]:
    """All events of a search, which must end with its result."""
    lean = lean or Lean(tree)
    found = search(
        THEOREM,
        lean,
        policy or Policy(tree),
        verifier or ScriptedVerifier(),
        limit=limit or Limit(),
        configuration=configuration,
        clock=lean.clock,
    )
    events = [event async for event in found]
    assert [event for event in events if isinstance(event, Result)] == events[-1:]
    return events


async def result_of(
    tree: Tree,
    *,
    lean: Lean | None = None,
    policy: base_Policy | None = None,
    verifier: ScriptedVerifier | None = None,
    limit: Limit | None = None,
    configuration: Configuration | None = None,
) -> Result:
    """The result of a search."""
    *_, result = await events_of(
        tree, lean=lean, policy=policy, verifier=verifier, limit=limit, configuration=configuration
    )
    assert isinstance(result, Result)
    return result
