"""The native Lean: its worker's cache, its command, and what is said when it can't be had.

A stand-in takes the place of the toolchain; with the embedded Lean behind it, everything from the
command line to Lean itself is real but `elan`, `lean` and `lake`.
"""

from __future__ import annotations

import os
import shutil
import sys
import threading
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from pathlib import Path

import pytest

from prover.errors import InputError, SetupError
from prover.lean import lean_sources
from prover.lean.backend import Backend
from prover.lean.backends import LEANS, LeanSpec, choose_backend, open_lean
from prover.lean.interface import Closed, TacticLimit
from prover.lean.lean_sources import WORKER
from prover.lean.native.lake_project import Project
from prover.lean.native.native_lean import NativeLean
from prover.lean.process import Command
from prover.lean.worker import Worker
from prover.theorem import Theorem
from tests.lean.conftest import FAKE
from tests.lean.stand_in import StandIn, module, project

FAKED = Theorem.from_statement("t", "theorem t : True := by")


def faked(folder: Path) -> Command:
    """A worker that is no Lean."""
    argv = (sys.executable, str(FAKE), "works", str(folder / "runs"))
    return Command(argv=argv, environment=dict(os.environ), cwd=folder)


@pytest.fixture
def elan(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> StandIn:
    """A machine with elan and one toolchain, whose worker is no Lean."""
    monkeypatch.setenv("ELAN_HOME", str(tmp_path / "elan"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.delenv("ELAN_TOOLCHAIN", raising=False)
    return StandIn.make(tmp_path / "elan", faked(tmp_path))


@pytest.fixture
def mine(tmp_path: Path) -> Project:
    """A project that is built."""
    return Project(project(tmp_path / "mine", packages=("mathlib",)))


def builds(elan: StandIn) -> list[str]:
    return [line for line in elan.asked if line.startswith("lake build")]


def test_the_worker_is_built_once(elan: StandIn, mine: Project, tmp_path: Path) -> None:
    before = sorted(mine.root.rglob("*"))
    lean = NativeLean.find(mine)
    first = lean.worker()
    assert first.parent == tmp_path / "cache" / "prover" / "native"
    assert first.name.startswith("leanprover-lean4-v4.28.0-")
    assert (first / "lean-toolchain").read_text() == "leanprover/lean4:v4.28.0\n"
    for name, text in lean_sources.sources(WORKER).items():
        assert (first / lean_sources.path(name)).read_text() == text
    assert NativeLean.find(mine).worker() == first
    assert len(builds(elan)) == 1
    assert sorted(mine.root.rglob("*")) == before, "nothing is written in the user's project"


def test_other_sources_and_another_toolchain_need_another_worker(
    elan: StandIn, mine: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = NativeLean.find(mine).worker()
    sources = lean_sources.sources(WORKER)
    with monkeypatch.context() as patched:
        patched.setattr(lean_sources, "sources", lambda _: {**sources, WORKER: "-- other\n"})
        assert NativeLean.find(mine).worker() != first
    shutil.rmtree(tmp_path / "elan")
    StandIn.make(elan.home, faked(tmp_path), banner="Lean (version 4.28.0, commit 2, Release)")
    assert NativeLean.find(mine).worker() != first


def test_a_damaged_worker_is_built_again(elan: StandIn, mine: Project) -> None:
    lean = NativeLean.find(mine)
    (lean.worker() / "Prover" / "Json.lean").write_text("")
    lean.worker()
    assert len(builds(elan)) == 2


def test_two_at_once_build_one_worker(elan: StandIn, mine: Project) -> None:
    lean = NativeLean.find(mine)
    threads = [threading.Thread(target=lean.worker) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(builds(elan)) == 1


def test_sources_that_do_not_compile_are_named(elan: StandIn, mine: Project) -> None:
    elan.now("refuses")
    with pytest.raises(SetupError) as problem:
        NativeLean.find(mine).worker()
    assert "leanprover/lean4:v4.28.0" in problem.value.message
    assert "Prover/Json.lean:12:4: unknown identifier" in problem.value.message
    assert "4.27 to 4.29" in problem.value.hint
    assert not list(NativeLean.find(mine).cache.glob("leanprover*"))


def test_the_command_has_what_lake_says_and_no_secrets(
    elan: StandIn, mine: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PROVER_API_KEY", "secret")
    monkeypatch.setenv("LEAN_PATH", "/of/another/toolchain")
    command = NativeLean.find(mine).worker_command()
    assert command.cwd == mine.root
    packages = "./.lake/packages/mathlib/.lake/build/lib/lean:./.lake/build/lib/lean"
    assert command.environment["LEAN_PATH"] == packages
    assert command.environment["LEAN_SYSROOT"] == str(elan.toolchain)
    assert command.environment["PATH"].startswith(f"{elan.toolchain}/bin:")
    assert "secret" not in command.environment.values()
    assert set(command.environment) <= {
        *("LEAN_PATH", "LEAN_SYSROOT", "LD_LIBRARY_PATH", "PATH", "HOME", "TMPDIR", "LANG"),
        *("LC_ALL", "LEAN_NUM_THREADS"),
    }


def test_without_a_c_compiler_the_worker_is_interpreted(elan: StandIn, mine: Project) -> None:
    elan.now("no-compiler")
    command = NativeLean.find(mine).worker_command()
    folder = NativeLean.find(mine).worker()
    lean, *arguments = command.argv
    assert lean == str(elan.toolchain / "bin" / "lean")
    assert arguments == ["--run", str(folder / "Prover" / "Worker.lean")]
    first, *rest = command.environment["LEAN_PATH"].split(":")
    assert first == str(folder / ".lake" / "build" / "lib" / "lean")
    assert rest == NativeLean.find(mine).project.variables(NativeLean.find(mine).toolchain)[
        "LEAN_PATH"
    ].split(":")


async def test_the_projects_options_reach_the_worker(mine: Project, elan: StandIn) -> None:
    told: list[str] = []
    wanted = LeanSpec("native", file=mine.root / "Mine.lean", spare=False)
    (mine.root / "lakefile.toml").write_text('name = "m"\nleanOptions = {autoImplicit = false}\n')
    async with opening(wanted, told) as pool:
        assert pool.command.options == "set_option autoImplicit false\n"
    assert not any("setup-file" in line for line in elan.asked)
    (mine.root / "lakefile.lean").touch()
    async with opening(wanted, told) as pool:
        assert pool.command.options == ""
    [warning] = [line for line in told if not line.startswith("Lean: native")]
    assert "does not tell the options" in warning
    assert "defaults are used instead" in warning


@pytest.mark.usefixtures("elan")
def test_imports_must_be_built(mine: Project) -> None:
    module(mine.root, "Mine.New", built=False)
    with pytest.raises(SetupError, match=r"Mine\.New"):
        NativeLean.find(mine).worker_command(imports=["Mathlib", "Mine.New"])


def opening(wanted: LeanSpec, told: list[str]) -> AbstractAsyncContextManager[Backend]:
    return open_lean(wanted, tell=told.append)


async def test_its_workers_serve_a_pool(elan: StandIn, mine: Project) -> None:
    told: list[str] = []
    file = mine.root / "Mine" / "Basic.lean"
    wanted = LeanSpec(file=file, imports=["Mathlib"], spare=False)
    async with opening(wanted, told) as pool, pool.session() as session:
        root = await session.open(FAKED)
        assert await session.run(root, ["close"], TacticLimit()) == [Closed()]
    assert told == [f"Lean: native 4.28.0, the Lake project {mine.root}"]
    [started] = [line for line in elan.asked if line.startswith("worker in")]
    assert started.startswith(f"worker in {mine.root} with ")
    assert "mathlib/.lake/build/lib/lean:./.lake/build/lib/lean" in started


def test_which_lean_is_chosen(elan: StandIn, mine: Project, tmp_path: Path) -> None:
    told: list[str] = []
    inside, outside = mine.root / "Mine" / "Basic.lean", tmp_path / "Alone.lean"
    assert choose_backend(LeanSpec(file=inside), told.append) == "native"
    assert choose_backend(LeanSpec(file=outside), told.append) == "embedded"
    assert choose_backend(LeanSpec(file=outside, project=mine.root), told.append) == "native"
    assert told == []
    shutil.rmtree(elan.toolchain)
    assert choose_backend(LeanSpec(file=inside), told.append) == "embedded"
    assert "is not used: the toolchain leanprover/lean4:v4.28.0 is not installed" in told[0]


async def test_names_and_places_that_are_none(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no Lean is called `nativ`") as problem:
        async with opening(LeanSpec(lean="nativ"), []):
            pass
    assert problem.value.hint == "Did you mean `native`?"
    with pytest.raises(SetupError, match="lies in no Lake project"):
        async with opening(LeanSpec(lean="native", file=tmp_path / "A.lean"), []):
            pass
    assert {"embedded", "native"} <= set(LEANS)


async def complaints(command: Command, text: str) -> list[str]:
    """What a worker says of a text."""
    worker = await Worker.start(command)
    try:
        fields = {"text": text, "milliseconds": 60_000}
        checked = await worker.request("check", fields, seconds=60)
    finally:
        await worker.close()
    return [message["text"] for message in checked["messages"]]


@pytest.mark.lean
async def test_options_hold_in_every_text(lean_command: Command) -> None:
    text = "theorem t : x = x := rfl\n"
    assert await complaints(lean_command, text) == []
    options = "set_option no.such.option 1\nset_option autoImplicit false\n"
    [message, *_] = await complaints(replace(lean_command, options=options), text)
    assert "x" in message
    assert "no.such.option" not in message
