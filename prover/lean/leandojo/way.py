"""Which of two ways LeanDojo goes with a version of Lean, and why."""

from __future__ import annotations

import re
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from prover.errors import EnvironmentProblem

LAST_AS_IT_IS = (4, 11)
"""From 4.12 on Lean replaces the streams of a command, and LeanDojo's own Repl meets an end of file
(https://github.com/lean-dojo/LeanDojo/issues/211)."""
FIRST_SUPPORTED = (4, 3)
FIRST_TRIED = (4, 27)
"""The oldest version that our module was written against."""
KNOWN_PAIRS = {(4, 10): "2.1.3", (4, 11): "2.2.0"}
"""Versions of LeanDojo that are known to trace and to run this Lean."""


@dataclass(frozen=True)
class Way:
    """How a repository is interacted with."""

    as_it_is: bool
    """LeanDojo's own tracing and Repl; otherwise our Repl behind its `Dojo`, and no tracing."""
    reason: str


def parsed(toolchain: str) -> tuple[int, int]:
    """The version of Lean in the text of a `lean-toolchain`. Raises `EnvironmentProblem`."""
    match = re.search(r"(?:^|:)v?(\d+)\.(\d+)", toolchain.strip())
    if match is None:
        if "nightly" in toolchain:
            return (4, 1_000_000)
        raise EnvironmentProblem(
            f"the toolchain `{toolchain.strip()}` names no version of Lean",
            "Put one such as `leanprover/lean4:v4.28.0` into the repository's `lean-toolchain`.",
        )
    return int(match[1]), int(match[2])


def toolchain(folder: Path) -> str:
    """What a repository's `lean-toolchain` says. Raises `EnvironmentProblem`."""
    try:
        return (folder / "lean-toolchain").read_text().strip()
    except OSError as error:
        raise EnvironmentProblem(
            f"{folder} has no `lean-toolchain`, so LeanDojo can't tell its version of Lean",
            "Name the root of a Lake project.",
        ) from error


def leandojo_version() -> str:
    """The installed version of LeanDojo. Raises `EnvironmentProblem` when there is none."""
    try:
        return version("lean-dojo")
    except PackageNotFoundError as error:
        raise EnvironmentProblem(
            "the package `lean-dojo` is not installed",
            "Run `pip install lean-dojo` with Python 3.11 or 3.12; it has no release for later "
            "ones.",
        ) from error


def way(toolchain: str, leandojo: str) -> Way:
    """The way for a toolchain. Raises `EnvironmentProblem` when there is none."""
    lean = parsed(toolchain)
    shown = toolchain.rpartition(":")[2]
    if lean < FIRST_SUPPORTED:
        raise EnvironmentProblem(
            f"LeanDojo needs Lean 4.3 or later, and the repository has {shown}",
            "Move the repository to a later Lean.",
        )
    if lean > LAST_AS_IT_IS:
        reason = f"LeanDojo's own Repl fails on Lean 4.12 and later, and this is {shown}"
        if lean < FIRST_TRIED:
            reason += "; the prover's own was written for 4.27 and later and may not compile"
        return Way(False, reason)
    pair = KNOWN_PAIRS.get(lean)
    reason = f"{shown} is one of the versions that LeanDojo's own Repl works with"
    if pair and pair != leandojo:
        reason += f"; it is known to work with lean-dojo {pair}, and {leandojo} is installed"
    return Way(True, reason)
