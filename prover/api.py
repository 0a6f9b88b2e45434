"""The search for one theorem with the parts that are used by default: a Lean and the built-in
policy. It is what `prover.file_prover` is given, and every other client of the prover too."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Callable, Collection
from contextlib import AbstractAsyncContextManager, AsyncExitStack, aclosing, asynccontextmanager
from dataclasses import dataclass, replace
from functools import partial
from typing import Protocol

from prover.errors import EnvironmentProblem
from prover.file_check import FileReport, check_file, check_line
from prover.file_prover import Search
from prover.incremental_verifier import IncrementalVerifier, TextVerifiers, VerifierPool
from prover.lean.backend import Backend, describe
from prover.lean.backends import LeanSpec, open_lean
from prover.lean.interface import Closed, LeanSession, TacticLimit, Verify
from prover.lean_file import LeanFile
from prover.policy.blocklist import exclude_theorems
from prover.policy.builtin.builtin_policy import BuiltinPolicy
from prover.policy.policy import Policy
from prover.progress import Notify
from prover.search.budget import Limit
from prover.search.configuration import Configuration
from prover.search.engine import search
from prover.search.events import Event
from prover.theorem import Theorem
from prover.verifier import Verifier


def make_search(
    lean: Backend,
    *,
    limit: Limit,
    policy: Policy | None = None,
    configuration: Configuration | None = None,
    avoid: Collection[str] = (),
    seed: int = 0,
) -> Search:
    """Searches with a session of its own each, in which no tactic names a theorem of `avoid`."""
    proposes = exclude_theorems(policy or BuiltinPolicy(), avoid)

    async def events(theorem: Theorem, verify: Verify) -> AsyncGenerator[Event, None]:
        async with lean.session() as session:
            found = search(
                theorem,
                session,
                proposes,
                verify,
                limit=limit,
                configuration=configuration,
                seed=seed,
            )
            async with aclosing(found):
                async for event in found:
                    yield event

    return events


SETTLE_SECONDS = 0.1
"""How long a search that was cancelled may keep a Lean that is still running a tactic; then that
Lean is ended, and the pool's spare one takes its place."""
READY = 2
"""Fresh Leans for the next checks: one serves for one check and takes a second to start."""
PROBE = Theorem.from_statement("ready", "theorem ready : 1 = 1 := by")


class MakeSearch(Protocol):
    """Makes a search, as `prover.api.make_search` does with a Lean and a policy."""

    def __call__(self, *, limit: Limit, avoid: Collection[str] = (), seed: int = 0) -> Search: ...


class Check(Protocol):
    """What Lean says of a file, as `prover.file_check.check_file` has it with a Lean."""

    async def __call__(
        self, file: LeanFile, *, seconds: float, audits: bool = True
    ) -> FileReport: ...


class Look(Protocol):
    """What Lean says of a line of a file, as `prover.file_check.check_line` has it with a Lean."""

    async def __call__(self, file: LeanFile, line: int) -> FileReport: ...


@dataclass(frozen=True)
class Prover:
    """A prover that is ready for work."""

    policy: Policy
    search: MakeSearch
    session: Callable[[], AbstractAsyncContextManager[LeanSession]]
    """A Lean for one theorem."""
    check: Check
    look: Look
    verify: Verify
    walks: Callable[[], AbstractAsyncContextManager[TextVerifiers]]
    """The gate's way down one text."""
    lean: str = ""
    """Which Lean it is, with its version."""


@asynccontextmanager
async def assemble(
    policy: Callable[[], AbstractAsyncContextManager[Policy]],
    *,
    lean: LeanSpec,
    limit: Limit,
    tell: Notify = lambda _: None,
    configuration: Configuration | None = None,
) -> AsyncIterator[Prover]:
    """The parts that are used by default: a policy, and a Lean, which `tell` is told of.

    Raises what `open_lean` does, and `EnvironmentProblem` or `LeanDied` when Lean does not start
    or can't prove `1 = 1`.
    """
    async with AsyncExitStack() as stack:
        # First: a model that is missing is told before Lean is started.
        proposes = await stack.enter_async_context(policy())
        wanted = replace(lean, settle_seconds=SETTLE_SECONDS, ready=READY)
        found = await stack.enter_async_context(open_lean(wanted, tell=tell))
        await check_ready(found)
        walk = partial(IncrementalVerifier, found, seconds=limit.verify_seconds)
        stock = await stack.enter_async_context(VerifierPool(walk, most=lean.workers, kept=True))
        yield Prover(
            policy=proposes,
            search=partial(make_search, found, policy=proposes, configuration=configuration),
            session=partial(found.session, alone=True),
            check=partial(check_file, found),
            look=partial(check_line, found),
            verify=Verifier(found, seconds=limit.verify_seconds),
            walks=partial(TextVerifiers, stock),
            lean=await describe(found),
        )


async def check_ready(lean: Backend) -> None:
    """Has Lean prove `1 = 1`, which leaves a warm worker. Raises `EnvironmentProblem`."""
    async with lean.session(alone=True) as session:
        outcomes = await session.run(await session.open(PROBE), ["rfl"], TacticLimit())
    if outcomes != [Closed()]:
        raise EnvironmentProblem("Lean can't prove `1 = 1`", "Run `prover doctor`.")
