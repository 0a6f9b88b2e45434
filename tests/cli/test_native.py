"""`prove`, `check` and `doctor` in a Lake project whose toolchain is a stand-in.

Behind it is the embedded Lean, so the proofs are real; the project has a module of its own, which
that Lean has compiled.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from prover.lean.embedded.embedded_lean import EmbeddedLean
from prover.lean.process import Command, run_command
from tests.cli.conftest import Prover
from tests.lean.stand_in import StandIn, project

NOTHING = Command(("true",), {}, Path("/"))

BASIC = """@[expose] public section
def twice (n : Nat) : Nat := n + n
theorem twice_eq (n : Nat) : twice n = 2 * n := by unfold twice; omega
"""
TASK = """import Mine.Basic

theorem twice_zero : twice 0 = 0 := by
  sorry

theorem swap (p q : Prop) (h : p ∧ q) : q ∧ p := by
  sorry
"""
PLAIN = TASK.partition("theorem swap")[1] + TASK.partition("theorem swap")[2]


def compiled(lean: EmbeddedLean, folder: Path) -> None:
    """Compiles the project's module with the embedded Lean."""
    work = folder / "work"
    work.mkdir()
    (work / "Basic.lean").write_text(BASIC)
    command = lean.command("-o", "Basic.olean", "Basic.lean", work=work, writes=True)
    ran = run_command(command)
    assert ran.returncode == 0, ran.stdout
    shutil.copy(work / "Basic.olean", folder / ".lake" / "build" / "lib" / "lean" / "Mine")
    (folder / "Mine" / "Basic.lean").write_text(BASIC)


def with_modules(command: Command, lean: EmbeddedLean, root: Path, place: Path) -> Command:
    """The embedded Lean's worker, which sees the project's modules too."""
    shutil.copytree(lean.folder / "library", place, copy_function=os.link)
    shutil.copytree(root / ".lake" / "build" / "lib" / "lean" / "Mine", place / "Mine")
    program, *arguments = command.argv
    return replace(
        command,
        argv=(program, f"--allow-fs-read={place}", *arguments),
        environment={**command.environment, "LEAN_LIBRARY": str(place)},
    )


@pytest.fixture
def root(tmp_path: Path, lean_command: Command) -> Iterator[Path]:
    """A project in `tmp_path`, whose toolchain is in `elan` beside it."""
    lean, root = EmbeddedLean.find(), project(tmp_path / "mine")
    compiled(lean, root)
    library = lean.folder.parent / f"test-{os.getpid()}"
    try:
        StandIn.make(tmp_path / "elan", with_modules(lean_command, lean, root, library))
        yield root
    finally:
        shutil.rmtree(library, ignore_errors=True)


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """With a cache of its own, where no embedded Lean is."""
    ours = {key: value for key, value in os.environ.items() if key != "ELAN_TOOLCHAIN"}
    return {**ours, "ELAN_HOME": str(tmp_path / "elan"), "XDG_CACHE_HOME": str(tmp_path / "cache")}


@pytest.mark.lean
@pytest.mark.slow
def test_a_file_of_a_project_is_proved_by_the_projects_lean(
    prover: Prover, here: Prover, root: Path, environment: dict[str, str]
) -> None:
    task = root / "Mine" / "Task.lean"
    task.write_text(TASK)
    ran = prover("prove", str(task), "--write", "--workers", "1", environment=environment)
    assert ran.code == 0, ran.out + ran.err
    assert f"Lean: native 4.28.0, the Lake project {root}" in ran.err
    assert "2 of 2 proved" in ran.out
    ran = here("check", str(task), environment=environment)
    assert ran.code == 0, ran.out + ran.err
    ran = here("doctor", "--project", str(root), "--json", environment=environment)
    [native] = [item for item in ran.of("check") if item["check"] == "native Lean"]
    assert native["ok"], native
    assert "Lean 4.28.0 is supported" in native["detail"]
    [kernel] = [item for item in ran.of("check") if item["check"] == "kernel"]
    assert kernel["ok"]
    assert "`lake build` does not" in kernel["detail"]


@pytest.mark.lean
@pytest.mark.slow
def test_both_leans_give_the_same_proofs(
    prover: Prover, root: Path, environment: dict[str, str]
) -> None:
    (root / "Plain.lean").write_text(PLAIN)
    arguments = ("prove", str(root / "Plain.lean"), "--json", "--workers", "1", "--lean")
    native = prover(*arguments, "native", environment=environment)
    embedded = prover(*arguments, "embedded")
    assert native.code == embedded.code == 0, native.err + embedded.err
    assert "Lean: embedded" in embedded.err
    [one], [other] = native.of("result"), embedded.of("result")
    assert one["script"] == other["script"] is not None


@pytest.mark.parametrize(
    ("trait", "arguments", "code", "message", "hint"),
    [
        ("broken", ["--lean", "native"], 3, "toolchain leanprover/lean4:v4.28.0 is broken", "elan"),
        ("refuses", [], 3, "does not compile with leanprover/lean4:v4.28.0", "4.27 to 4.29"),
        ("invalid", [], 3, "can't load the project", "lake build"),
        ("interrupted", [], 130, "interrupted", ""),
        ("", ["--project", "nowhere"], 2, "there is no folder", "Lake project"),
        ("", ["--lean", "nativ"], 2, "no Lean is called `nativ`", "Did you mean `native`?"),
    ],
)
def test_what_is_missing_is_said_with_the_next_step(
    here: Prover,
    tmp_path: Path,
    environment: dict[str, str],
    trait: str,
    arguments: list[str],
    code: int,
    message: str,
    hint: str,
) -> None:
    standing = StandIn.make(tmp_path / "elan", NOTHING)
    if trait:
        standing.now(trait)
    file = project(tmp_path / "mine") / "A.lean"
    file.write_text("theorem a : 1 = 1 := by sorry\n")
    ran = here("prove", str(file), *arguments, environment=environment)
    assert ran.code == code, ran.err
    assert message in ran.err
    assert hint in ran.err


def test_a_file_outside_of_any_project(
    here: Prover, tmp_path: Path, environment: dict[str, str]
) -> None:
    (tmp_path / "A.lean").write_text("theorem a : 1 = 1 := by sorry\n")
    ran = here("prove", "A.lean", "--lean", "native", environment=environment)
    assert ran.code == 3
    assert "lies in no Lake project" in ran.err
    assert "--project FOLDER" in ran.err


def test_setup_has_elan_install_the_toolchain_only_when_told(
    prover: Prover, here: Prover, tmp_path: Path, environment: dict[str, str]
) -> None:
    standing = StandIn.make(tmp_path / "elan", NOTHING)
    standing.toolchain.rename(standing.home / "offered")
    root = project(tmp_path / "mine")
    ran = here("setup", "--project", str(root), environment=environment)
    assert ran.code == 3
    assert "`elan toolchain install leanprover/lean4:v4.28.0`" in ran.err
    assert standing.asked == []
    ran = prover("setup", "--project", str(root), "--yes", environment=environment)
    assert ran.code == 0, ran.err
    assert standing.asked[0] == "elan toolchain install leanprover/lean4:v4.28.0"
    assert "Lean 4.28.0 is supported (4.27 to 4.29 are)" in ran.out
    assert list((tmp_path / "cache" / "prover" / "native").glob("*/.lake/build/bin/worker"))


def test_doctor_says_when_the_projects_lean_is_broken(
    here: Prover, tmp_path: Path, environment: dict[str, str]
) -> None:
    StandIn.make(tmp_path / "elan", NOTHING).now("broken")
    root = project(tmp_path / "mine")
    ran = here("doctor", "--json", "--project", str(root), environment=environment)
    assert ran.code == 3
    [native] = [item for item in ran.of("check") if item["check"] == "native Lean"]
    assert not native["ok"]
    assert "is broken" in native["detail"]
    assert "elan toolchain install" in native["fix"]
