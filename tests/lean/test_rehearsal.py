"""The rehearsal of the worker: all of it succeeds, and workers start with its machine code."""

from __future__ import annotations

import asyncio
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from prover.errors import EnvironmentProblem, ProverError
from prover.lean import rehearsal
from prover.lean.command import Command
from prover.lean.embedded import CODE, EmbeddedLean, silent
from prover.lean.rehearsal import SCENES, rehearse
from prover.lean.worker import Worker

pytestmark = pytest.mark.lean


@pytest.fixture(scope="module")
def lean() -> EmbeddedLean:
    try:
        return EmbeddedLean.find()
    except EnvironmentProblem as problem:
        pytest.skip(f"{problem.message}. {problem.hint}")


def with_code(command: Command, variable: str, file: Path) -> Command:
    """The command that reads or writes machine code in this file."""
    kept = {name: value for name, value in command.environment.items() if name != "LEAN_CODE"}
    return replace(command, environment={**kept, variable: str(file)})


def verdict(command: Command) -> dict[str, Any]:
    """What a worker says of a proof."""

    async def ask() -> dict[str, Any]:
        worker = await Worker.start(command)
        claim = {**SCENES[0].claim, "heartbeats": 200_000, "milliseconds": 60_000}
        try:
            return dict(await worker.request("verify", claim, seconds=120))
        finally:
            await worker.close()

    return asyncio.run(ask())


def test_each_scene_is_opened_proved_and_accepted(
    lean: EmbeddedLean, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rehearsal, "ROUNDS", 1)
    stage = shutil.copytree(lean.worker(), tmp_path / "stage", ignore=lambda *_: [CODE])
    writing = lean.command("--run", "Start.lean", work=stage, writes=True)
    answers = rehearse(with_code(writing, "LEAN_KEEP_CODE", stage / CODE), silent)
    assert not [answer for answer in answers if "failure" in answer]
    closed = [answer for answer in answers if answer.get("outcome") == "closed"]
    assert len(closed) == len(SCENES)
    assert sum(answer.get("result", {}).get("accepted", False) for answer in answers) == len(SCENES)
    assert (stage / CODE).stat().st_size > 1_000_000


def test_a_worker_has_its_machine_code_and_without_it_says_the_same(lean: EmbeddedLean) -> None:
    command = lean.worker_command()
    code = Path(command.environment["LEAN_CODE"])
    assert code.parent == lean.worker()
    assert code.stat().st_size > 1_000_000
    without = with_code(command, "LEAN_CODE", code.with_name("absent"))
    assert verdict(command) == verdict(without)
    assert verdict(command)["accepted"]


def test_code_of_another_node_is_not_used(lean: EmbeddedLean, tmp_path: Path) -> None:
    command = lean.worker_command()
    stage = shutil.copytree(lean.worker(), tmp_path / "stage")
    with (stage / CODE).open("r+b") as code:
        # V8 begins with what it was made by and for.
        code.write(bytes(byte ^ 0xFF for byte in (stage / CODE).read_bytes()[:16]))
    other = lean.command("--run", "Start.lean", work=stage)
    assert verdict(with_code(other, "LEAN_CODE", stage / CODE)) == verdict(command)


def test_a_rehearsal_that_fails_is_told(lean: EmbeddedLean, tmp_path: Path) -> None:
    absent = lean.command("--run", "Start.lean", work=tmp_path)
    with pytest.raises(ProverError, match="ended with"):
        rehearse(absent, silent)
