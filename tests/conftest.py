"""A real Lean for the tests that are marked `lean`: one pool for all of them, and a cheaper one.

No property fails for being slow: how fast something is, benchmarks say.

Where the tests run in the background the shell has had SIGINT ignored, and every child inherits
that: Ctrl-C is set right once for the commands that tests start and interrupt.
"""

from __future__ import annotations

import shutil
import signal
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import pytest
import pytest_asyncio
from hypothesis import HealthCheck, settings

from prover.errors import SetupError
from prover.lean.pool import LeanPool
from prover.lean.process import Command
from prover.lean.session import Session
from prover.lean.worker import Worker

if TYPE_CHECKING:
    from tests.service.scripted_service import Served

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")

signal.signal(signal.SIGINT, signal.default_int_handler)
settings.register_profile("untimed", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("untimed")


class WarmPool(LeanPool):
    """A pool whose fresh workers have run something before, so that none is started for each.

    For what is said of a text and of a proof, where who says it is not what is tested.
    """

    lent = 0
    """How many fresh workers it was asked for."""

    @asynccontextmanager
    async def fresh(self, header: str = "", *, stays: bool = True) -> AsyncIterator[Worker]:  # noqa: ARG002
        """A worker that is there; it stays, whatever is asked."""
        self.lent += 1
        async with self.reading(header) as worker:
            yield worker


@pytest.fixture(scope="session")
def lean_command() -> Command:
    """Starts the embedded Lean's worker; skips where that Lean is not installed."""
    from prover.lean.embedded.embedded_lean import EmbeddedLean

    try:
        return EmbeddedLean.find().worker_command()
    except SetupError as problem:
        pytest.skip(f"{problem.message}. {problem.hint}")


@pytest_asyncio.fixture(scope="module")
async def browser() -> AsyncIterator[Any]:
    """Debian's or another chromium; the tests that use it skip where there is none."""
    from playwright.async_api import async_playwright

    async with async_playwright() as started:
        browser = await started.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        await browser.close()


@pytest_asyncio.fixture(scope="session")
async def pool(lean_command: Command) -> AsyncIterator[LeanPool]:
    """A pool with one worker of the embedded Lean."""
    async with LeanPool(lean_command, workers=1) as pool:
        yield pool


@pytest_asyncio.fixture(scope="session")
async def warm(lean_command: Command) -> AsyncIterator[WarmPool]:
    """A pool with one worker of the embedded Lean, which checks too."""
    async with WarmPool(lean_command, workers=1, spare=False) as pool:
        yield pool


@pytest_asyncio.fixture
async def session(warm: LeanPool) -> AsyncIterator[Session]:
    """A session with a real Lean."""
    async with warm.session() as session:
        yield session


@pytest_asyncio.fixture(scope="session")
async def served_lean(lean_command: Command) -> AsyncIterator[Served]:  # noqa: ARG001
    """One service with one worker of the embedded Lean, for all of its front ends."""
    from tests.service.scripted_service import serving_lean

    async with serving_lean(120) as served:
        yield served


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """One line at the end: how many tests were skipped, for which reasons."""
    skipped = terminalreporter.stats.get("skipped", [])
    reasons = Counter(report.longrepr[2].removeprefix("Skipped: ") for report in skipped)
    if reasons:
        told = "; ".join(f"{count} × {reason}" for reason, count in reasons.most_common())
        terminalreporter.write_line(f"skipped: {told}")
