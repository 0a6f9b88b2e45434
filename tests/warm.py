"""Checks in workers that are warm, for tests of what a verdict is rather than of how it is reached.

That a process in which something ran gives the same verdict is tested with the verifier; that what
counts comes from one in which nothing has is tested with the pool.
"""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass

from prover.lean.pool import LeanPool
from prover.lean.process import Command
from prover.lean.session import Session
from prover.lean.worker import Worker


@dataclass
class WarmPool:
    """A `Backend` whose fresh workers are those of a pool that are idle, whatever ran in them."""

    pool: LeanPool
    expected: str = ""

    @property
    def command(self) -> Command:
        """What its workers were started with."""
        return self.pool.command

    async def version(self) -> str:
        """What Lean says it is."""
        return await self.pool.version()

    def session(self, *, alone: bool = False) -> AbstractAsyncContextManager[Session]:  # noqa: ARG002
        """A session with one worker; the others are there for checks."""
        return self.pool.session(alone=True)

    def fresh(
        self,
        header: str = "",
        *,
        stays: bool = False,  # noqa: ARG002
    ) -> AbstractAsyncContextManager[Worker]:
        """A worker in which anything may have run; it always stays."""
        return self.pool.reading(header)

    def reading(self, header: str) -> AbstractAsyncContextManager[Worker]:
        """The worker that knows most of a text."""
        return self.pool.reading(header)

    async def close(self) -> None:
        """Leaves the workers to the pool."""
