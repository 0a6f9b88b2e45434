"""Runs a state's next candidates: asks the policy, has Lean run them, puts outcomes into the graph.

Several turns may be under way at once. Each reads the graph when it sets out and changes it when
it has landed, so what happens in between need not be thought of in order.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial

from prover.errors import EnvironmentProblem, LeanDied, PolicyGone
from prover.lean.base import Closed, LeanSession, Outcome, Progress, Rejected, State, Timeout
from prover.policy.base import Candidate, ModelPolicy, Policy, Question
from prover.search.configuration import Configuration
from prover.search.events import Expanded, Trial
from prover.search.expansion import Attempt, Expansion
from prover.search.graph import ProofGraph
from prover.search.lanes import Run, side_by_side
from prover.search.ledger import Ledger
from prover.search.limit import Limit
from prover.search.repairs import Repairs
from prover.search.reuse import Proofs
from prover.search.structure import Standing

PIECE = 8
"""Tactics that Lean is sent at once."""
BEFORE_PREMISES = 8
"""Tactics that run on a state before its premises are looked for."""
LATE_SECONDS = 1.0
"""How long after the deadline a running tactic, or the policy, is waited for."""


@dataclass
class Turn:
    """The next candidates of one state on their way through Lean."""

    question: Question
    cost: float
    depth: int
    most: int
    """How many tactics it may run."""
    first: bool
    """Whether the policy is still to be asked for the state."""
    lanes: int = 1
    """On how many workers at once its tactics may run."""
    attempts: Sequence[Attempt] = ()
    outcomes: Sequence[Outcome] = ()
    problem: str = ""
    policy_seconds: float = 0.0
    lean_seconds: float = 0.0

    @property
    def key(self) -> str:
        """Of its state."""
        return self.question.state.key


class Expander:
    """The candidates of all states of one search, and what is still to be run of them."""

    def __init__(
        self,
        graph: ProofGraph,
        session: LeanSession,
        policy: Policy,
        limit: Limit,
        configuration: Configuration,
        ledger: Ledger,
        seed: int = 0,
    ) -> None:
        self._graph = graph
        self._session = session
        self._policy = policy
        self._limit = limit
        self._configuration = configuration
        self._ledger = ledger
        self._seed = seed
        self._proofs = Proofs(graph)
        self._expansions: dict[str, Expansion] = {}
        self._with_premises: set[str] = set()
        self._repairs = Repairs(policy.repairs if isinstance(policy, ModelPolicy) else 0)
        self.problems: list[str] = []
        """Why states were given up, oldest first."""

    def turn(self, key: str, most: int) -> Turn:
        """A turn for a state of the frontier, of at most so many tactics."""
        node, path = self._graph.nodes[key], self._graph.path(key)
        tactics = tuple(entry.candidate.tactic for entry in path)
        question = Question(node.state, path=tactics, seed=self._seed)
        first = key not in self._expansions
        how = self._configuration
        most = min(most, how.root_turn if first and key == self._graph.root else how.turn)
        return Turn(question, self._graph.cost(key), node.depth, most, first)

    async def ask(self, turns: Sequence[Turn]) -> None:
        """Asks the policy for states that it was not asked for yet, all at once."""
        proposed = await self._propose(turns)
        for turn, candidates in zip(turns, proposed, strict=True):
            if self._configuration.reuse_proofs:
                candidates = [*self._proofs.alike(turn.question.state), *candidates]
            expansion = Expansion(candidates, self._limit, self._configuration)
            self._expansions[turn.key] = expansion

    async def run(self, turn: Turn) -> None:
        """Has Lean run the next candidates. A state that it can't give any more is given up."""
        try:
            await self._add_premises(turn)
            expansion = self._expansions[turn.key]
            turn.attempts = expansion.take(turn.most)
            await self._run_attempts(turn, expansion)
            await self._repair(turn, expansion)
        except LeanDied as death:
            turn.attempts, turn.problem = (), death.message
        except asyncio.CancelledError:
            self._expansions[turn.key].put_back(turn.attempts)
            raise

    async def land(self, turn: Turn) -> Expanded:
        """Puts what came of a turn into the graph."""
        if turn.problem:
            self.problems.append(turn.problem)
            empty = Expansion((), self._limit, self._configuration)
            self._expansions[turn.key] = empty
        self._graph.end(turn.key)
        trials = await self._insert_all(turn)
        await self._leave(turn.key)
        expansion = self._expansions[turn.key]
        return Expanded(
            state=turn.question.state,
            cost=turn.cost,
            depth=turn.depth,
            trials=tuple(trials),
            waiting=len(expansion),
            next=expansion.next,
            problem=turn.problem,
            policy_seconds=turn.policy_seconds,
            lean_seconds=turn.lean_seconds,
        )

    async def _propose(self, turns: Sequence[Turn]) -> list[list[Candidate]]:
        """The policy's candidates; none when it has not answered as the search's time ends.

        Raises `PolicyGone` where the policy raises `EnvironmentProblem`: what it needs may be
        missing for this search only, unlike a Lean that can't be started.
        """
        began = self._ledger.total
        questions = [turn.question for turn in turns]
        proposed: list[list[Candidate]] = [[] for _ in turns]
        with self._ledger.timing("policy"), suppress(TimeoutError):
            async with asyncio.timeout(max(0.0, self._ledger.left) + LATE_SECONDS):
                try:
                    proposed = await self._policy.propose(questions, self._limit.candidates)
                except EnvironmentProblem as problem:
                    raise PolicyGone(problem.message, problem.hint) from problem
        for turn in turns:
            turn.policy_seconds += self._ledger.total - began
        return proposed

    async def _add_premises(self, turn: Turn) -> None:
        """Premises take Lean some time to find, so only states get any on which a few tactics have
        failed, or whose candidates are about to run out."""
        expansion, count = self._expansions[turn.key], self._policy.premises_wanted
        if expansion.taken < BEFORE_PREMISES and len(expansion) > self._configuration.turn:
            return
        if count and turn.key not in self._with_premises:
            self._with_premises.add(turn.key)
            with self._ledger.timing("lean"):
                premises = await self._session.premises(turn.question.state, count)
            if not premises:
                return
            turn.question = replace(turn.question, premises=premises)
            [candidates] = await self._propose([turn])
            expansion.add(candidates)

    async def _repair(self, turn: Turn, expansion: Expansion) -> None:
        """When the candidates are spent, asks the policy again, with what Lean refused of them.

        That counts as an expansion, since it costs the policy as much as one.
        """
        attempts = (attempt.candidate for attempt in turn.attempts)
        self._repairs.note(turn.key, zip(attempts, turn.outcomes, strict=False))
        spent = not len(expansion) and len(turn.outcomes) == len(turn.attempts)
        if not spent or Closed() in turn.outcomes[-1:] or self._ledger.limit_reached():
            return
        if refused := self._repairs.take(turn.key):
            self._ledger.count(expansions=1)
            turn.question = replace(turn.question, refused=refused)
            [candidates] = await self._propose([turn])
            expansion.add(candidates)

    async def _run_attempts(self, turn: Turn, expansion: Expansion) -> None:
        """Has Lean run the attempts, up to one that closes the state."""
        run = partial(self._ran, turn.question.state, expansion)
        began = self._ledger.total
        with self._ledger.timing("lean"):
            if turn.lanes > 1:
                turn.attempts, turn.outcomes = await side_by_side(turn.attempts, run, turn.lanes)
            else:
                turn.outcomes = await self._in_pieces(turn.attempts, run)
        turn.lean_seconds = self._ledger.total - began

    async def _in_pieces(self, attempts: Sequence[Attempt], run: Run) -> list[Outcome]:
        """The outcomes; what was not answered when the search's time is over is lost."""
        outcomes: list[Outcome] = []
        for begin in range(0, len(attempts), PIECE):
            piece = attempts[begin : begin + PIECE]
            found = await run(piece)
            outcomes += found
            if len(found) < len(piece) or Closed() in found[-1:]:
                break
        return outcomes

    async def _ran(
        self, state: State, expansion: Expansion, attempts: Sequence[Attempt]
    ) -> list[Outcome]:
        """What Lean says of a few attempts with one budget; nothing if it says so too late."""
        seconds = self._ledger.left
        if seconds <= 0:
            return []
        tactics = [attempt.candidate.tactic for attempt in attempts]
        budget = expansion.budget(attempts[0], seconds)
        try:
            async with asyncio.timeout(seconds + LATE_SECONDS):
                return await self._session.run(state, tactics, budget)
        except TimeoutError:
            return []

    async def _insert_all(self, turn: Turn) -> list[Trial]:
        """Inserts the outcomes, up to one that proves the state; what was not run waits again."""
        node, expansion = self._graph.nodes[turn.key], self._expansions[turn.key]
        trials: list[Trial] = []
        for attempt, given in zip(turn.attempts, turn.outcomes, strict=False):
            outcome = self._within_bounds(given)
            trials.append(Trial(attempt.candidate, outcome))
            self._ledger.note(outcome)
            if isinstance(outcome, Timeout):
                expansion.ran_out(attempt)
            if node.standing is Standing.OPEN:
                self._insert(turn.key, attempt.candidate, outcome)
        expansion.put_back(turn.attempts[len(trials) :])
        await self._free(turn.outcomes)
        return trials

    def _within_bounds(self, outcome: Outcome) -> Outcome:
        most = self._limit.characters
        if isinstance(outcome, Progress) and any(len(s.pretty) > most for s in outcome.states):
            return Rejected(f"it left a goal of over {most} characters")
        return outcome

    def _insert(self, key: str, candidate: Candidate, outcome: Outcome) -> None:
        match outcome:
            case Progress(states):
                known = len(self._graph.nodes)
                self._graph.insert(key, candidate, states)
                self._ledger.count(states=len(self._graph.nodes) - known)
                if self._configuration.reuse_proofs:
                    self._proofs.note(states)
            case Closed():
                self._graph.insert(key, candidate, ())

    async def _free(self, outcomes: Sequence[Outcome]) -> None:
        """Has Lean forget the states that the graph did not take: it had them already."""
        dropped = [
            state
            for outcome in outcomes
            if isinstance(outcome, Progress)
            for state in outcome.states
            if (node := self._graph.nodes.get(state.key)) is None or node.state is not state
        ]
        if dropped:
            await self._session.free(dropped)

    async def _leave(self, key: str) -> None:
        """Puts a state back into the frontier, or finishes it when all its candidates were run."""
        node = self._graph.nodes[key]
        if node.standing is not Standing.OPEN:
            return
        if (candidate := self._expansions[key].next) is not None:
            self._graph.postpone(key, candidate)
            return
        self._graph.finish(key)
        if key != self._graph.root:
            await self._session.free([node.state])
