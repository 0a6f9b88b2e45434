"""The verifier's way down one text: its process reads the text while a search goes on.

A process that has accepted a proof has run nothing but what the next theorem of the text stands on:
the text before the proof, the declaration, and the proof itself. So it goes on from there, where
the text of the next theorem begins in the same way, byte for byte. From a proof of one of several
holes it goes on to the others of the declaration only. After a refusal, or where anything differs,
another process reads it all.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Protocol, Self

from prover.errors import ProverError
from prover.lean.backend import Backend
from prover.lean.interface import Verification
from prover.lean.worker import GRACE_SECONDS, Worker
from prover.lean_file import LeanFile
from prover.theorem import Theorem
from prover.verifier import Verifier

LONG = 2_000
"""Characters of a header from which on it is read ahead; a shorter one takes no time."""
READING_SECONDS = 300.0
"""How long Lean may take to read ahead."""


class IncrementalVerify(Protocol):
    """Implements `Verify`, for theorems further and further down a text."""

    @property
    def reached(self) -> int:
        """How many characters of its text it has read."""

    def reaches(self, header: str) -> bool:
        """Whether it can go on to a theorem with this header from where it is."""

    def ahead(self, header: str, bound: int | None = None, *, always: bool = False) -> None:
        """Has a process read the header, in the background, before there is a script.

        With a `bound`, in bytes, only what stands before the command with that byte. A short text,
        which takes no time, is left for later, unless it is `always` to be read: then a process is
        there and waits.
        """

    async def __call__(self, theorem: Theorem, script: str) -> Verification:
        """The verifier's verdict."""

    async def close(self) -> None:
        """Ends the process."""


class IncrementalVerifier:
    """An `IncrementalVerify` with a Lean. It holds one process of it at most; `close` ends that."""

    def __init__(self, lean: Backend, *, seconds: float = 60.0) -> None:
        """Each check may take so many `seconds`."""
        self._lean = lean
        self._verifier = Verifier(self, seconds=seconds, wait_seconds=READING_SECONDS)
        self._held = AsyncExitStack()
        self._worker: Worker | None = None
        self._text: str | None = ""
        """All that has run in its process, or is being read; None when that is not known."""
        self._inside = False
        """Whether proofs of some holes of the declaration behind that have run too."""
        self._reading: asyncio.Task[None] | None = None

    async def close(self) -> None:
        """Ends its process."""
        if self._reading is not None:
            self._reading.cancel()
            await asyncio.gather(self._reading, return_exceptions=True)
        await self._end()

    @property
    def expected(self) -> str:
        """No header is read before it is known to be wanted."""
        return ""

    @property
    def reached(self) -> int:
        """How many characters of its text have run in its process, or are being read."""
        return len(self._text or "")

    def reaches(self, header: str) -> bool:
        """Whether all that its process has run, or is reading, is the beginning of the header."""
        if self._text is None:
            return False
        is_near = self._is_reading and self._text.startswith(header)
        return is_near or self._goes_on(header)

    def ahead(self, header: str, bound: int | None = None, *, always: bool = False) -> None:
        """Begins to read the header, unless it is short or another one is being read."""
        if (always or len(header) >= LONG) and not self._is_reading:
            self._reading = asyncio.create_task(self._read(header, bound))

    async def __call__(self, theorem: Theorem, script: str) -> Verification:
        """The verifier's verdict, from a process in which only what stands above has run."""
        verification = await self._verifier(theorem, script)
        if not verification.accepted:
            await self._end()
        elif verification.whole:
            self._text = theorem.header + theorem.filled(script).declaration
            self._inside = False
        else:
            self._text, self._inside = theorem.header, True
        return verification

    @asynccontextmanager
    async def fresh(self, header: str = "") -> AsyncIterator[Worker]:
        """Its process, if it can go on to this header, or else another one."""
        if self._reading is not None:
            await asyncio.shield(self._reading)
            self._reading = None
        worker = await self._at(header)
        if len(header) - len(self._text or "") >= LONG:
            await self._read(header, None)
            worker = await self._at(header)
        # What runs in it from now on is known when it has been accepted.
        self._text = None
        yield worker

    async def _read(self, header: str, bound: int | None) -> None:
        """What can't be read is told to who asks for a verdict."""
        fields = {"header": header, "milliseconds": round(READING_SECONDS * 1000)}
        if bound is not None:
            fields["bound"] = bound
        try:
            worker = await self._at(header)
            self._text = header.encode()[:bound].decode()
            read = await worker.request("header", fields, seconds=READING_SECONDS + GRACE_SECONDS)
            self._text = header.encode()[: read["stop"]].decode()
        except ProverError:
            await self._end()

    async def _at(self, header: str) -> Worker:
        """A process in which only what the header begins with has run."""
        if self._worker is None or not self._worker.alive or not self._goes_on(header):
            await self._end()
            self._worker = await self._held.enter_async_context(self._lean.fresh())
        return self._worker

    @property
    def _is_reading(self) -> bool:
        return self._reading is not None and not self._reading.done()

    def _goes_on(self, header: str) -> bool:
        """Whether a theorem with this header stands on all that has run."""
        if self._text is None:
            return False
        return header == self._text if self._inside else header.startswith(self._text)

    async def _end(self) -> None:
        self._worker, self._text, self._inside = None, "", False
        await self._held.aclose()


class VerifierPool:
    """Where verifiers come from; with `kept`, the last one waits for others in the same text.

    At most so many are in use at once. Use it as a context manager.
    """

    def __init__(
        self, begin: Callable[[], IncrementalVerify], *, most: int = 1, kept: bool = False
    ) -> None:
        self._begin = begin
        self._most = most
        self._keeps = kept
        self._used = 0
        self._kept: IncrementalVerify | None = None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._let_go()

    async def take(self, text: str) -> IncrementalVerify:
        """The one that has waited, if it can go on to this text, or a new one."""
        self._used += 1
        verifier = self._kept
        if verifier is not None and verifier.reached and verifier.reaches(text):
            self._kept = None
            return verifier
        if self._used >= self._most:
            # Each holds a process, of which there are only so many.
            await self._let_go()
        return self._begin()

    async def put_back(self, verifier: IncrementalVerify) -> None:
        """Keeps it for others, or ends it."""
        self._used -= 1
        if not self._keeps or not verifier.reached:
            await verifier.close()
            return
        await self._let_go()
        self._kept = verifier

    async def _let_go(self) -> None:
        verifier, self._kept = self._kept, None
        if verifier is not None:
            await verifier.close()


class TextVerifiers:
    """The verifiers of several searches at once in one text. Use it as a context manager."""

    def __init__(self, pool: VerifierPool) -> None:
        self._pool = pool
        self._verifiers: list[IncrementalVerify] = []
        self._idle: list[IncrementalVerify] = []

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        for verifier in self._verifiers:
            await self._pool.put_back(verifier)

    async def ahead(self, file: LeanFile, line: int | None, *, always: bool = False) -> None:
        """Has the next verifier begin with what stands before the hole of a file that may be meant.

        With a line, that is one on or around it; `always` as in `IncrementalVerify.ahead`.
        """
        if (bound := file.first(line)) is not None:
            text = file.text.decode()
            verifier = await self._anew(file.text[:bound].decode())
            verifier.ahead(text, bound, always=always)
            self._idle.append(verifier)

    @asynccontextmanager
    async def verifier(self) -> AsyncIterator[IncrementalVerify]:
        """A verifier for one search after another."""
        verifier = self._idle.pop() if self._idle else await self._anew("")
        try:
            yield verifier
        finally:
            self._idle.append(verifier)

    async def _anew(self, text: str) -> IncrementalVerify:
        verifier = await self._pool.take(text)
        self._verifiers.append(verifier)
        return verifier
