"""The sandbox of a native Lean."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from prover.errors import SetupError
from prover.lean.native.native_lean import sandboxed
from prover.lean.process import Command

TRIAL = """
cat project/known > /dev/null && echo reads the project
cat secret 2> /dev/null || echo no secret
touch project/new 2> /dev/null || echo no writing
tail -n +3 /proc/net/dev | grep -v 'lo:' && echo network
exit 0
"""


def test_without_bubblewrap_it_says_what_to_do(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(SetupError, match="needs bubblewrap") as problem:
        sandboxed(Command(("true",), {}, tmp_path), [])
    assert "apt install bubblewrap" in problem.value.hint


def test_the_command_stays_the_same_otherwise(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "bwrap").write_text("#!/bin/sh\n")
    (tmp_path / "bwrap").chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    command = Command(("lean", "--run"), {"A": "b"}, tmp_path, stack=1, options="o")
    inside = sandboxed(command, [tmp_path / "project"])
    assert inside.argv[0] == str(tmp_path / "bwrap")
    assert inside.argv[-3:] == ("--", "lean", "--run")
    assert (inside.environment, inside.cwd, inside.stack, inside.options) == (
        command.environment,
        *(command.cwd, command.stack, command.options),
    )


@pytest.mark.skipif(shutil.which("bwrap") is None, reason="no bubblewrap")
def test_what_runs_in_it_reads_the_project_and_nothing_else_of_home(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    home = tmp_path / "home"
    (home / "project").mkdir(parents=True)
    (home / "project" / "known").touch()
    (home / "secret").touch()
    monkeypatch.setattr(Path, "home", lambda: home)
    command = Command(
        ("sh", "-c", f"cd {home}; {TRIAL}"), {"PATH": "/usr/bin:/bin"}, home / "project"
    )
    inside = sandboxed(command, [home / "project"])
    ran = subprocess.run(
        inside.argv, env=dict(inside.environment), capture_output=True, text=True, check=True
    )
    assert ran.stdout.splitlines() == ["reads the project", "no secret", "no writing"]
