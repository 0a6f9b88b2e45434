"""The search for a proof of one theorem: choose states, run tactics on them, until it is proved.

It knows policies, Lean and the verifier only by their protocols, and tells what it does in events.
A proved graph becomes a script: the shortest proof, made shorter, verified.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator
from dataclasses import replace
from itertools import chain

from prover.errors import (
    LeanDiedError,
    PolicyUnavailableError,
    ProverError,
    SetupError,
    TheoremNotFoundError,
    counted,
    sentences,
)
from prover.lean.interface import Closed, LeanSession, State, TacticLimit, Verification, Verify
from prover.policy.policy import ModelPolicy, Policy
from prover.search.budget import Budget, Clock, Limit
from prover.search.configuration import Configuration
from prover.search.events import Accepted, Event, Expanded, Opened, Progressed, Verified
from prover.search.expander import Expander
from prover.search.garbage_collection import GARBAGE_COLLECTION
from prover.search.graph import ProofGraph
from prover.search.proof import Proof, format_script, minimise, shortest_proof
from prover.search.result import Refusal, Result, Status
from prover.search.scheduler import Scheduler
from prover.theorem import Theorem


class ProofFinalizer:
    """The end of one search; `proof` and `script` are there once the verifier has accepted."""

    def __init__(
        self, theorem: Theorem, session: LeanSession, verify: Verify, limit: Limit, ledger: Budget
    ) -> None:
        self._theorem = theorem
        self._session = session
        self._verify = verify
        self._limit = limit
        self._ledger = ledger
        self.proof: Proof | None = None
        self.script: str | None = None
        self.verification: Verification | None = None
        """The verifier's last verdict, also when it refused."""
        self.refusal: Refusal | None = None
        """The first script that the verifier did not accept, until it accepts one."""

    async def check(self, graph: ProofGraph) -> Verified:
        """Has the verifier check the shortest proof. If it refuses, the last step found is out."""
        proof = shortest_proof(graph)
        shorter = await self._minimised(graph, proof)
        verified = await self._checked(shorter, format_script(shorter))
        if not verified.verification.accepted:
            raw = format_script(proof, folded=False)
            if raw != verified.script:
                verified = await self._checked(proof, raw)
        if not verified.verification.accepted:
            self._ledger.count(refused=1)
            graph.refuse(graph.applications[proof.latest])
        return verified

    async def _checked(self, proof: Proof, script: str) -> Verified:
        with self._ledger.timing("verify"):
            self.verification = await self._verify(self._theorem, script)
        if self.verification.accepted:
            self.proof, self.script, self.refusal = proof, script, None
        elif self.refusal is None:
            self.refusal = Refusal(script, self.verification.reason)
        return Verified(script, self.verification)

    async def _minimised(self, graph: ProofGraph, proof: Proof) -> Proof:
        """The proof without what it does not need, as far as there is time to find that out."""
        root = graph.nodes[graph.root].state
        deadline = self._ledger.total + self._limit.minimise_seconds

        async def works(script: str) -> bool:
            seconds = min(self._limit.tactic.seconds, deadline - self._ledger.total)
            limit = TacticLimit(seconds, self._limit.tactic.heartbeats)
            with self._ledger.timing("lean"):
                return Closed() in await self._session.run(root, [script], limit)

        try:
            return await minimise(proof, works, in_time=lambda: self._ledger.total < deadline)
        except LeanDiedError:
            return proof


AHEAD = 3
"""Expansions in flight for each Lean worker where the policy asks a language model: while one waits
for an answer, Lean has another to run and the model has the next question
(`benchmarks/perf/overlap.py`)."""
FREED_AT_ONCE = 500
"""States with their candidates, or parts of the graph; a few milliseconds for up to a tenth of a
million objects."""


async def search(
    theorem: Theorem,
    session: LeanSession,
    policy: Policy,
    verify: Verify,
    *,
    limit: Limit | None = None,
    configuration: Configuration | None = None,
    clock: Clock = time.monotonic,
    seed: int = 0,
) -> AsyncGenerator[Event, None]:
    """Searches for a proof; the last event is the `Result`. Closing the generator cancels.

    A proof counts once `verify` has accepted it. What is found in time is still verified when the
    time is up. As many states are expanded at once as the session has workers, and more when the
    policy asks a language model; with one worker a search repeats itself exactly.
    `seed` is for the policy.

    Raises `SetupError` when Lean can't be started any more; all other failures end in a
    `Result`.
    """
    limit, configuration = limit or Limit(), configuration or Configuration()
    yield Accepted(theorem.name, policy.name, configuration, limit)
    run = _Search(theorem, session, policy, verify, limit, configuration, clock, seed)
    try:
        with GARBAGE_COLLECTION.brief():
            yield await run.open()
            try:
                while True:
                    if run.graph.proved and run.ledger.may_verify():
                        yield (verified := await run.verify())
                        if verified.verification.accepted:
                            yield run.result(Status.PROVED)
                            return
                        continue
                    reached = run.set_out()
                    if not run.scheduler.under_way:
                        yield run.unproved(reached)
                        return
                    if expanded := await run.scheduler.next_expanded():
                        yield expanded
                        yield run.progress(expanded)
            finally:
                await run.end()
    except SetupError:
        raise
    except ProverError as error:
        unavailable = isinstance(error, PolicyUnavailableError | TheoremNotFoundError)
        ended = run.result(Status.ERROR, error.message)
        yield replace(ended, hint=error.hint, unavailable=unavailable)


class _Search:
    """What one search knows: its graph, its candidates, its counters and its time."""

    graph: ProofGraph
    scheduler: Scheduler
    _expander: Expander

    def __init__(
        self,
        theorem: Theorem,
        session: LeanSession,
        policy: Policy,
        verify: Verify,
        limit: Limit,
        configuration: Configuration,
        clock: Clock,
        seed: int,
    ) -> None:
        self._theorem = theorem
        self._session = configuration.seen_through(session)
        self._policy = policy
        self._limit = limit
        self._configuration = configuration
        self._seed = seed
        self.ledger = Budget(limit, clock)
        self._conclusion = ProofFinalizer(theorem, self._session, verify, limit, self.ledger)

    async def open(self) -> Opened:
        """Has Lean open the theorem; from now on the time counts."""
        with self.ledger.timing("lean"):
            root = await self._session.open(self._theorem)
        self._make(root)
        self.ledger.count(states=1)
        seconds = self.ledger.total
        self.ledger.start()
        return Opened(root, seconds)

    def set_out(self) -> str | None:
        """Goes on with what has begun, and begins more unless a limit is reached: then which."""
        self.scheduler.resume()
        if (reached := self.ledger.limit_reached()) is None:
            self.scheduler.start()
        return reached

    async def end(self) -> None:
        """Stops what is under way. To free millions of objects takes a while, in which others may
        do something now and then."""
        await self.scheduler.cancel()
        parts = chain(self._expander.let_go(), self.graph.let_go())
        for number, _ in enumerate(parts, start=1):
            if number % FREED_AT_ONCE == 0:
                await asyncio.sleep(0)

    async def verify(self) -> Verified:
        """Has the verifier check what was found; nothing else is done meanwhile."""
        await self.scheduler.cancel()
        return await self._conclusion.check(self.graph)

    def progress(self, expanded: Expanded) -> Progressed:
        """Where the search stands."""
        counters = self.ledger.counters
        return Progressed(
            expansions=counters.expansions,
            tactics=counters.tactics,
            states=counters.states,
            frontier=len(self.graph.frontier),
            depth=expanded.depth,
            seconds=self.ledger.total,
        )

    def unproved(self, reached: str | None) -> Result:
        """The result where no proof counts: this limit is reached, or nothing is left to try."""
        if reached is not None:
            message = self._limit.message(reached)
            ended = replace(self.result(Status.LIMIT, message), limit=reached)
        elif problems := self._expander.problems:
            first = next(iter(problems.values()))
            message = f"Lean failed on {counted(len(problems), 'state')}; first: {first}"
            return self.result(Status.ERROR, message)
        else:
            ended = self.result(Status.EXHAUSTED, _all_tried(self.ledger.counters.tactics))
        if ended.refusal is None:
            return ended
        refused = ended.counters.refused
        again = f"In all {refused} were refused" if refused > 1 else ""
        message = sentences(ended.refusal.sentence, again, ended.message)
        return replace(ended, status=Status.REFUSED, message=message)

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
            refusal=conclusion.refusal,
            counters=self.ledger.counters,
            seconds=self.ledger.seconds,
        )

    def _make(self, root: State) -> None:
        """Makes what there is to a search once its theorem is open."""
        how, session, policy = self._configuration, self._session, self._policy
        self.graph = how.make_graph(root)
        self._expander = Expander(
            self.graph, session, policy, self._limit, how, self.ledger, self._seed
        )
        ahead = how.ahead or (AHEAD if isinstance(policy, ModelPolicy) else 1)
        self.scheduler = Scheduler(
            self.graph,
            session,
            self._expander,
            how.make_strategy(),
            self._limit,
            self.ledger,
            ahead,
        )


def _all_tried(count: int) -> str:
    """Says that nothing is left of what the policy proposed."""
    if not count:
        return "The policy proposed no tactic."
    tactics = counted(count, "tactic")
    return f"All that the policy proposed was tried, {tactics}; nothing is left to try."
