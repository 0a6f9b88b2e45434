"""What `prove` says where the Lean that is asked for can't be used: exit code 3 and the next step.

The programs of Lean are stand-ins, so each can be missing or broken.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from importlib.util import find_spec
from pathlib import Path

import pytest

from prover.lean.leandojo.repository import Repository
from prover.lean.process import Command
from tests.cli.conftest import Prover
from tests.lean.stand_in import NAME, StandIn, project
from tests.lean.traced import write_traced

NOTHING = Command(("true",), {}, Path("/"))
TASK = "theorem a : 1 = 1 := by\n  sorry\n"
LEANS = (
    "native",
    pytest.param(
        "leandojo",
        marks=pytest.mark.skipif(find_spec("lean_dojo") is None, reason="no lean-dojo here"),
    ),
)


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """With caches and an elan of its own."""
    ours = {key: value for key, value in os.environ.items() if key != "ELAN_TOOLCHAIN"}
    own = {"ELAN_HOME": "elan", "XDG_CACHE_HOME": "cache", "CACHE_DIR": "leandojo"}
    return {**ours, **{name: str(tmp_path / folder) for name, folder in own.items()}}


@pytest.fixture
def standing(tmp_path: Path) -> StandIn:
    """An elan with one toolchain."""
    return StandIn.make(tmp_path / "elan", NOTHING)


@pytest.fixture
def task(tmp_path: Path) -> Path:
    """A file of a project that uses one package."""
    file = project(tmp_path / "mine", packages=("dep",)) / "A.lean"
    file.write_text(TASK)
    return file


def for_old_lean(standing: StandIn, root: Path) -> None:
    """The project asks for a Lean that LeanDojo is used with as it is, which is installed."""
    name = NAME.replace("4.28.0", "4.10.0")
    standing.toolchain.with_name(name.replace("/", "--").replace(":", "---")).symlink_to(
        standing.toolchain
    )
    (root / "lean-toolchain").write_text(f"{name}\n")


@pytest.mark.parametrize("lean", LEANS)
def test_no_lake(here: Prover, task: Path, environment: dict[str, str], lean: str) -> None:
    environment["PATH"] = str(task.parent)
    ran = here("prove", str(task), "--lean", lean, environment=environment)
    assert ran.code == 3, ran.err
    assert "neither elan nor a `lake` on the path" in ran.err
    assert "Install elan" in ran.err


@pytest.mark.parametrize("lean", LEANS)
def test_a_broken_toolchain(
    here: Prover, task: Path, standing: StandIn, environment: dict[str, str], lean: str
) -> None:
    standing.now("broken")
    ran = here("prove", str(task), "--lean", lean, environment=environment)
    assert ran.code == 3, ran.err
    assert f"the toolchain {NAME} is broken" in ran.err
    assert f"elan toolchain install {NAME}" in ran.err


@pytest.mark.parametrize("lean", LEANS)
def test_a_toolchain_that_is_not_installed_is_not_fetched(
    here: Prover, task: Path, standing: StandIn, environment: dict[str, str], lean: str
) -> None:
    standing.toolchain.rename(standing.home / "offered")
    ran = here("prove", str(task), "--lean", lean, environment=environment)
    assert ran.code == 3, ran.err
    assert f"the toolchain {NAME} is not installed" in ran.err
    assert f"elan toolchain install {NAME}" in ran.err
    assert standing.asked == []


@pytest.mark.parametrize("lean", LEANS)
@pytest.mark.usefixtures("standing")
def test_dependencies_that_are_not_fetched_or_not_built(
    here: Prover, task: Path, environment: dict[str, str], lean: str
) -> None:
    task.write_text(f"import Dep\n\n{TASK}")
    package = task.parent / ".lake" / "packages" / "dep"
    shutil.rmtree(package / ".lake")
    ran = here("prove", str(task), "--lean", lean, environment=environment)
    assert ran.code == 3, ran.err
    assert "the module Dep of dep is not built" in ran.err
    assert f"`cd {task.parent} && lake build Dep`" in ran.err
    shutil.rmtree(package)
    ran = here("prove", str(task), "--lean", lean, environment=environment)
    assert ran.code == 3, ran.err
    assert "lacks its dependency dep" in ran.err
    assert f"`cd {task.parent} && lake build`" in ran.err


@pytest.mark.parametrize("lean", LEANS)
@pytest.mark.usefixtures("standing")
def test_a_file_outside_of_any_project(
    here: Prover, tmp_path: Path, environment: dict[str, str], lean: str
) -> None:
    (tmp_path / "A.lean").write_text(TASK)
    ran = here("prove", "A.lean", "--lean", lean, environment=environment)
    assert ran.code == 3, ran.err
    assert "lies in no Lake project" in ran.err
    assert "--project FOLDER" in ran.err


@pytest.mark.skipif(find_spec("lean_dojo") is None, reason="no lean-dojo here")
def test_a_repository_that_is_not_traced(
    here: Prover, task: Path, standing: StandIn, environment: dict[str, str]
) -> None:
    for_old_lean(standing, task.parent)
    ran = here("prove", str(task), "--lean", "leandojo", environment=environment)
    assert ran.code == 3, ran.err
    assert f"LeanDojo has not traced {task.parent}" in ran.err
    assert f"python -m prover.lean.leandojo {task.parent}" in ran.err


@pytest.mark.skipif(find_spec("lean_dojo") is None, reason="no lean-dojo here")
def test_a_remote_repository_that_is_not_here(
    here: Prover, task: Path, environment: dict[str, str]
) -> None:
    where = f"https://example.org/some/repository@{'a' * 40}"
    arguments = ("--lean", "leandojo", "--project", where)
    ran = here("prove", str(task), *arguments, environment=environment)
    assert ran.code == 3, ran.err
    assert "isn't here" in ran.err
    assert "python -m prover.lean.leandojo https://example.org/some/repository" in ran.err


@pytest.mark.lean
@pytest.mark.skipif(find_spec("lean_dojo") is None, reason="no lean-dojo here")
@pytest.mark.slow
def test_a_theorem_that_leandojo_does_not_locate(
    here: Prover,
    tmp_path: Path,
    task: Path,
    environment: dict[str, str],
    lean_command: Command,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for_old_lean(StandIn.make(tmp_path / "elan", lean_command), task.parent)
    author = ("-c", "user.name=A", "-c", "user.email=a@example.org")
    for words in (("init", "-q"), (*author, "commit", "-q", "--allow-empty", "-m", "empty")):
        subprocess.run(["git", "-C", str(task.parent), *words], check=True)
    monkeypatch.setenv("CACHE_DIR", environment["CACHE_DIR"])
    repository = Repository.named(str(task.parent))
    traced = tmp_path / "leandojo" / repository.slug / repository.name
    write_traced(traced, "A.lean", "theorem another : 1 = 1 := rfl\n")
    (traced / "A.lean").write_text(TASK)
    (traced / "Lean4Repl.lean").touch()
    shutil.copy(task.parent / "lean-toolchain", traced)
    ran = here("prove", str(task), "--lean", "leandojo", environment=environment)
    assert ran.code == 3, ran.out + ran.err
    assert "Failed to locate the theorem" in ran.out + ran.err
    assert "the full name" in ran.out + ran.err


@pytest.mark.skipif(find_spec("torch") is None, reason="torch is not installed")
def test_a_missing_model_is_told_before_a_missing_lean(here: Prover, tmp_path: Path) -> None:
    (tmp_path / "A.lean").write_text(TASK)
    environment = {**os.environ, "XDG_CACHE_HOME": str(tmp_path), "HF_HOME": str(tmp_path / "hub")}
    ran = here("prove", "A.lean", "--policy", "llemma", environment=environment)
    assert ran.code == 3
    assert "llemma_7b is not on this machine" in ran.err
    ran = here("prove", "A.lean", environment=environment)
    assert ran.code == 3
    assert "the embedded Lean is not installed" in ran.err
