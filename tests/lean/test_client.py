"""The Lean client in a real Lean, which here can start no process and so finds no service."""

from __future__ import annotations

from pathlib import Path

import pytest

from prover.lean import lean_sources
from prover.lean.lean_sources import WORKER
from prover.lean.process import run_command
from tests.lean.client import TOP, command, joined, modules

ASKS = """
theorem t : 1 = 1 := by
  prove? 30
theorem u : 1 = 1 := by first | suggest? "simp" | rfl
"""


def ran(work: Path, text: str) -> str:
    """What Lean says of a file."""
    return run_command(command(work, text)).stdout


@pytest.mark.lean
def test_its_own_tests_pass_and_without_a_service_it_says_how_to_start_one(tmp_path: Path) -> None:
    text = joined("ProverTest.Client", ASKS)
    line = text.splitlines().index("  prove? 30") + 1
    [said] = ran(tmp_path, text).split("\n\n")
    assert said.startswith(f"T.lean:{line}:2: error: prover: no service runs in ")
    assert said.strip().endswith("/.cache/prover/run\nStart it with `prover serve`.")


def test_the_worker_has_no_part_of_it() -> None:
    assert modules(TOP)[-1] == TOP
    assert not lean_sources.sources(WORKER).keys() & set(modules(TOP))
