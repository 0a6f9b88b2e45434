"""Running the command line as users do."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

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


@pytest.fixture
def prover(tmp_path: Path) -> Prover:
    """Runs `prover` with the arguments given, in `tmp_path`."""

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
