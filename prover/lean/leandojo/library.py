"""Our Lean modules, compiled by the Lean of the repository that they are used with."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from prover.beside import beside
from prover.errors import EnvironmentProblem
from prover.lean.install import default_cache

TOP = "Prover.LeanDojo.Repl"
IMPORT = re.compile(r"^import (Prover\.[\w.]+)", re.MULTILINE)
COMPILE_SECONDS = 300.0
"""For one module."""


def sources() -> dict[str, str]:
    """The text of each module, those that others import first. Raises `EnvironmentProblem`."""
    project = beside("lean_project")
    if not (project / path(TOP)).is_file():
        raise EnvironmentProblem("the prover's Lean sources are missing", "Reinstall the prover.")
    return dict(_reachable(project, TOP))


def _reachable(project: Path, module: str) -> Iterator[tuple[str, str]]:
    text = (project / path(module)).read_text()
    for imported in IMPORT.findall(text):
        yield from _reachable(project, imported)
    yield module, text


def path(module: str, suffix: str = ".lean") -> Path:
    """Where a module's file lies below a root."""
    return Path(*module.split(".")).with_suffix(suffix)


def library(folder: Path, cache: Path | None = None) -> Path:
    """A folder for `LEAN_PATH` that holds our modules for the Lean of the project in `folder`.

    Compiles them the first time. Raises `EnvironmentProblem`.
    """
    texts = sources()
    version = run(["lake", "env", "lean", "--version"], folder, {}).stdout
    content = "\0".join((version, *texts, *texts.values()))
    home = (
        cache or default_cache()
    ) / f"leandojo-{hashlib.sha256(content.encode()).hexdigest()[:16]}"
    if not home.is_dir():
        home.parent.mkdir(parents=True, exist_ok=True)
        with TemporaryDirectory(dir=home.parent, prefix="leandojo-") as site:
            _compile(texts, folder, Path(site))
            shutil.copytree(site, f"{site}-done")
        _settle(Path(f"{site}-done"), home)
    return home


def _settle(made: Path, home: Path) -> None:
    """Puts a folder in its place, unless somebody else was first."""
    try:
        made.rename(home)
    except OSError:
        shutil.rmtree(made)
        if not home.is_dir():
            raise


def _compile(texts: dict[str, str], folder: Path, site: Path) -> None:
    for module, text in texts.items():
        source = site / path(module)
        source.parent.mkdir(parents=True, exist_ok=True)
        source.write_text(text)
        command = ["lake", "env", "lean", f"--root={site}", "-o", str(source.with_suffix(".olean"))]
        ran = run([*command, str(source)], folder, {"LEAN_PATH": str(site)})
        if ran.returncode:
            said = (ran.stdout + ran.stderr).strip().replace(f"{site}/", "")
            raise EnvironmentProblem(
                f"the prover's Repl for LeanDojo does not compile with this Lean: {said[:2000]}",
                "It is written for Lean 4.27 and later; use another backend with this one.",
            )


def run(
    command: list[str], folder: Path, environment: dict[str, str]
) -> subprocess.CompletedProcess[str]:
    """Runs a command of Lake in a project. Raises `EnvironmentProblem` when it can't be run."""
    try:
        return subprocess.run(
            command,
            cwd=folder,
            env={**os.environ, **environment},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=COMPILE_SECONDS,
            check=False,
        )
    except FileNotFoundError as error:
        raise EnvironmentProblem(
            "LeanDojo needs `lake`, which is not on the path",
            "Install elan (https://github.com/leanprover/elan), which brings it.",
        ) from error
    except subprocess.TimeoutExpired as error:
        raise EnvironmentProblem(
            f"`{' '.join(command[:3])}` took over {COMPILE_SECONDS:g} seconds in {folder}",
            "Run `lake build` there first.",
        ) from error
