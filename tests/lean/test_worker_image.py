"""The rehearsal of the worker: all of it succeeds, and workers start with its machine code."""

from __future__ import annotations

import asyncio
import shutil
from pathlib import Path
from typing import Any

import pytest

from prover.errors import ProverError
from prover.lean.codec import claim
from prover.lean.embedded import worker_image
from prover.lean.embedded.embedded_lean import EmbeddedLean
from prover.lean.embedded.worker_image import CODE, WARMUP_THEOREMS, warm_up
from prover.lean.interface import Closed, TacticLimit
from prover.lean.pool import LeanPool
from prover.lean.process import Command
from prover.lean.worker import Worker
from prover.progress import no_progress
from prover.verifier import Verifier

pytestmark = pytest.mark.lean


def without_code(lean: EmbeddedLean, folder: Path) -> Path:
    """A copy of the worker's folder."""
    return shutil.copytree(lean.worker(), folder / "stage", ignore=lambda *_: [CODE])


def verdict(command: Command) -> dict[str, Any]:
    """What a worker says of a proof."""

    async def ask() -> dict[str, Any]:
        worker = await Worker.start(command)
        scene, limits = WARMUP_THEOREMS[0], {"heartbeats": 200_000, "milliseconds": 60_000}
        fields = {**claim(scene.theorem, scene.proof), **limits}
        try:
            return dict(await worker.request("verify", fields, seconds=120))
        finally:
            await worker.close()

    return asyncio.run(ask())


async def test_each_scene_is_opened_proved_and_accepted(warm: LeanPool) -> None:
    for scene in WARMUP_THEOREMS:
        tactics = [*scene.tactics, scene.proof]
        async with warm.session() as session:
            root = await session.open(scene.theorem)
            outcomes = await session.run(root, tactics, TacticLimit(heartbeats=20_000))
        assert len(outcomes) == len(tactics), scene
        assert outcomes[-1] == Closed(), scene
        assert (await Verifier(warm)(scene.theorem, scene.proof)).accepted, scene


def test_a_worker_has_its_machine_code(lean: EmbeddedLean) -> None:
    code = Path(lean.worker_command().environment["LEAN_CODE"])
    assert code.parent == lean.worker()
    assert code.stat().st_size > 1_000_000


@pytest.mark.slow
def test_without_its_machine_code_a_worker_says_the_same_and_keeps_it(
    lean: EmbeddedLean, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker_image, "ROUNDS", 1)
    stage = without_code(lean, tmp_path)
    answers = warm_up(lean.worker_in(stage, keeps=True), no_progress)
    assert not [answer for answer in answers if "failure" in answer]
    closed = [answer for answer in answers if answer.get("outcome") == "closed"]
    assert len(closed) == len(WARMUP_THEOREMS)
    verdicts = [answer["result"] for answer in answers if "accepted" in answer.get("result", {})]
    assert [found["accepted"] for found in verdicts] == [True] * len(WARMUP_THEOREMS)
    assert (stage / CODE).stat().st_size > 1_000_000
    assert verdict(lean.worker_command()) == verdicts[0]


@pytest.mark.slow
def test_code_of_another_node_is_not_used(lean: EmbeddedLean, tmp_path: Path) -> None:
    command = lean.worker_command()
    stage = shutil.copytree(lean.worker(), tmp_path / "stage")
    with (stage / CODE).open("r+b") as code:
        # V8 begins with what it was made by and for.
        code.write(bytes(byte ^ 0xFF for byte in (stage / CODE).read_bytes()[:16]))
    assert verdict(lean.worker_in(stage)) == verdict(command)


def test_a_rehearsal_that_fails_is_told(lean: EmbeddedLean, tmp_path: Path) -> None:
    with pytest.raises(ProverError, match="ended with"):
        warm_up(lean.worker_in(tmp_path), no_progress)
