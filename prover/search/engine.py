"""The search for a proof of one theorem: choose states, run tactics on them, until it is proved.

It knows policies, Lean and the gate only by their protocols, and tells what it does in events.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator, Awaitable, Sequence
from dataclasses import replace

from prover.errors import EnvironmentProblem, NotLocated, PolicyGone, ProverError
from prover.lean.base import LeanSession
from prover.policy.base import ModelPolicy, Policy
from prover.search.conclusion import Conclusion
from prover.search.configuration import Configuration
from prover.search.events import Accepted, Event, Expanded, Opened, Progressed, Verified
from prover.search.expander import Expander, Turn
from prover.search.graph import ProofGraph
from prover.search.ledger import Clock, Ledger
from prover.search.limit import Limit
from prover.search.result import Result, Status
from prover.theorem import Theorem
from prover.verify.base import Verify

AHEAD = 3
"""Expansions in flight for each Lean worker where the policy asks a language model: while one waits
for an answer, Lean has another to run and the model has the next question
(`benchmarks/perf/overlap.py`)."""


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

    Raises `EnvironmentProblem` when Lean can't be started any more; all other failures end in a
    `Result`.
    """
    limit, configuration = limit or Limit(), configuration or Configuration()
    yield Accepted(theorem.name, policy.name, configuration, limit)
    run = _Search(theorem, session, policy, verify, limit, configuration, clock, seed)
    try:
        yield await run.open()
        while True:
            if run.graph.proved and run.ledger.may_verify():
                await run.recall()
                yield (verified := await run.verify())
                if verified.verification.accepted:
                    yield run.result(Status.PROVED)
                    return
                continue
            if (message := run.ledger.limit_reached()) is None:
                run.set_out()
            if not run.under_way:
                yield run.result(Status.LIMIT, message) if message else run.exhausted()
                return
            yield (expanded := await run.landed())
            yield run.progress(expanded)
    except EnvironmentProblem:
        raise
    except ProverError as error:
        message = " ".join(filter(None, (error.message, error.hint)))
        unavailable = isinstance(error, PolicyGone | NotLocated)
        yield replace(run.result(Status.ERROR, message), unavailable=unavailable)
    finally:
        await run.recall()


class _Search:
    """What one search knows: its graph, its candidates, its counters and its time."""

    graph: ProofGraph
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
        self._strategy = configuration.make_strategy()
        self._ahead = configuration.ahead or (AHEAD if isinstance(policy, ModelPolicy) else 1)
        self._turns: dict[asyncio.Task[None], Turn] = {}
        """What is under way, oldest first."""
        self._asking: set[asyncio.Task[None]] = set()
        self.ledger = Ledger(limit, clock)
        self._conclusion = Conclusion(theorem, self._session, verify, limit, self.ledger)

    @property
    def under_way(self) -> bool:
        """Whether tactics are being run."""
        return bool(self._turns)

    async def open(self) -> Opened:
        """Has Lean open the theorem; from now on the time counts."""
        with self.ledger.timing("lean"):
            root = await self._session.open(self._theorem)
        how = self._configuration
        self.graph = how.make_graph(root)
        self._expander = Expander(
            self.graph, self._session, self._policy, self._limit, how, self.ledger, self._seed
        )
        self.ledger.count(states=1)
        seconds = self.ledger.total
        self.ledger.start()
        return Opened(root, seconds)

    def set_out(self) -> None:
        """Starts as many turns as there are to be, and asks the policy for all at once."""
        turns: list[Turn] = []
        most = self._session.workers * self._ahead
        while len(self._turns) + len(turns) < most and (turn := self._next(turns)):
            turns.append(turn)
        if turns:
            # There was nothing else to do for the workers that are left.
            turns[0].lanes += max(0, self._session.workers - len(self._turns) - len(turns))
        new = [turn for turn in turns if turn.first]
        asked = self._asked(new) if new else None
        for turn in turns:
            flight = self._fly(turn, asked if turn.first else None)
            self._turns[asyncio.create_task(flight)] = turn

    async def landed(self) -> Expanded:
        """Waits for a turn and puts what came of it into the graph.

        With one worker, that is the oldest turn: so the order does not depend on how long the
        policy and Lean take.
        """
        wanted = list(self._turns)[: 1 if self._session.workers == 1 else None]
        done, _ = await asyncio.wait(wanted, return_when=asyncio.FIRST_COMPLETED)
        first = next(task for task in wanted if task in done)
        turn = self._turns.pop(first)
        first.result()
        expanded = await self._expander.land(turn)
        self._strategy.ran(self.graph, turn.key)
        return expanded

    async def recall(self) -> None:
        """Stops what is under way; its states and candidates wait again."""
        tasks = [*self._asking, *self._turns]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        for turn in self._turns.values():
            self.graph.end(turn.key)
            self._strategy.ran(self.graph, turn.key)
        self._turns.clear()

    async def verify(self) -> Verified:
        """Has the gate check what was found."""
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

    def exhausted(self) -> Result:
        """The result when nothing is left to try."""
        if problems := self._expander.problems:
            message = f"Lean failed on {len(problems)} states; first: {problems[0]}"
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

    def _next(self, others: Sequence[Turn]) -> Turn | None:
        """A turn for the next state, unless the limits are used up by those that have set out."""
        under_way = [*self._turns.values(), *others]
        left = self._limit.tactics - self.ledger.counters.tactics
        left -= sum(turn.most for turn in under_way)
        if left <= 0 or self.ledger.limit_reached():
            return None
        self._strategy.changed(self.graph, self.graph.take_changed())
        key = self._strategy.choose(self.graph)
        if key is None:
            return None
        turn = self._expander.turn(key, left)
        self.graph.begin(key)
        self.ledger.count(expansions=turn.first)
        return turn

    def _asked(self, turns: Sequence[Turn]) -> asyncio.Task[None]:
        """The policy being asked for states."""
        task = asyncio.create_task(self._expander.ask(turns))
        self._asking.add(task)
        task.add_done_callback(self._asking.discard)
        return task

    async def _fly(self, turn: Turn, asked: Awaitable[None] | None) -> None:
        if asked is not None:
            await asyncio.shield(asked)
        await self._expander.run(turn)
