"""Running the command line as users do.

A process of its own costs a second and more of imports before it does anything, and each Lean that
it starts as much again. So only what depends on the process runs in one: each verb once, signals,
what is left behind.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import pytest
import pytest_asyncio

from prover.cli import check, main, options, prove
from prover.lean.pool import LeanPool
from prover.lean.process import Command
from prover.search.budget import Limit
from tests.warm import WarmPool

T = TypeVar("T")

TACTICS = 12
"""The bound of each search with a warm Lean: what can't be proved is given up after so many,
however busy the machine is. What can be is proved by the first or the second."""
HANGS = 3600.0
"""Seconds after which a command has hung; what it does is bounded by its own limits."""
PROGRAM = [sys.executable, "-c", "from prover.cli import main; main()"]


@dataclass(frozen=True)
class Ran:
    """A command that has ended."""

    code: int
    out: str
    err: str

    @property
    def events(self) -> list[dict[str, Any]]:
        """The JSON objects on its standard output."""
        return [json.loads(line) for line in self.out.splitlines()]

    def of(self, event: str) -> list[dict[str, Any]]:
        """The events of one kind."""
        return [item for item in self.events if item["event"] == event]


Prover = Callable[..., Ran]
WarmProver = Callable[..., Awaitable[Ran]]


@pytest.fixture
def prover(tmp_path: Path) -> Prover:
    """Runs `prover` with the arguments given, in `tmp_path`, as a process."""

    def run(*arguments: str, environment: dict[str, str] | None = None) -> Ran:
        done = subprocess.run(
            [*PROGRAM, *arguments],
            cwd=tmp_path,
            env=environment,
            capture_output=True,
            text=True,
            timeout=HANGS,
            check=False,
        )
        assert "Traceback" not in done.stderr, done.stderr
        return Ran(done.returncode, done.stdout, done.stderr)

    return run


@pytest.fixture
def here(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> Prover:
    """Runs `prover` with the arguments given, in `tmp_path`, within this process."""

    def run(*arguments: str, environment: dict[str, str] | None = None) -> Ran:
        capfd.readouterr()
        interrupts = signal.getsignal(signal.SIGINT)
        with monkeypatch.context() as patched:
            patched.chdir(tmp_path)
            patched.setattr(sys, "argv", ["prover", *arguments])
            for name in () if environment is None else os.environ.keys() - environment:
                patched.delenv(name)
            for name, value in (environment or {}).items():
                patched.setenv(name, value)
            with pytest.raises(SystemExit) as ended:
                main()
        # A command that ends leaves it ignored, for what else its process still does.
        if signal.getsignal(signal.SIGINT) is not interrupts:
            signal.signal(signal.SIGINT, interrupts)
        said = capfd.readouterr()
        assert isinstance(ended.value.code, int)
        return Ran(ended.value.code, said.out, said.err)

    return run


@pytest_asyncio.fixture(scope="session")
async def warm_pool(lean_command: Command) -> AsyncIterator[WarmPool]:
    """Two Leans: one reads the file and searches, the other is the verifier's."""
    async with LeanPool(lean_command, workers=2, spare=False) as pool:
        yield WarmPool(pool)


@pytest_asyncio.fixture
async def warm(
    here: Prover, warm_pool: WarmPool, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[WarmProver]:
    """Runs `prover prove` and `prover check` within this process, with Leans that run already."""
    loop = asyncio.get_running_loop()

    @asynccontextmanager
    async def open_warm(*_: object, **__: object) -> AsyncIterator[WarmPool]:
        yield warm_pool

    def run(work: Callable[[], Coroutine[Any, Any, T]]) -> T:
        return asyncio.run_coroutine_threadsafe(work(), loop).result()

    async def ran(verb: str, *arguments: str) -> Ran:
        one = ("--workers", "1") if verb == "prove" else ()
        return await asyncio.to_thread(here, verb, *arguments, *one)

    monkeypatch.setattr(options, "open_lean", open_warm)
    monkeypatch.setattr(prove, "Limit", partial(Limit, tactics=TACTICS))
    monkeypatch.setattr(prove, "run", run)
    monkeypatch.setattr(check, "run", run)
    yield ran
