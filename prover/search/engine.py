"""The search for a proof of one theorem: choose a state, propose, run, insert, until it is proved.

It knows policies, Lean and the gate only by their protocols, and tells what it does in events.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator, Sequence

from prover.errors import EnvironmentProblem, LeanDied, ProverError
from prover.lean.base import (
    Closed,
    LeanSession,
    Outcome,
    Premise,
    Progress,
    Rejected,
    State,
    Timeout,
)
from prover.policy.base import Candidate, Policy, Question
from prover.search.conclusion import Conclusion
from prover.search.events import (
    Accepted,
    Event,
    Expanded,
    Opened,
    Progressed,
    Trial,
    Verified,
)
from prover.search.expansion import Attempt, Expansion
from prover.search.graph import ProofGraph
from prover.search.ledger import Clock, Ledger
from prover.search.limit import Limit
from prover.search.result import Result, Status
from prover.search.score import SUM, Score
from prover.search.strategy import BestFirst, Strategy
from prover.search.structure import Standing
from prover.theorem import Theorem
from prover.verify.base import Verify

LATE_SECONDS = 1.0
"""How long after the deadline a running tactic is waited for."""


async def search(
    theorem: Theorem,
    session: LeanSession,
    policy: Policy,
    verify: Verify,
    *,
    limit: Limit | None = None,
    score: Score = SUM,
    strategy: Strategy | None = None,
    clock: Clock = time.monotonic,
) -> AsyncGenerator[Event, None]:
    """Searches for a proof; the last event is the `Result`. Closing the generator cancels.

    A proof counts once `verify` has accepted it. What is found in time is still verified when the
    time is up. Raises `EnvironmentProblem` when Lean can't be started any more; all other failures
    end in a `Result`.
    """
    limit, strategy = limit or Limit(), strategy or BestFirst()
    yield Accepted(theorem.name, policy.name, score.name, strategy.name, limit)
    run = _Search(theorem, session, policy, verify, limit, strategy, clock)
    try:
        yield await run.open(score)
        while True:
            if run.graph.proved and run.ledger.may_verify():
                yield (verified := await run.verify())
                if verified.verification.accepted:
                    yield run.result(Status.PROVED)
                    return
                continue
            if (message := run.ledger.limit_reached()) is not None:
                yield run.result(Status.LIMIT, message)
                return
            if (key := run.choose()) is None:
                yield run.exhausted()
                return
            yield await run.expand(key)
            yield run.progress(key)
    except EnvironmentProblem:
        raise
    except ProverError as error:
        yield run.result(Status.ERROR, " ".join(filter(None, (error.message, error.hint))))


class _Search:
    """What one search knows: its graph, its candidates, its counters and its time."""

    graph: ProofGraph

    def __init__(
        self,
        theorem: Theorem,
        session: LeanSession,
        policy: Policy,
        verify: Verify,
        limit: Limit,
        strategy: Strategy,
        clock: Clock,
    ) -> None:
        self._theorem = theorem
        self._session = session
        self._policy = policy
        self._limit = limit
        self._strategy = strategy
        self.ledger = Ledger(limit, clock)
        self._expansions: dict[str, Expansion] = {}
        self._with_premises: set[str] = set()
        self._problems: list[str] = []
        self._conclusion = Conclusion(theorem, session, verify, limit, self.ledger)

    async def open(self, score: Score) -> Opened:
        """Has Lean open the theorem; from now on the time counts."""
        with self.ledger.timing("lean"):
            root = await self._session.open(self._theorem)
        self.graph = ProofGraph(root, score)
        self.ledger.count(states=1)
        seconds = self.ledger.total
        self.ledger.start()
        return Opened(root, seconds)

    def choose(self) -> str | None:
        """The next state to run candidates on; None when there is none."""
        self._strategy.changed(self.graph, self.graph.take_changed())
        return self._strategy.choose(self.graph)

    async def expand(self, key: str) -> Expanded:
        """Runs a state's next candidates. A state that Lean can't give any more is given up."""
        node, before = self.graph.nodes[key], self.ledger.seconds
        cost, trials, problem = self.graph.cost(key), [], ""
        try:
            expansion = await self._asked(key)
            trials = await self._run(key, expansion)
        except LeanDied as death:
            problem = death.message
            self._problems.append(problem)
            expansion = self._expansions[key] = Expansion((), self._limit)
        await self._leave(key, expansion)
        return Expanded(
            state=node.state,
            cost=cost,
            depth=node.depth,
            trials=tuple(trials),
            waiting=len(expansion),
            next=expansion.next,
            problem=problem,
            policy_seconds=self.ledger.seconds.policy - before.policy,
            lean_seconds=self.ledger.seconds.lean - before.lean,
        )

    async def verify(self) -> Verified:
        """Has the gate check what was found."""
        return await self._conclusion.check(self.graph)

    def progress(self, key: str) -> Progressed:
        """Where the search stands."""
        counters = self.ledger.counters
        return Progressed(
            expansions=counters.expansions,
            tactics=counters.tactics,
            states=counters.states,
            frontier=len(self.graph.frontier),
            depth=self.graph.nodes[key].depth,
            seconds=self.ledger.total,
        )

    def exhausted(self) -> Result:
        """The result when nothing is left to try."""
        if self._problems:
            message = f"Lean failed on {len(self._problems)} states; first: {self._problems[0]}"
            return self.result(Status.ERROR, message)
        message = "Every tactic that the policy proposed was tried. Allow more `candidates`."
        return self.result(Status.EXHAUSTED, message)

    def result(self, status: Status, message: str = "") -> Result:
        """The last event."""
        conclusion = self._conclusion
        return Result(
            theorem=self._theorem.name,
            status=status,
            message=message,
            script=conclusion.script,
            proof=conclusion.proof,
            verification=conclusion.verification,
            counters=self.ledger.counters,
            seconds=self.ledger.seconds,
        )

    async def _asked(self, key: str) -> Expansion:
        """What there is to run on a state.

        Premises take Lean some time to find, so only states that survive their first turn get any.
        """
        state, count = self.graph.nodes[key].state, self._policy.premises_wanted
        if key not in self._expansions:
            self.ledger.count(expansions=1)
            self._expansions[key] = Expansion(await self._propose(key, ()), self._limit)
            if len(self._expansions[key]) > self._limit.turn:
                return self._expansions[key]
        if count and key not in self._with_premises:
            self._with_premises.add(key)
            with self.ledger.timing("lean"):
                premises = await self._session.premises(state, count)
            self._expansions[key].add(await self._propose(key, premises))
        return self._expansions[key]

    async def _propose(self, key: str, premises: tuple[Premise, ...]) -> list[Candidate]:
        """The policy's candidates for a state."""
        question = Question(self.graph.nodes[key].state, premises, self.graph.path(key))
        with self.ledger.timing("policy"):
            [candidates] = await self._policy.propose([question], self._limit.candidates)
        return candidates

    async def _run(self, key: str, expansion: Expansion) -> list[Trial]:
        """Runs the next candidates on a state, up to one that proves it."""
        left = min(self._limit.turn, self._limit.tactics - self.ledger.counters.tactics)
        attempts = expansion.take(left)
        outcomes = await self._outcomes(self.graph.nodes[key].state, expansion, attempts)
        trials: list[Trial] = []
        for attempt, given in zip(attempts, outcomes, strict=False):
            outcome = self._within_bounds(given)
            trials.append(Trial(attempt.candidate, outcome))
            self.ledger.note(outcome)
            if isinstance(outcome, Timeout):
                expansion.ran_out(attempt)
            if self.graph.nodes[key].standing is Standing.OPEN:
                self._insert(key, attempt, outcome)
        expansion.put_back(attempts[len(trials) :])
        await self._free(outcomes)
        return trials

    async def _outcomes(
        self, state: State, expansion: Expansion, attempts: Sequence[Attempt]
    ) -> list[Outcome]:
        """What Lean says of the attempts. None of it counts once the search's time is over."""
        seconds = self.ledger.left
        if not attempts or seconds <= 0:
            return []
        budget = expansion.budget(attempts[0], seconds)
        tactics = [attempt.candidate.tactic for attempt in attempts]
        with self.ledger.timing("lean"):
            try:
                async with asyncio.timeout(seconds + LATE_SECONDS):
                    return await self._session.run(state, tactics, budget)
            except TimeoutError:
                return []

    def _within_bounds(self, outcome: Outcome) -> Outcome:
        most = self._limit.characters
        if isinstance(outcome, Progress) and any(len(s.pretty) > most for s in outcome.states):
            return Rejected(f"it left a goal of over {most} characters")
        return outcome

    def _insert(self, key: str, attempt: Attempt, outcome: Outcome) -> None:
        match outcome:
            case Progress(states):
                known = len(self.graph.nodes)
                self.graph.insert(key, attempt.candidate, states)
                self.ledger.count(states=len(self.graph.nodes) - known)
            case Closed():
                self.graph.insert(key, attempt.candidate, ())

    async def _free(self, outcomes: Sequence[Outcome]) -> None:
        """Has Lean forget the states that the graph did not take: it had them already."""
        dropped = [
            state
            for outcome in outcomes
            if isinstance(outcome, Progress)
            for state in outcome.states
            if (node := self.graph.nodes.get(state.key)) is None or node.state is not state
        ]
        if dropped:
            await self._session.free(dropped)

    async def _leave(self, key: str, expansion: Expansion) -> None:
        """Puts a state back into the frontier, or finishes it when all its candidates were run."""
        node = self.graph.nodes[key]
        if node.standing is not Standing.OPEN:
            return
        if (candidate := expansion.next) is not None:
            self.graph.postpone(key, candidate)
            return
        self.graph.finish(key)
        if key != self.graph.root:
            await self._session.free([node.state])
