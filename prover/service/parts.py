"""What the service is made of: the things that search, suggest and check.

They are given to it, so that it can be tested with others, and so that other clients of a prover
can be put on top of the same ones.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from functools import partial

from prover.check import Report, check
from prover.errors import EnvironmentProblem
from prover.file import LeanFile
from prover.lean.base import Closed, LeanSession, TacticLimit
from prover.lean.embedded import EmbeddedLean
from prover.lean.pool import LeanPool
from prover.policy.base import Policy
from prover.prove import Search
from prover.search.configuration import Configuration
from prover.search.limit import Limit
from prover.searching import searching
from prover.theorem import Theorem
from prover.verify.base import Verify
from prover.verify.gate import Gate

SETTLE_SECONDS = 0.1
"""How long a search that was cancelled may keep a Lean that is still running a tactic; then that
Lean is ended, and the pool's spare one takes its place."""
PROBE = Theorem.from_statement("ready", "theorem ready : 1 = 1 := by")


@dataclass(frozen=True)
class Parts:
    """A prover that is ready for work."""

    policy: Policy
    search: Callable[[Limit], Search]
    """Makes a search with these limits."""
    session: Callable[[], AbstractAsyncContextManager[LeanSession]]
    """A Lean for one theorem."""
    check: Callable[[LeanFile, float], Awaitable[Report]]
    """What Lean says of a file, within so many seconds."""
    verify: Verify
    lean: Callable[[], str] = lambda: ""
    """The version of Lean."""


@asynccontextmanager
async def opened(
    policy: Callable[[], AbstractAsyncContextManager[Policy]],
    *,
    workers: int,
    limit: Limit,
    configuration: Configuration | None = None,
) -> AsyncIterator[Parts]:
    """The parts that are used by default: a policy, and a pool of the embedded Lean.

    Raises `EnvironmentProblem` or `LeanDied` when Lean does not start or can't prove `1 = 1`.
    """
    async with AsyncExitStack() as stack:
        pool = await stack.enter_async_context(
            LeanPool(EmbeddedLean.find().worker_command(), workers, settle_seconds=SETTLE_SECONDS)
        )
        await probe(pool)
        proposes = await stack.enter_async_context(policy())
        yield Parts(
            policy=proposes,
            search=lambda most: searching(
                pool, limit=most, policy=proposes, configuration=configuration
            ),
            session=partial(pool.session, alone=True),
            check=lambda file, seconds: check(pool, file, seconds=seconds),
            verify=Gate(pool, seconds=limit.verify_seconds),
            lean=lambda: pool.known_version,
        )


async def probe(pool: LeanPool) -> None:
    """Has Lean prove `1 = 1`, which leaves a warm worker. Raises `EnvironmentProblem`."""
    async with pool.session(alone=True) as session:
        outcomes = await session.run(await session.open(PROBE), ["rfl"], TacticLimit())
    if outcomes != [Closed()]:
        raise EnvironmentProblem("Lean can't prove `1 = 1`", "Run `prover doctor`.")
