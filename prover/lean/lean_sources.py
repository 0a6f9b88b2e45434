"""Where our Lean sources lie, and which modules a program needs."""

from __future__ import annotations

import re
from pathlib import Path

from prover.errors import SetupError
from prover.resources import resource

IMPORT = re.compile(r"^(?:public )?import (Prover\.[\w.]+)", re.MULTILINE)
"""The import of another module of ours."""
WORKER = "Prover.Worker"
DOJO_REPL = "Prover.LeanDojo.Repl"


def sources(top: str) -> dict[str, str]:
    """The text of each module that this one needs, itself too, each after what it imports.

    Raises `SetupError`.
    """
    project = resource("lean_project")
    if not (project / path(top)).is_file():
        raise SetupError("the prover's Lean sources are missing", "Reinstall the prover.")
    found: dict[str, str] = {}
    _reach(project, top, found)
    return found


def _reach(project: Path, module: str, found: dict[str, str]) -> None:
    if module not in found:
        text = (project / path(module)).read_text()
        for imported in IMPORT.findall(text):
            _reach(project, imported, found)
        found[module] = text


def path(module: str, suffix: str = ".lean") -> Path:
    """Where a module's file lies below a root."""
    return Path(*module.split(".")).with_suffix(suffix)
