"""Commands for the fake worker."""

from __future__ import annotations

import os
import shlex
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from prover.errors import SetupError
from prover.lean.embedded.embedded_lean import EmbeddedLean
from prover.lean.process import Command

FAKE = Path(__file__).with_name("fake_worker.py")

Fake = Callable[..., Command]

PROJECT_FILE = """import Lean
namespace My
theorem one : 1 = 1 := rfl
theorem two (a : Nat) : a = a := by simp
end My
theorem nowhere_to_be : True := trivial
"""


@pytest.fixture(scope="module")
def lean() -> EmbeddedLean:
    """The embedded Lean; skips where it is not installed."""
    try:
        return EmbeddedLean.find()
    except SetupError as problem:
        pytest.skip(f"{problem.message}. {problem.hint}")


@pytest.fixture
def fake(tmp_path: Path) -> Fake:
    """Makes the command of a fake worker in the mode given; `log` in `tmp_path` gets its runs."""

    def command(mode: str = "works", stack: int = 0) -> Command:
        argv = (sys.executable, str(FAKE), mode, str(tmp_path / "log"))
        return Command(argv=argv, environment=dict(os.environ), cwd=tmp_path, stack=stack)

    return command


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A Lake project, with the stand-in for Lake first on the path."""
    programs = tmp_path / "bin"
    programs.mkdir()
    lake = programs / "lake"
    stand_in = FAKE.with_name("stand_in_lake.py")
    lake.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} {stand_in} "$@"\n')
    lake.chmod(0o755)
    lean = programs / "lean"
    lean.write_text('#!/bin/sh\necho "Lean (version ${STAND_IN_VERSION:-4.28.0}, stand-in)"\n')
    lean.chmod(0o755)
    monkeypatch.setenv("ELAN_HOME", str(tmp_path / "no-elan"))
    monkeypatch.delenv("ELAN_TOOLCHAIN", raising=False)
    monkeypatch.setenv("PATH", f"{programs}:{os.environ['PATH']}")
    monkeypatch.setenv("STAND_IN_LOG", str(tmp_path / "lake.log"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("CACHE_DIR", str(tmp_path / "leandojo"))
    folder = tmp_path / "project"
    (folder / "My").mkdir(parents=True)
    (folder / "lakefile.toml").write_text('name = "my"\n')
    (folder / "lean-toolchain").write_text("leanprover/lean4:v4.28.0\n")
    (folder / "My" / "File.lean").write_text(PROJECT_FILE)
    return folder
