"""The `Dojo` for later Leans: real terminals, LeanDojo's own class, and a stand-in for Lake."""

from __future__ import annotations

import json
import shutil
from importlib.util import find_spec
from pathlib import Path

import pytest

from prover.errors import InputError, SetupError
from prover.lean.interface import Closed, Progress, TacticError, TacticLimit, Timeout
from prover.lean.lean_sources import DOJO_REPL, sources
from prover.lean.leandojo.dojo_lean import DojoFile, open_dojo
from prover.lean.leandojo.repository_build import library
from prover.theorem import Theorem

pytestmark = pytest.mark.skipif(find_spec("lean_dojo") is None, reason="no lean-dojo here")

LIMIT = TacticLimit(seconds=20, heartbeats=7)


def calls(project: Path) -> list[list[str]]:
    return [json.loads(line) for line in (project.parent / "lake.log").read_text().splitlines()]


async def test_which_way_it_goes_is_in_the_log(
    project: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level("INFO", logger="prover.lean.leandojo.dojo_lean"):
        async with open_dojo(project, "My/File.lean"):
            pass
    assert "fails on Lean 4.12 and later, and this is v4.28.0" in caplog.text


async def test_a_session_from_file_and_name(project: Path) -> None:
    async with open_dojo(project, "My/File.lean") as dojo, dojo.session() as session:
        assert not dojo.way.as_it_is
        root = await session.open(dojo.theorem("My.two"))
        assert len(root.pretty) == 2000
        outcomes = await session.run(root, ["reply 5000", "print", "reply 30", "nope"], LIMIT)
        texts = [o.states[0].pretty for o in outcomes if isinstance(o, Progress)]
        assert [len(text) for text in texts] == [5000, 10, 30]
        assert outcomes[3] == TacticError("unknown tactic nope")
        long = "length " + "ℕ" * 20_000
        [outcome] = await session.run(root, [long], LIMIT)
        assert isinstance(outcome, Progress)
        sent = json.dumps({"sid": 0, "cmd": long, "heartbeats": 7}, ensure_ascii=False)
        assert outcome.states[0].goals[0].target == f"{len(sent.encode())} = {len(long)}"
        assert await session.run(root, ["done", "reply 3"], LIMIT) == [Closed()]
    where, path, *arguments = calls(project)[-1]
    assert where == str(project)
    assert arguments[:2] == ["env", "lean"]
    assert (Path(path) / "Prover" / "LeanDojo" / "Repl.olean").is_file()
    assert not list(project.glob("**/tmp*"))


@pytest.mark.slow
async def test_what_does_not_answer_is_ended(project: Path) -> None:
    async with open_dojo(project, project / "My" / "File.lean") as dojo, dojo.session() as session:
        root = await session.open(dojo.theorem("My.one"))
        outcomes = await session.run(root, ["sleep", "reply 9", "die"], TacticLimit(seconds=0.3))
        assert isinstance(outcomes[0], Timeout)
        assert isinstance(outcomes[1], Progress)
        assert isinstance(outcomes[2], TacticError)


async def test_what_lean_says_when_it_does_not_come_up(project: Path) -> None:
    async with open_dojo(project, "My/File.lean") as dojo, dojo.session() as session:
        with pytest.raises(InputError, match=r"unknown identifier `nowhere`"):
            await session.open(dojo.theorem("nowhere_to_be"))


async def test_a_lean_that_ours_does_not_compile_with(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("STAND_IN_FAILS", "1")
    async with open_dojo(project, "My/File.lean") as dojo, dojo.session() as session:
        with pytest.raises(SetupError, match=r"does not compile.*Lean\.Nothing") as caught:
            await session.open(dojo.theorem("My.one"))
    assert "4.27" in caught.value.hint


async def test_names_and_files_that_are_not_there(project: Path) -> None:
    async with open_dojo(project, "My/File.lean") as dojo:
        with pytest.raises(InputError, match=r"no theorem that is called `My\.tow`") as caught:
            dojo.theorem("My.tow")
        assert caught.value.hint == "Did you mean `My.two`?"
    with pytest.raises(InputError, match="has no file"):
        async with open_dojo(project, "My/Other.lean"):
            pass


async def test_a_machine_without_lake(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    git = shutil.which("git")
    assert git is not None
    (project / "git").symlink_to(git)
    monkeypatch.setenv("PATH", str(project))
    with pytest.raises(SetupError, match="lake") as caught:
        async with open_dojo(project, "My/File.lean"):
            pass
    assert "elan" in caught.value.hint


async def test_an_old_lean_needs_its_trace(project: Path) -> None:
    (project / "lean-toolchain").write_text("leanprover/lean4:v4.10.0\n")
    with pytest.raises(SetupError, match="has not traced") as caught:
        async with open_dojo(project, "My/File.lean"):
            pass
    assert "python -m prover.lean.leandojo" in caught.value.hint


def test_modules_are_compiled_once_and_in_order(project: Path, tmp_path: Path) -> None:
    first = library(project, tmp_path / "own")
    compiled = [call[-1] for call in calls(project) if "-o" in call]
    assert [Path(name).stem for name in compiled] == [
        module.rpartition(".")[2] for module in sources(DOJO_REPL)
    ]
    assert compiled[-1].endswith("Prover/LeanDojo/Repl.lean")
    assert library(project, tmp_path / "own") == first
    assert len([call for call in calls(project) if "-o" in call]) == len(compiled)


def test_the_command_says_which_way(project: Path) -> None:
    theorem = Theorem.from_statement("t", "theorem t : True := by")
    from prover.lean.leandojo.dojo_child import DojoTarget
    from prover.lean.leandojo.repository import InteractionMode, Repository
    from prover.lean.native.toolchain import find
    from prover.lean.worker import WorkerSlots

    where, way = Repository.named(str(project)), InteractionMode(False, "because")
    dojos = DojoFile(where, Path("My/File.lean"), way, find(project), WorkerSlots(1))
    site = DojoTarget.read(dojos.command(theorem).argv[-1])
    assert (site.folder, site.file, site.theorem) == (str(project), "My/File.lean", "t")
    assert not site.as_it_is
