"""Commands for the fake worker."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from prover.lean.command import Command

FAKE = Path(__file__).with_name("fake_worker.py")

Fake = Callable[..., Command]


@pytest.fixture
def fake(tmp_path: Path) -> Fake:
    """Makes the command of a fake worker in the mode given; `log` in `tmp_path` gets its runs."""

    def command(mode: str = "works", stack: int = 0) -> Command:
        argv = (sys.executable, str(FAKE), mode, str(tmp_path / "log"))
        return Command(argv=argv, environment=dict(os.environ), cwd=tmp_path, stack=stack)

    return command
