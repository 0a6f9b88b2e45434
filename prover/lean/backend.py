"""A Lean at work, whichever it is: what searches, the verifier and checks of files have of it."""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager
from typing import Protocol

from prover.lean.interface import LeanSession
from prover.lean.process import Command
from prover.lean.worker import Worker


class Backend(Protocol):
    """Sessions to search in, and fresh workers that check. A `LeanPool` is one.

    What a session says of a proof is never believed; only a fresh worker is.
    """

    expected: str
    """The header, if any, that its fresh workers read before they are first wanted."""

    @property
    def command(self) -> Command:
        """What its fresh workers are started with."""

    async def version(self) -> str:
        """What Lean says it is. Raises `LeanDiedError` or `SetupError` where none starts."""

    def session(self, *, alone: bool = False) -> AbstractAsyncContextManager[LeanSession]:
        """A session for one theorem; one that stays alone has one worker, whoever is idle."""

    def fresh(
        self, header: str = "", *, stays: bool = False
    ) -> AbstractAsyncContextManager[Worker]:
        """A worker in which nothing has run, or this header alone.

        Nobody uses it afterwards but, where it `stays`, sessions.
        """

    def reading(self, header: str) -> AbstractAsyncContextManager[Worker]:
        """The worker that knows most of a text, whatever has run in it; it stays for sessions.

        For what need not be believed, such as which holes a text has.
        """

    async def close(self) -> None:
        """Ends its processes; more are started when they are wanted again."""


async def describe(lean: Backend) -> str:
    """The Lean as results name it: its version, and what sets it apart from the embedded one."""
    return ", ".join([await lean.version(), *lean.command.traits])
