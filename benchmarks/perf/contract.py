"""What each Lean does with the interactions that every Lean must get right, as a table.

    python benchmarks/perf/contract.py [--lean embedded native] [--project FOLDER] [--only WORD]

A line for each interaction: for each Lean, the seconds it took, or what it did instead of what was
expected. The exit code is 1 if any differs.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import time
from pathlib import Path

import pytest

from prover.errors import ProverError
from prover.lean.backend import Backend
from prover.lean.choosing import Wanted, open_lean
from tests.lean.contract import INTERACTIONS, Interaction

FAILURES = (AssertionError, ProverError, ValueError, pytest.fail.Exception)


async def cell(lean: Backend, interaction: Interaction) -> tuple[bool, str]:
    """Whether it went as expected, and what to write of it."""
    started = time.perf_counter()
    try:
        await interaction(lean)
    except FAILURES as error:
        return False, f"differs: {str(error).partition(chr(10))[0][:60]}"
    return True, f"{time.perf_counter() - started:.1f} s"


async def column(wanted: Wanted, names: list[str]) -> list[tuple[bool, str]]:
    """What one Lean does with each interaction."""
    async with open_lean(wanted, tell=lambda text: print(text, file=sys.stderr)) as lean:
        return [await cell(lean, INTERACTIONS[name]) for name in names]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lean", nargs="+", default=["embedded"])
    parser.add_argument("--project", type=Path)
    parser.add_argument("--only", default="", help="only interactions whose name has this word")
    options = parser.parse_args()
    names = [name for name in INTERACTIONS if options.only in name]
    columns = []
    for lean in options.lean:
        project = options.project if lean == "native" else None
        wanted = Wanted(lean, project, workers=2, spare=False)
        columns.append(asyncio.run(column(wanted, names)))
    print("| interaction | " + " | ".join(options.lean) + " |")
    print("|---" * (len(columns) + 1) + "|")
    for name, *cells in zip(names, *columns, strict=True):
        print(f"| {name} | " + " | ".join(text for _, text in cells) + " |")
    return 0 if all(well for cells in columns for well, _ in cells) else 1


if __name__ == "__main__":
    sys.exit(main())
