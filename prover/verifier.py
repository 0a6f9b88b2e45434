"""The verifier: a theorem with a script in its hole counts only when a fresh Lean accepts it.

The worker does the checking (`lean_project/Prover/Gate.lean`); here it is given a process in which
no tactic has run, and nothing else but perhaps the theorem's own header, a time limit, and no
benefit of the doubt.
"""

from __future__ import annotations

import asyncio
import time
import unicodedata
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from typing import Protocol

from prover.errors import LeanDiedError
from prover.lean import codec
from prover.lean.interface import Verification
from prover.lean.worker import GRACE_SECONDS, Overdue, Refused, Worker
from prover.lexer import ends_in_comment
from prover.theorem import Theorem

UNSEEN = ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")
"""Kinds of characters that show nothing, or change how what stands around them is shown."""


class FreshWorkers(Protocol):
    """Where the verifier has its workers from. A `Backend` is one."""

    @property
    def expected(self) -> str:
        """The header, if any, that they read before they are first wanted."""

    def fresh(self, header: str = "") -> AbstractAsyncContextManager[Worker]:
        """A worker in which nothing has run, or what this header begins with alone."""


class Verifier:
    """Implements `Verify` with a fresh worker of its Lean for each check.

    `seconds` and `heartbeats` (as in `TacticLimit`) are for one check; Lean's own default for a
    declaration is 200,000 heartbeats, so that what passes here passes in the user's file. Before
    it a fresh worker is waited for, its start included, for `wait_seconds` at most, which is as
    long as the check may take unless it is given.
    """

    def __init__(
        self,
        lean: FreshWorkers,
        *,
        seconds: float = 60.0,
        wait_seconds: float | None = None,
        heartbeats: int = 200_000,
    ) -> None:
        self._lean = lean
        self._seconds = seconds
        self._wait_seconds = seconds if wait_seconds is None else wait_seconds
        self._heartbeats = heartbeats

    async def __call__(self, theorem: Theorem, script: str) -> Verification:
        """Whether Lean accepts the theorem with the script in its hole.

        A Lean that refuses or takes over the limit has not accepted. One that dies may have been
        killed from outside, so another one is asked; if that dies too, it has not accepted. Raises
        `LeanDiedError` or `SetupError` only when no Lean can be started, or not in time: nothing
        is said of the script then.
        """
        if reason := invisible_characters(script) or unclosed_comment(theorem.header):
            return Verification(accepted=False, reason=reason)
        verdict = await self._checked(theorem, script)
        if isinstance(verdict, LeanDiedError):
            verdict = await self._checked(theorem, script)
        if isinstance(verdict, LeanDiedError):
            reason = f"Lean ended during the check: {verdict.message}"
            return Verification(accepted=False, reason=reason)
        return verdict

    async def _checked(self, theorem: Theorem, script: str) -> Verification | LeanDiedError:
        """What one fresh Lean says, or what it died of."""
        limits = {"heartbeats": self._heartbeats, "milliseconds": round(self._seconds * 1000)}
        async with self._fresh(theorem.header) as worker:
            started = time.perf_counter()
            try:
                seconds = self._seconds + GRACE_SECONDS
                fields = {**codec.claim(theorem, script), **limits}
                answer = await worker.request("verify", fields, seconds=seconds)
            except Overdue:
                answer = rejection(f"it was not checked within {self._seconds:g} seconds")
            except LeanDiedError as death:
                return death
            except Refused as refusal:
                answer = rejection(refusal.message)
            return codec.verification(answer, time.perf_counter() - started)

    @asynccontextmanager
    async def _fresh(self, header: str) -> AsyncIterator[Worker]:
        """A fresh worker. Raises `LeanDiedError` when there is none in time."""
        wait_seconds = self._wait_seconds
        if header and header == self._lean.expected:
            # It may be reading it, which else is a part of the check.
            wait_seconds += self._seconds
        async with AsyncExitStack() as stack:
            try:
                async with asyncio.timeout(wait_seconds):
                    worker = await stack.enter_async_context(self._lean.fresh(header))
            except TimeoutError:
                raise LeanDiedError(
                    f"A script was found but not checked, so it does not count: no fresh Lean was "
                    f"ready within {wait_seconds:g} seconds",
                    "Run it again with less beside it.",
                ) from None
            yield worker


def invisible_characters(script: str) -> str:
    """Why a script can't be read as it is shown, if so; empty where it can."""
    for character in script:
        if character != "\n" and unicodedata.category(character) in UNSEEN:
            return f"the script holds the character U+{ord(character):04X}, which nobody sees"
    return ""


def unclosed_comment(header: str) -> str:
    """Why a theorem is none where it stands, as a comment before it goes on; empty where not.

    Lean is given the two apart, and would not see that.
    """
    return "a comment before the theorem has no end" if ends_in_comment(header) else ""


def rejection(reason: str) -> codec.Json:
    """The answer of a worker that gave none."""
    return {"accepted": False, "reason": reason}
