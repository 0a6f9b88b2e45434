"""Fetching a remote repository and building it, for those that need no trace."""

from __future__ import annotations

import subprocess
from pathlib import Path

from filelock import FileLock

from prover.errors import EnvironmentProblem
from prover.lean.install import Report
from prover.lean.leandojo.repository import Repository

SHOWN_CHARACTERS = 2000


def checkout(repository: Repository, report: Report) -> Path:
    """The repository at its commit, beside LeanDojo's traces; cloned unless it is there.

    Raises `EnvironmentProblem`.
    """
    home = repository.checkout
    home.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(home.parent.with_suffix(".lock")):
        if not home.is_dir():
            report("cloning the repository", 0, None)
            command(["git", "init", "--quiet", str(home)], home.parent)
            command(["git", "fetch", "--quiet", repository.url, repository.commit], home)
            command(["git", "checkout", "--quiet", repository.commit], home)
    return home


def build(folder: Path, report: Report) -> None:
    """Builds a Lake project, with Mathlib's own build where it uses that.

    Raises `EnvironmentProblem`.
    """
    manifest = folder / "lake-manifest.json"
    if manifest.is_file() and '"mathlib"' in manifest.read_text():
        report("fetching what is built of Mathlib", 0, None)
        command(["lake", "exe", "cache", "get"], folder)
    report("building the repository", 0, None)
    command(["lake", "build"], folder)


def command(argv: list[str], folder: Path) -> None:
    """Runs a program. Raises `EnvironmentProblem` with what it said, unless it ends well."""
    try:
        ran = subprocess.run(
            argv,
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
    except FileNotFoundError as error:
        raise EnvironmentProblem(f"`{argv[0]}` is not on the path", "Install it.") from error
    if ran.returncode:
        raise EnvironmentProblem(
            f"`{' '.join(argv[:3])}` failed in {folder}: {ran.stdout.strip()[-SHOWN_CHARACTERS:]}",
            "Mend what it says; a folder that is half made can be removed.",
        )
