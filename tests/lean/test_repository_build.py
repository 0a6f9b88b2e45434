"""Making repositories ready: cloned, built or traced, with progress."""

from __future__ import annotations

import subprocess
import time
from pathlib import Path

import pytest

from prover.errors import InputError
from prover.lean.leandojo import __main__ as program
from prover.lean.leandojo import repository_build
from prover.lean.leandojo.repository import Repository

Steps = list[tuple[str, int, int | None]]


def git(folder: Path, *arguments: str) -> str:
    own = ("-c", "user.name=t", "-c", "user.email=t@t", "-c", "init.defaultBranch=main")
    ran = subprocess.run(
        ["git", "-C", str(folder), *own, *arguments], capture_output=True, text=True, check=True
    )
    return ran.stdout.strip()


@pytest.fixture
def committed(project: Path) -> Path:
    git(project, "init", "--quiet")
    git(project, "add", ".")
    git(project, "commit", "--quiet", "-m", "one")
    return project


def test_a_remote_repository_is_cloned_once(committed: Path) -> None:
    repository = Repository(f"file://{committed}", git(committed, "rev-parse", "HEAD"))
    steps: Steps = []
    home = repository_build.fetched(repository, lambda *step: steps.append(step))
    assert (home / "My" / "File.lean").is_file()
    assert git(home, "rev-parse", "HEAD") == repository.commit
    assert (
        repository_build.fetched(repository, lambda *step: steps.append(step))
        == home
        == repository.place()
    )
    assert len(steps) == 1


def test_a_commit_that_is_not_there(committed: Path) -> None:
    with pytest.raises(InputError, match="has no commit"):
        repository_build.fetched(Repository(f"file://{committed}", "0" * 40), lambda *_: None)


def test_a_later_lean_is_built_and_not_traced(
    committed: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Through the program, which says where the repository is."""
    assert program.main([str(committed)]) == 0
    assert capsys.readouterr().out == f"{committed}\n"
    assert '"build"]' in (committed.parent / "lake.log").read_text()


def test_the_program_has_exit_codes(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert program.main([]) == 2
    assert program.main([str(project / "nothing")]) == 2
    (project / "lean-toolchain").unlink()
    assert program.main([str(project)]) == 3
    assert "no `lean-toolchain`" in capsys.readouterr().err


def test_progress_counts_what_is_read_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(repository_build, "LOOK_SECONDS", 0.01)
    for name in ("A", "B", "C"):
        (tmp_path / f"{name}.olean").touch()
    steps: Steps = []
    with repository_build.progress([tmp_path], lambda *step: steps.append(step)):
        (tmp_path / "A.ast.json").touch()
        until = time.monotonic() + 5
        while ("tracing the repository", 1, 3) not in steps and time.monotonic() < until:
            time.sleep(0.01)
    assert ("tracing the repository", 1, 3) in steps
    assert steps[-1] == ("tracing the repository", 3, 3)
