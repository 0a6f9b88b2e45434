"""Runs a state's next candidates: asks the policy, has Lean run them, puts outcomes into the graph.

Several turns may be under way at once. Each reads the graph when it begins and changes it when a
batch of it has landed, so what happens in between need not be thought of in order. A policy that
wants it is asked again with what Lean refused, and proofs of states with the same target and fewer
hypotheses are tried again: whether they serve is for Lean to say.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Iterator, Sequence
from contextlib import suppress
from dataclasses import replace

from prover.errors import LeanDiedError, PolicyUnavailableError, SetupError
from prover.lean.interface import (
    Closed,
    Goal,
    LeanSession,
    Outcome,
    Progress,
    Rejected,
    State,
)
from prover.policy.policy import Candidate, ModelPolicy, Policy, Question
from prover.search.and_or_graph import NodeStatus
from prover.search.budget import Budget, Limit
from prover.search.configuration import Configuration
from prover.search.events import Expanded, Trial
from prover.search.expansion import CandidateQueue, PartialExpansion, RefusedCandidates, TacticBatch
from prover.search.graph import ProofGraph
from prover.search.proof import format_script, shortest_proof

LOGPROB = -0.1
"""Of a proof that is tried again."""


class ProofReuse:
    """The states of one goal in a graph, by their targets."""

    def __init__(self, graph: ProofGraph) -> None:
        self._graph = graph
        self._keys: defaultdict[str, dict[str, None]] = defaultdict(dict)

    def note(self, states: Sequence[State]) -> None:
        """Take note of states that are in the graph."""
        for state in states:
            if len(state.goals) == 1:
                self._keys[state.goals[0].target].setdefault(state.key)

    def alike(self, state: State) -> list[Candidate]:
        """The proofs of states that the state follows from."""
        if len(state.goals) != 1:
            return []
        [goal] = state.goals
        return [
            Candidate(format_script(shortest_proof(self._graph, key)), LOGPROB, policy="reuse")
            for key in self._keys.get(goal.target, ())
            if key in self._graph.nodes and key != state.key
            if self._graph.nodes[key].standing is NodeStatus.PROVED
            if _hypotheses(self._graph.nodes[key].state.goals[0]) <= _hypotheses(goal)
        ]


def _hypotheses(goal: Goal) -> set[tuple[str, str]]:
    return {(hypothesis.name, hypothesis.type) for hypothesis in goal.hypotheses}


BEFORE_PREMISES = 8
"""Tactics that run on a state before its premises are looked for."""
LATE_SECONDS = 1.0
"""How long after the deadline a running tactic, or the policy, is waited for."""


class Expander:
    """The candidates of all states of one search, and what is still to be run of them."""

    def __init__(
        self,
        graph: ProofGraph,
        session: LeanSession,
        policy: Policy,
        limit: Limit,
        configuration: Configuration,
        ledger: Budget,
        seed: int = 0,
    ) -> None:
        self._graph = graph
        self._session = session
        self._policy = policy
        self._limit = limit
        self._configuration = configuration
        self._ledger = ledger
        self._seed = seed
        self._proofs = ProofReuse(graph)
        self._expansions: dict[str, CandidateQueue] = {}
        self._with_premises: set[str] = set()
        self._repairs = RefusedCandidates(policy.repairs if isinstance(policy, ModelPolicy) else 0)
        self.problems: dict[str, str] = {}
        """Why states were given up, by their keys, oldest first."""

    def turn(self, key: str, most: int) -> PartialExpansion:
        """A turn for a state of the frontier, of at most so many tactics."""
        node, how, first = self._graph.nodes[key], self._configuration, key not in self._expansions
        question = Question(node.state, seed=self._seed)
        expansion = CandidateQueue(self._limit, how) if first else self._expansions[key]
        most = min(most, how.root_turn if first and key == self._graph.root else how.turn)
        return PartialExpansion(question, expansion, self._graph.cost(key), node.depth, most, first)

    async def ask(self, turns: Sequence[PartialExpansion]) -> None:
        """Asks the policy for states that it was not asked for yet, all at once."""
        proposed = await self._propose(turns)
        for turn, candidates in zip(turns, proposed, strict=True):
            if self._configuration.reuse_proofs:
                candidates = [*self._proofs.alike(turn.question.state), *candidates]
            turn.expansion.add(candidates)
            self._expansions[turn.key] = turn.expansion

    async def prepare(self, turn: PartialExpansion, asked: Awaitable[None] | None) -> None:
        """Has a turn's candidates ready, once the policy was `asked` for its state if it has to be.

        Raises `LeanDiedError` when Lean can't give the state any more, and what the policy raised.
        """
        if asked is not None:
            await asyncio.shield(asked)
        await self._add_premises(turn)
        turn.offer()

    def extend(self, turn: PartialExpansion, most: int) -> bool:
        """Lets a turn send more, at most so many tactics; whether there were any."""
        if turn.prepared and self._graph.nodes[turn.key].standing is NodeStatus.OPEN:
            turn.offer(min(most, self._configuration.turn))
        return turn.left > 0

    async def run(self, batch: TacticBatch, prepared: Awaitable[None]) -> None:
        """Has Lean run what the batch takes of its turn. A state that Lean can't give any more is
        given up."""
        try:
            await asyncio.shield(prepared)
            batch.take()
            await self._run_attempts(batch)
            await self._repair(batch)
        except LeanDiedError as death:
            batch.attempts, batch.problem = (), death.message

    async def insert_outcomes(self, batch: TacticBatch) -> Expanded | None:
        """Puts what came of a batch into the graph. None for one that came too late for any
        candidate of its turn."""
        turn = batch.turn
        turn.batches.remove(batch)
        if batch.problem:
            self._give_up(turn, batch.problem)
        trials = await self._insert_all(batch)
        if not (trials or batch.problem or turn.over):
            return None
        following = turn.next or turn.expansion.next
        await self._leave(turn, following)
        seconds, turn.policy_seconds = turn.policy_seconds, 0.0
        return Expanded(
            state=turn.question.state,
            cost=turn.cost,
            depth=turn.depth,
            trials=tuple(trials),
            waiting=turn.aloft + len(turn.expansion),
            next=following,
            problem=batch.problem,
            policy_seconds=seconds,
            lean_seconds=batch.lean_seconds,
        )

    def end(self, turn: PartialExpansion) -> None:
        """Its state may have another turn."""
        self._graph.end(turn.key)

    def let_go(self) -> Iterator[None]:
        """Forgets the candidates of one state at each step."""
        while self._expansions:
            self._expansions.popitem()
            yield

    async def _propose(self, turns: Sequence[PartialExpansion]) -> list[list[Candidate]]:
        """The policy's candidates; none when it has not answered as the search's time ends.

        Raises `PolicyUnavailableError` where the policy raises `SetupError`: what it needs may be
        missing for this search only, unlike a Lean that can't be started.
        """
        began = self._ledger.total
        questions = [replace(turn.question, path=self._path(turn.key)) for turn in turns]
        proposed: list[list[Candidate]] = [[] for _ in turns]
        with self._ledger.timing("policy"), suppress(TimeoutError):
            async with asyncio.timeout(max(0.0, self._ledger.left) + LATE_SECONDS):
                try:
                    proposed = await self._policy.propose(questions, self._limit.candidates)
                except SetupError as problem:
                    raise PolicyUnavailableError(problem.message, problem.hint) from problem
        for turn in turns:
            turn.policy_seconds += self._ledger.total - began
        return proposed

    def _path(self, key: str) -> tuple[str, ...]:
        """The tactics that led to a state. It may be long, and most turns ask no policy."""
        return tuple(entry.candidate.tactic for entry in self._graph.path(key))

    async def _add_premises(self, turn: PartialExpansion) -> None:
        """Premises take Lean some time to find, so only states get any on which a few tactics have
        failed, or whose candidates are about to run out."""
        expansion, count = turn.expansion, self._policy.premises_wanted
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

    async def _repair(self, batch: TacticBatch) -> None:
        """When the candidates are spent, asks the policy again, with what Lean refused of them.

        That counts as an expansion, since it costs the policy as much as one.
        """
        turn, expansion = batch.turn, batch.turn.expansion
        attempts = (attempt.candidate for attempt in batch.attempts)
        self._repairs.note(turn.key, zip(attempts, batch.outcomes, strict=False))
        spent = turn.answered and not len(expansion)
        if not spent or Closed() in batch.outcomes or self._ledger.limit_reached():
            return
        if refused := self._repairs.take(turn.key):
            self._ledger.count(expansions=1)
            turn.question = replace(turn.question, refused=refused)
            [candidates] = await self._propose([turn])
            expansion.add(candidates)

    async def _run_attempts(self, batch: TacticBatch) -> None:
        """Has Lean run the attempts, up to one that closes the state."""
        if batch.attempts:
            began = self._ledger.total
            with self._ledger.timing("lean"):
                batch.outcomes = await self._ran(batch)
            batch.lean_seconds = self._ledger.total - began

    async def _ran(self, batch: TacticBatch) -> list[Outcome]:
        """What Lean says of attempts that have one budget; nothing if it says so too late."""
        seconds = self._ledger.left
        if seconds <= 0:
            return []
        state = batch.turn.question.state
        tactics = [attempt.candidate.tactic for attempt in batch.attempts]
        budget = batch.turn.expansion.budget(batch.attempts[0], seconds)
        try:
            async with asyncio.timeout(seconds + LATE_SECONDS):
                return await self._session.run(state, tactics, budget)
        except TimeoutError:
            return []

    def _give_up(self, turn: PartialExpansion, problem: str) -> None:
        self.problems[turn.key] = problem
        turn.stop()
        turn.expansion.clear()
        self._expansions[turn.key] = turn.expansion

    async def _insert_all(self, batch: TacticBatch) -> list[Trial]:
        """Inserts the outcomes. The turn ends when they prove the state or came too late."""
        turn = batch.turn
        node, trials = self._graph.nodes[turn.key], list[Trial]()
        for attempt, given in zip(batch.attempts, batch.outcomes, strict=False):
            outcome = self._within_bounds(given)
            trials.append(Trial(attempt.candidate, outcome))
            self._ledger.note(outcome)
            if outcome.for_want_of_heartbeats:
                turn.expansion.ran_out(attempt)
            if node.standing is NodeStatus.OPEN:
                self._insert(turn.key, attempt.candidate, outcome)
        await self._free(batch.outcomes)
        if len(trials) < len(batch.attempts) or node.standing is not NodeStatus.OPEN:
            batch.give_back()
            turn.stop()
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

    async def _leave(self, turn: PartialExpansion, following: Candidate | None) -> None:
        """Has a state wait for its next turn, or finishes it when all its candidates were run."""
        node = self._graph.nodes[turn.key]
        if node.standing is not NodeStatus.OPEN:
            return
        if following is None and turn.over:
            # The first turn of the theorem may have run all that there was without premises.
            with suppress(LeanDiedError):
                await self._add_premises(turn)
            following = turn.expansion.next
        if following is not None:
            self._graph.postpone(turn.key, following)
        elif turn.over:
            self._graph.finish(turn.key)
            if turn.key != self._graph.root:
                await self._session.free([node.state])
