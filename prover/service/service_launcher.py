"""Uses the service that runs, or starts one: for front ends whose users have not started any."""

from __future__ import annotations

import asyncio
import os
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Self

from prover.errors import SetupError, sentences
from prover.service.client import Client, connect
from prover.service.discovery import ServiceSocket

READY_SECONDS = 60.0
"""How long a service may take until it can be reached; it loads its policy afterwards."""
STOP_SECONDS = 10.0
LONGEST_LINE = 2**22
"""Bytes of a line of messages."""
KEPT_LINES = 20
"""Lines of a service's messages that are kept, to tell why it ended."""


class ServiceLauncher:
    """Gives clients of the service at a place. One that it has started ends with its block."""

    def __init__(self, place: ServiceSocket | None = None) -> None:
        self.place = place or ServiceSocket.default()
        self._starting = asyncio.Lock()
        self._process: Process | None = None
        self._said: deque[str] = deque(maxlen=KEPT_LINES)
        self._listening: list[asyncio.Task[None]] = []

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._stop()

    @property
    def running(self) -> bool:
        """Whether a service can be reached."""
        return self.place.address() is not None

    @asynccontextmanager
    async def client(self, name: str) -> AsyncIterator[Client]:
        """A client of the service, which is started if need be. Raises `SetupError`."""
        async with self._starting:
            if not self.running:
                await self._start()
        async with connect(self.place, name=name) as client:
            yield client

    async def _start(self) -> None:
        """Returns when the service can be reached."""
        process = self._process
        # One that is still starting was left alone by somebody who did not want to wait for it.
        if process is None or process.returncode is not None:
            await self._stop()
            process = await self._spawn()
        try:
            async with asyncio.timeout(READY_SECONDS):
                while not self.running:
                    # Another front end may have started one at the same moment: then ours ends.
                    if process.returncode is not None and not self.place.running:
                        await asyncio.wait(self._listening)
                        raise self._failure()
                    await asyncio.sleep(0.05)
        except TimeoutError:
            await self._stop()
            raise SetupError(
                f"the service could not be reached within {READY_SECONDS:g} seconds",
                "Start it by hand to see why: `prover serve`.",
            ) from None

    async def _spawn(self) -> Process:
        # It is told to end by us, not by the terminal or the editor that ends its whole group.
        self._process = process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-P", "-m", "prover", "serve", "--socket", str(self.place.socket)),
            stdin=DEVNULL,
            stdout=PIPE,
            stderr=PIPE,
            start_new_session=True,
            limit=LONGEST_LINE,
        )
        assert process.stdout is not None
        assert process.stderr is not None
        self._said.clear()
        self._listening = [
            asyncio.create_task(_heard(process.stdout, deque(maxlen=0))),
            asyncio.create_task(_heard(process.stderr, self._said)),
        ]
        return process

    async def _stop(self) -> None:
        """Ends the service that was started here."""
        if (process := self._process) is None:
            return
        self._process = None
        with suppress(ProcessLookupError):
            process.terminate()
        try:
            async with asyncio.timeout(STOP_SECONDS):
                await process.wait()
        except TimeoutError:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, 9)
            await process.wait()
        for task in self._listening:
            task.cancel()
        await asyncio.gather(*self._listening, return_exceptions=True)

    def _failure(self) -> SetupError:
        first, *rest = [line.strip() for line in self._said] or ["it ended at once"]
        return SetupError(
            f"the service could not be started: {first.removeprefix('error: ')}",
            sentences(" ".join(rest), "Start it by hand to see more: `prover serve`"),
        )


async def _heard(stream: asyncio.StreamReader, said: deque[str]) -> None:
    """Keeps what a process says, until it says no more."""
    while line := await stream.readline():
        said.append(line.decode(errors="replace"))
