"""Every Lean behind the same protocol does the same: the interactions of `contract.py`."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

import pytest
import pytest_asyncio

from prover.lean.backend import Backend as Lean
from prover.lean.backends import LeanSpec, open_lean
from prover.lean.pool import LeanPool
from prover.lean.process import Command
from tests.lean.contract import INTERACTIONS
from tests.lean.stand_in import opened

pytestmark = [pytest.mark.lean, pytest.mark.slow]

Backend = Callable[[Command, Path], AbstractAsyncContextManager[Lean]]
WORKERS = 2


@asynccontextmanager
async def embedded(command: Command, _: Path) -> AsyncIterator[Lean]:
    """The embedded Lean."""
    async with LeanPool(command, WORKERS, spare=False) as pool:
        yield pool


@asynccontextmanager
async def stand_in(command: Command, folder: Path) -> AsyncIterator[Lean]:
    """A native Lean with the embedded one's worker behind it."""
    async with opened(command, folder, WORKERS) as lean:
        yield lean


@asynccontextmanager
async def native(_command: Command, _: Path) -> AsyncIterator[Lean]:
    """A real native Lean: of the project in `TEST_LEAN_PROJECT`, or of this package's own."""
    if not shutil.which("lake"):
        pytest.skip("there is no lake on the path")
    root = os.environ.get("TEST_LEAN_PROJECT") or Path(__file__).parents[2] / "lean_project"
    wanted = LeanSpec("native", Path(root), workers=WORKERS, spare=False)
    async with open_lean(wanted) as pool:
        yield pool


@asynccontextmanager
async def leandojo(_command: Command, _: Path) -> AsyncIterator[Lean]:
    """A real LeanDojo in the repository that `TEST_DOJO` names (see `test_dojo_real.py`)."""
    asked = json.loads(os.environ.get("TEST_DOJO", "{}"))
    if not asked:
        pytest.skip("TEST_DOJO names no repository to try LeanDojo on")
    where = "@".join(filter(None, (asked["repository"], asked.get("commit"))))
    async with open_lean(LeanSpec("leandojo", where, workers=WORKERS, spare=False)) as lean:
        yield lean


BACKENDS: dict[str, Backend] = {
    "embedded": embedded,
    "stand-in": stand_in,
    "native": native,
    "leandojo": leandojo,
}


@pytest_asyncio.fixture(scope="session", params=BACKENDS)
async def backend(
    request: pytest.FixtureRequest, lean_command: Command, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Lean]:
    """A pool of each Lean in turn."""
    folder = tmp_path_factory.mktemp(request.param)
    async with BACKENDS[request.param](lean_command, folder) as pool:
        yield pool


@pytest.mark.parametrize("name", INTERACTIONS)
async def test_contract(backend: Lean, name: str) -> None:
    await INTERACTIONS[name](backend)
