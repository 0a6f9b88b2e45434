"""What each Lean does with the interactions that every Lean must get right, as a table.

    python benchmarks/perf/contract.py [--lean embedded stand-in] [--project FOLDER] [--only WORD]

A line for each interaction: for each Lean, the seconds it took, or what it did instead of what was
expected; a Lean that is not here has a dash, and why is told. `stand-in` is the way of a native
Lean with stand-ins for its programs and the embedded worker behind them. The exit code is 1 if any
differs.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import time
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from prover.errors import ProverError, SetupError
from prover.lean.backend import Backend
from prover.lean.backends import LEANS, LeanSpec, open_lean
from prover.lean.embedded.embedded_lean import EmbeddedLean
from tests.lean import stand_in
from tests.lean.contract import INTERACTIONS, Interaction

FAILURES = (AssertionError, ProverError, ValueError, pytest.fail.Exception)
STAND_IN = "stand-in"
WORKERS = 2
Cell = tuple[bool, str]
"""Whether it went as expected, and what to write of it."""


async def cell(lean: Backend, interaction: Interaction) -> Cell:
    """What one Lean does with one interaction."""
    started = time.perf_counter()
    try:
        await interaction(lean)
    except FAILURES as error:
        return False, f"differs: {str(error).partition(chr(10))[0][:60]}"
    return True, f"{time.perf_counter() - started:.1f} s"


async def column(name: str, project: Path | None, interactions: list[str]) -> list[Cell]:
    """What one Lean does with each interaction."""
    with TemporaryDirectory() as folder:
        try:
            async with opened(name, project, Path(folder)) as lean:
                return [await cell(lean, INTERACTIONS[each]) for each in interactions]
        except SetupError as problem:
            say(f"{name} is not here: {problem.message}. {problem.hint}")
            return [(True, "-")] * len(interactions)


def opened(name: str, project: Path | None, folder: Path) -> AbstractAsyncContextManager[Backend]:
    """The Lean of that name; the folder is for what the stand-in needs."""
    if name == STAND_IN:
        return stand_in.opened(EmbeddedLean.find().worker_command(), folder, WORKERS)
    own = None if name == "embedded" else project
    return open_lean(LeanSpec(name, own, workers=WORKERS, spare=False), tell=say)


def say(sentence: str) -> None:
    """Tells it beside the table."""
    print(sentence, file=sys.stderr)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lean", nargs="+", default=["embedded"], choices=[*LEANS, STAND_IN])
    parser.add_argument("--project", type=Path)
    parser.add_argument("--only", default="", help="only interactions whose name has this word")
    options = parser.parse_args()
    names = [name for name in INTERACTIONS if options.only in name]
    columns = [asyncio.run(column(lean, options.project, names)) for lean in options.lean]
    print("| interaction | " + " | ".join(options.lean) + " |")
    print("|---" * (len(columns) + 1) + "|")
    for name, *cells in zip(names, *columns, strict=True):
        print(f"| {name} | " + " | ".join(text for _, text in cells) + " |")
    return 0 if all(well for cells in columns for well, _ in cells) else 1


if __name__ == "__main__":
    sys.exit(main())
