"""The parts while they are being made: a model may take minutes to load."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import Self

from prover.errors import ProverError
from prover.service.parts import Parts

LOG = logging.getLogger(__name__)


class Opening:
    """Makes the parts in the background, and lets go of them at the end of the block."""

    def __init__(self, make: Callable[[], AbstractAsyncContextManager[Parts]]) -> None:
        self._make = make
        self._closing = asyncio.Event()
        self._parts: asyncio.Future[Parts] = asyncio.get_running_loop().create_future()
        self.failed = asyncio.Event()
        """Set when the parts can't be made."""

    async def __aenter__(self) -> Self:
        self._task = asyncio.create_task(self._hold())
        return self

    async def __aexit__(self, *_: object) -> None:
        self._closing.set()
        if not self._parts.done():
            self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)

    @property
    def ready(self) -> Parts | None:
        """The parts, once they are made."""
        made = self._parts.done() and not self._parts.cancelled() and not self._parts.exception()
        return self._parts.result() if made else None

    @property
    def problem(self) -> ProverError | None:
        """Why they could not be made, if so."""
        if not self._parts.done() or self._parts.cancelled():
            return None
        match self._parts.exception():
            case None:
                return None
            case ProverError() as problem:
                return problem
            case error:
                return ProverError(f"the service has a bug: {error!r}", "Report it.")

    async def parts(self) -> Parts:
        """Waits for the parts. Raises what kept them from being made."""
        return await asyncio.shield(self._parts)

    async def _hold(self) -> None:
        try:
            async with self._make() as parts:
                self._parts.set_result(parts)
                await self._closing.wait()
        # Whatever it is: who waits for the parts has to know.
        except Exception as error:
            if self._parts.done():
                LOG.exception("the parts could not be let go of")
                return
            self._parts.set_exception(error)
            self.failed.set()
        finally:
            self._parts.cancel()
