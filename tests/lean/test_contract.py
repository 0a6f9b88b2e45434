"""Every Lean behind the same protocol does the same: the interactions of `contract.py`.

The embedded Lean's worker stands behind the stand-in too, so of all others than the embedded one
itself only what depends on their processes is tried each time.
"""

from __future__ import annotations

import json
import os
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

import pytest
import pytest_asyncio

from prover.lean.backend import Backend as Lean
from prover.lean.backends import LeanSpec, open_lean
from prover.lean.process import Command
from tests.conftest import WarmPool
from tests.lean.contract import INTERACTIONS, OF_PROCESSES
from tests.lean.stand_in import opened

pytestmark = pytest.mark.lean

Backend = Callable[[Command, Path], AbstractAsyncContextManager[Lean]]
WORKERS = 2


@asynccontextmanager
async def embedded(command: Command, _: Path) -> AsyncIterator[Lean]:
    """The embedded Lean, warm also for checks: the stand-in has a process for each."""
    async with WarmPool(command, WORKERS, spare=False) as pool:
        yield pool


@asynccontextmanager
async def stand_in(command: Command, folder: Path) -> AsyncIterator[Lean]:
    """A native Lean with the embedded one's worker behind it."""
    async with opened(command, folder, WORKERS) as lean:
        yield lean


@asynccontextmanager
async def native(_command: Command, _: Path) -> AsyncIterator[Lean]:
    """A real native Lean: of the project in `TEST_LEAN_PROJECT`."""
    root = os.environ.get("TEST_LEAN_PROJECT")
    if not root:
        pytest.skip("no native Lean: set TEST_LEAN_PROJECT")
    wanted = LeanSpec("native", Path(root), workers=WORKERS, spare=False)
    async with open_lean(wanted) as pool:
        yield pool


@asynccontextmanager
async def leandojo(_command: Command, _: Path) -> AsyncIterator[Lean]:
    """A real LeanDojo in the repository that `TEST_DOJO` names (see `test_dojo_real.py`)."""
    asked = json.loads(os.environ.get("TEST_DOJO", "{}"))
    if not asked:
        pytest.skip("no LeanDojo: set TEST_DOJO")
    where = "@".join(filter(None, (asked["repository"], asked.get("commit"))))
    async with open_lean(LeanSpec("leandojo", where, workers=WORKERS, spare=False)) as lean:
        yield lean


BACKENDS: dict[str, Backend] = {
    "embedded": embedded,
    "stand-in": stand_in,
    "native": native,
    "leandojo": leandojo,
}


CASES = [
    pytest.param(
        lean,
        name,
        marks=[] if lean == "embedded" or name in OF_PROCESSES else pytest.mark.slow,
        id=f"{lean}-{name}",
    )
    for lean in BACKENDS
    for name in INTERACTIONS
]


@pytest_asyncio.fixture(scope="module")
async def backend(
    request: pytest.FixtureRequest, lean_command: Command, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Lean]:
    """A pool of each Lean in turn."""
    folder = tmp_path_factory.mktemp(request.param)
    async with BACKENDS[request.param](lean_command, folder) as pool:
        yield pool


@pytest.mark.parametrize(("backend", "name"), CASES, indirect=["backend"], scope="module")
async def test_contract(backend: Lean, name: str) -> None:
    await INTERACTIONS[name](backend)
