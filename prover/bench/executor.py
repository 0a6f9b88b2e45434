"""One try at one problem: a search with a session of its own, its events kept."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager, aclosing
from dataclasses import dataclass

from prover.bench.attempt import Attempt, Finished, Job
from prover.errors import InputError, SetupError, TheoremNotFoundError
from prover.lean.backend import Backend
from prover.lean.interface import LeanSession, Outcome, Premise, State, TacticLimit, Verify
from prover.policy.policy import Policy
from prover.problems.sorry_dependencies import SorryDependencies
from prover.search.budget import Limit
from prover.search.configuration import Configuration
from prover.search.engine import search
from prover.search.result import Result, Seconds, Status
from prover.theorem import Theorem
from prover.trace_file import TraceWriter
from prover.verifier import Verifier

Sessions = Callable[[], AbstractAsyncContextManager[LeanSession]]


@dataclass(frozen=True)
class LocalExecutor:
    """What all tries of a run have in common."""

    sessions: Sessions
    policy: Policy
    verify: Verify
    limit: Limit
    configuration: Configuration

    @classmethod
    def with_lean(
        cls, lean: Backend, policy: Policy, limit: Limit, configuration: Configuration
    ) -> LocalExecutor:
        """With sessions of one worker each: what is under way beside one changes nothing."""
        verifier = Verifier(lean, seconds=limit.verify_seconds)
        return cls(lambda: lean.session(alone=True), policy, verifier, limit, configuration)

    async def __call__(self, job: Job) -> Finished:
        """Makes the attempt. Raises `SetupError` when Lean can't be started any more.

        Whatever else goes wrong is the attempt's own: its status is `error` then.
        """
        problem, trace = job.problem, TraceWriter(job.problem.name)
        began, started = time.time(), time.monotonic()
        refused = False
        try:
            result, refused = await self._searched(job, trace)
        except SetupError:
            raise
        except Exception as error:
            seconds = Seconds(total=time.monotonic() - started)
            message = f"{type(error).__name__}: {error}"
            result = Result(problem.name, Status.ERROR, message, seconds=seconds)
            trace.note(result)
        attempt = Attempt.of(job, result, started=began, applicable=not refused)
        return Finished(attempt, trace.compressed())

    async def _searched(self, job: Job, trace: TraceWriter) -> tuple[Result, bool]:
        """How the search ended, and whether Lean could not read the theorem."""
        async with self.sessions() as session:
            reading = ElaborationProbe(session)
            leaning = SorryDependencies.of(job.problem.header)
            found = search(
                job.problem.theorem,
                reading,
                leaning.last(self.policy),
                leaning.told(self.verify),
                limit=self.limit,
                configuration=self.configuration,
                seed=job.seed,
            )
            async with aclosing(found) as events:
                async for event in events:
                    trace.note(event)
        assert isinstance(event, Result), "the last event of a search is its result"
        return event, reading.refused


class ElaborationProbe:
    """A session that remembers that Lean could not read its theorem."""

    def __init__(self, session: LeanSession) -> None:
        self._session = session
        self.refused = False

    @property
    def workers(self) -> int:
        """As many as the session has."""
        return self._session.workers

    async def open(self, theorem: Theorem) -> State:
        """The state at the theorem's hole."""
        try:
            return await self._session.open(theorem)
        except InputError as problem:
            self.refused = not isinstance(problem, TheoremNotFoundError)
            raise

    async def run(self, state: State, tactics: Sequence[str], limit: TacticLimit) -> list[Outcome]:
        """The outcome of each tactic."""
        return await self._session.run(state, tactics, limit)

    async def premises(self, state: State, count: int) -> tuple[Premise, ...]:
        """The premises for a state."""
        return await self._session.premises(state, count)

    async def free(self, states: Sequence[State]) -> None:
        """Forgets states."""
        await self._session.free(states)
