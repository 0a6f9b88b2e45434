"""Building a repository, for those that need no trace."""

from __future__ import annotations

import subprocess
from pathlib import Path

from prover.errors import EnvironmentProblem
from prover.lean.install import Report
from prover.lean.project import MANIFEST, Project
from prover.lean.toolchain import Toolchain

SHOWN_CHARACTERS = 2000


def build(project: Project, toolchain: Toolchain, report: Report) -> None:
    """Builds a Lake project, with Mathlib's own build where it uses that.

    Raises `EnvironmentProblem`.
    """
    if (project.root / MANIFEST).is_file() and project.has_mathlib:
        report("fetching what is built of Mathlib", 0, None)
        lake(toolchain, project.root, "exe", "cache", "get")
    report("building the repository", 0, None)
    lake(toolchain, project.root, "build")


def lake(toolchain: Toolchain, folder: Path, *arguments: str) -> None:
    """Runs Lake, however long it takes.

    Raises `EnvironmentProblem` with what it said, unless it ends well.
    """
    ran = subprocess.run(
        [str(toolchain.program("lake")), *arguments],
        cwd=folder,
        env=toolchain.environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if ran.returncode:
        said = ran.stdout.strip()[-SHOWN_CHARACTERS:]
        raise EnvironmentProblem(
            f"`lake {' '.join(arguments)}` failed in {folder}: {said}",
            "Mend what it says, and run the same again.",
        )
