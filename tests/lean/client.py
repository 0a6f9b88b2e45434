"""The Lean client (`lean_project/Prover/Client.lean`) as one file that the embedded Lean reads.

That Lean imports no code but the library's, so the client's modules are joined, and what is to run
with them is put behind.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from prover.errors import SetupError
from prover.lean.embedded.embedded_lean import EmbeddedLean
from prover.lean.process import Command

PROJECT = Path(__file__).parents[2] / "lean_project"
TOP = "Prover.Client"
IMPORT = re.compile(r"^public meta import (\S+)\n", re.MULTILINE)
HEAD = re.compile(r"^(module|public meta section)\n", re.MULTILINE)


def text_of(module: str) -> str:
    """The text of a module of the project."""
    return PROJECT.joinpath(*module.split(".")).with_suffix(".lean").read_text()


def modules(top: str) -> list[str]:
    """A module with those of the project that it imports, each after its own imports."""
    found: list[str] = []
    for name in IMPORT.findall(text_of(top)):
        if name.startswith("Prover."):
            found += (module for module in modules(name) if module not in found)
    return [*found, top]


def joined(top: str, more: str = "") -> str:
    """The modules as one, with more text behind them."""
    texts = [text_of(module) for module in modules(top)]
    imports = {name for text in texts for name in IMPORT.findall(text)}
    head = "".join(f"public meta import {n}\n" for n in sorted(imports) if "Prover." not in n)
    body = "\n".join(HEAD.sub("", IMPORT.sub("", text)) for text in texts)
    return f"module\n{head}public meta section\n{body}\n{more}"


def command(work: Path, text: str) -> Command:
    """Elaborates a text in this folder; skips the test where there is no embedded Lean."""
    (work / "T.lean").write_text(text)
    try:
        lean = EmbeddedLean.find()
    except SetupError as problem:
        pytest.skip(f"{problem.message}. {problem.hint}")
    return lean.command("-Dweak.Elab.async=false", "T.lean", work=work, writes=True)
