"""A Lean worker: numbered requests to one process, one at a time.

Every genuine reply begins with a secret that only this worker's process was told, so nothing that
a tactic prints is taken for a reply; and it carries its request's number, so a late answer is never
taken for the next one's. A worker that misses a limit or breaks the protocol is killed: it is
either in step or dead.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import secrets
import time
from collections.abc import Mapping
from typing import Any

from prover.errors import LeanDiedError, ProverError, SetupError
from prover.lean.process import Command, LeanProcess

PROTOCOL = 1
GRACE_SECONDS = 1.0
"""How long after its limit a worker may still answer before it is killed."""
WATCH_SECONDS = 0.25
MEMORY = 3 * 2**30
"""Bytes that one worker may hold; the embedded build caps its own heap at 2 GiB."""
SWOLLEN = 0.7
"""The share of its memory from which on a worker is replaced as soon as that is convenient."""
SWOLLEN_REQUESTS = 100
"""Not before so many requests is it replaced for its size: a fresh one would be no smaller."""
MOST_REQUESTS = 20_000
SHOWN_CHARACTERS = 2000
"""How much of standard error is shown for a Lean that does not start."""

Json = dict[str, Any]


class Refused(ProverError):
    """The worker answered that it cannot do what was asked; it goes on living."""

    def __init__(self, kind: str, message: str) -> None:
        super().__init__(message)
        self.kind = kind


class Overdue(LeanDiedError):
    """No answer came within the limit; the process was killed."""


class OutOfMemory(LeanDiedError):
    """The process grew past its memory limit and was killed."""


class Worker:
    """One Lean process that answers requests. Make it with `start`, end it with `close`."""

    def __init__(self, process: LeanProcess, command: Command, nonce: str, memory: int) -> None:
        self._process = process
        self.command = command
        """What it was started with."""
        self._nonce = nonce
        self._mark = nonce.encode() + b" "
        self._memory = memory
        self._resident = 0
        self._overgrown = False
        self._number = -1
        self._answered = -1
        self._watch: asyncio.Task[None] | None = None
        self.version = ""
        """The version of Lean that runs in it."""
        self.header: str | None = None
        """The text that it has elaborated last; it knows all headers that the text begins with."""
        self.requests = 0
        """How many requests it has been sent since it started."""

    @classmethod
    async def start(
        cls, command: Command, *, seconds: float = 120.0, memory: int = MEMORY
    ) -> Worker:
        """Starts a worker that may hold `memory` bytes and has `seconds` until its first answer.

        Raises `SetupError` when it cannot run here, `LeanDiedError` when it ends at once.
        """
        process = await LeanProcess.spawn(command)
        worker = cls(process, command, secrets.token_hex(16), memory)
        try:
            await worker._greet(command.options, seconds)
        except BaseException:
            await worker.close()
            raise
        return worker

    @property
    def pid(self) -> int:
        """The id of its process."""
        return self._process.pid

    @property
    def alive(self) -> bool:
        """Whether it can take another request."""
        return self._process.alive

    @property
    def worn(self) -> bool:
        """Whether it has done so much, or grown so large, that it had better be replaced."""
        swollen = self._resident > SWOLLEN * self._memory and self.requests > SWOLLEN_REQUESTS
        return swollen or self.requests > MOST_REQUESTS

    def note_read(self, header: str) -> None:
        """Takes note of a header that it elaborates, unless it knows that already."""
        if self.header is None or not self.header.startswith(header):
            self.header = header

    async def request(self, op: str, fields: Mapping[str, Any], *, seconds: float) -> Json:
        """The result of one request. Raises `Refused` or `LeanDiedError`."""
        await self.send(op, fields)
        reply = await self.reply(seconds)
        if "result" not in reply:
            raise await self.broken(f"it gave no result for `{op}`")
        return dict(reply["result"])

    async def send(self, op: str, fields: Mapping[str, Any]) -> None:
        """Begins a request, whose replies are then read one by one. Raises `LeanDiedError`."""
        await self.settle(GRACE_SECONDS)
        self._number += 1
        self.requests += 1
        text = json.dumps({"id": self._number, "op": op, **fields}, ensure_ascii=False)
        try:
            await self._process.write(text.encode(errors="replace") + b"\n")
        except LeanDiedError as error:
            raise await self._dead(error) from error

    async def reply(self, seconds: float) -> Json:
        """The next reply to the request that was begun; the last one has a `result`.

        Raises `Refused` when Lean will not do it, `LeanDiedError` when no reply comes in time.
        """
        try:
            async with asyncio.timeout(seconds):
                line = await self._process.read(self._mark)
            reply = self._understood(line)
        except TimeoutError as error:
            late = Overdue(f"Lean did not answer within {seconds:g} seconds")
            raise await self._dead(late) from error
        except LeanDiedError as error:
            raise await self._dead(error) from error
        if "failure" in reply:
            raise Refused(str(reply["failure"]), str(reply.get("message", "")))
        return reply

    @property
    def settled(self) -> bool:
        """Whether it has answered all that it was asked."""
        return self._answered >= self._number

    async def settle(self, seconds: float) -> list[Json]:
        """Lets an abandoned request run out, so that the next one starts at once.

        Gives its replies. Raises `LeanDiedError` when that takes longer than `seconds`.
        """
        deadline = time.monotonic() + seconds
        replies: list[Json] = []
        while not self.settled:
            with contextlib.suppress(Refused):
                replies.append(await self.reply(max(0.0, deadline - time.monotonic())))
        return replies

    def note_members(self) -> None:
        """Counts what the process has started meanwhile towards its memory."""
        self._process.note_members()

    async def close(self) -> None:
        """Ends the process and waits until it is gone. Doing it twice is fine."""
        await self._process.kill()
        if self._watch:
            self._watch.cancel()

    def kill(self) -> None:
        """Ends the process at once, where nothing can be waited for."""
        self._process.kill_now()

    async def broken(self, how: str) -> LeanDiedError:
        """The error to raise when what it answers makes no sense; ends the process."""
        return await self._dead(LeanDiedError(f"Lean broke the protocol: {how}"))

    async def _greet(self, options: str, seconds: float) -> None:
        try:
            fields = {"nonce": self._nonce, "options": options}
            hello = await self.request("hello", fields, seconds=seconds)
        except LeanDiedError as error:
            words = self._process.last_words[-SHOWN_CHARACTERS:]
            message = f"Lean did not start: {error.message}\n{words}".strip()
            raise LeanDiedError(message, "Run `prover doctor`.") from error
        if hello.get("protocol") != PROTOCOL:
            raise SetupError(
                f"the Lean worker speaks protocol {hello.get('protocol')}, not {PROTOCOL}",
                "Run `prover setup` to build the worker that belongs to this version.",
            )
        self.version = str(hello.get("lean", ""))
        self._process.note_members()
        self._watch = asyncio.create_task(self._watch_memory())

    def _understood(self, line: bytes) -> Json:
        """The reply on a line, which must belong to the request that is under way."""
        try:
            reply = json.loads(line)
            number = reply["id"]
        except (ValueError, KeyError, TypeError) as error:
            raise LeanDiedError(f"Lean broke the protocol: it wrote {line[:200]!r}") from error
        if number != self._number:
            raise LeanDiedError(
                f"Lean broke the protocol: it answered {number}, not {self._number}"
            )
        if "result" in reply or "failure" in reply:
            self._answered = self._number
        return dict(reply)

    async def _dead(self, error: LeanDiedError) -> LeanDiedError:
        """The error to raise for a worker that failed so; ends its process."""
        await self.close()
        if self._overgrown:
            limit = f"{self._memory / 2**30:.1f} GiB"
            return OutOfMemory(f"Lean used more than {limit} of memory")
        return error

    async def _watch_memory(self) -> None:
        while self._process.alive:
            self._resident = self._process.resident()
            if self._resident > self._memory:
                self._overgrown = True
                self._process.kill_now()
            await asyncio.sleep(WATCH_SECONDS)


class WorkerSlots:
    """Handed out in the order in which they were asked for."""

    def __init__(self, count: int) -> None:
        self._semaphore = asyncio.Semaphore(count)
        self._waiting = 0

    @property
    def free(self) -> bool:
        """Whether there is one for who asks now."""
        return not self._semaphore.locked()

    @property
    def wanted(self) -> bool:
        """Whether somebody waits for one."""
        return self._waiting > 0

    async def take(self) -> None:
        """Waits for one."""
        self._waiting += 1
        try:
            await self._semaphore.acquire()
        finally:
            self._waiting -= 1

    def give_back(self) -> None:
        """Lets go of one."""
        self._semaphore.release()
