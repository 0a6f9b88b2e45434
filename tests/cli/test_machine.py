"""What `prover doctor` tells of GPUs and models; none of it is a failure."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from prover.cli import doctor
from prover.cli import gpu as gpus
from prover.cli.gpu import PROGRAM, Gpu, find_gpus

MODEL = "owner/model"
Driver = Callable[[str], None]


@pytest.fixture
def driver(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Driver:
    """Puts a script on the path as NVIDIA's program; there is nothing else on it."""
    monkeypatch.setenv("PATH", str(tmp_path))

    def write(script: str) -> None:
        program = tmp_path / PROGRAM
        program.write_text(f"#!/bin/sh\n{script}\n")
        program.chmod(0o755)

    return write


async def test_no_driver(driver: Driver) -> None:
    assert driver is not None
    assert await find_gpus() == ()
    finding = await doctor.gpu()
    assert finding.ok
    assert finding.detail == "none: the built-in policy needs none"
    assert "twice that without a GPU" in (await doctor.llemma_memory()).detail


async def test_gpus(driver: Driver) -> None:
    driver("echo 'NVIDIA H100, 80GB, 81559, 81000'; echo 'NVIDIA T4, 15360, 100'")
    big, small = await find_gpus()
    assert big == Gpu("NVIDIA H100, 80GB", 81559 * 2**20, 81000 * 2**20)
    assert str(small) == "NVIDIA T4, 0.1 of 15.0 GiB free"
    assert (await doctor.llemma_memory()).detail.endswith("79.1 GiB free: fits")


async def test_a_gpu_that_is_full(driver: Driver) -> None:
    driver("echo 'NVIDIA T4, 15360, 12000'")
    finding = await doctor.llemma_memory()
    assert finding.ok
    assert "does not fit now" in finding.detail


async def test_a_gpu_without_memory_of_its_own(driver: Driver) -> None:
    driver("echo 'NVIDIA GB10, [N/A], [N/A]'")
    assert [str(gpu) for gpu in await find_gpus()] == ["NVIDIA GB10"]


@pytest.mark.parametrize("script", ["exit 9", "echo 'NVIDIA T4, 1, 1'; exit 1", "echo nonsense"])
async def test_a_broken_driver(driver: Driver, script: str) -> None:
    driver(script)
    assert await find_gpus() == ()


async def test_a_driver_that_hangs(driver: Driver, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gpus, "SECONDS", 0.2)
    driver("exec /bin/sleep 60")
    assert await find_gpus() == ()


async def test_a_torch_that_knows_no_gpu(driver: Driver, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gpus, "version", lambda _: "2.6.0+cpu")
    driver("echo 'NVIDIA T4, 15360, 12000'")
    finding = await doctor.gpu()
    assert finding.ok
    assert finding.detail.startswith("NVIDIA T4, 11.7 of 15.0 GiB free; but torch 2.6.0+cpu")


def snapshot(folder: Path) -> Path:
    """The folder of a version of the model in a cache."""
    made = folder / "models--owner--model" / "snapshots" / "0123abc"
    made.mkdir(parents=True)
    return made


def test_weights_in_one_file(tmp_path: Path) -> None:
    assert doctor.fetched_models(MODEL, tmp_path) == "missing"
    version = snapshot(tmp_path)
    (version / "config.json").write_text("{}")
    assert doctor.fetched_models(MODEL, tmp_path) == "in part"
    (version / "model.safetensors").symlink_to(tmp_path / "blob")
    assert doctor.fetched_models(MODEL, tmp_path) == "in part"
    (tmp_path / "blob").write_text("weights")
    assert doctor.fetched_models(MODEL, tmp_path) == "whole"


def test_weights_in_several_files(tmp_path: Path) -> None:
    version = snapshot(tmp_path)
    (version / "config.json").write_text("{}")
    index = {"weight_map": {"a": "1.bin", "b": "2.bin", "c": "1.bin"}}
    (version / "pytorch_model.bin.index.json").write_text(json.dumps(index))
    (version / "1.bin").write_text("")
    assert doctor.fetched_models(MODEL, tmp_path) == "in part"
    (version / "2.bin").write_text("")
    assert doctor.fetched_models(MODEL, tmp_path) == "whole"


@pytest.mark.parametrize("index", ["", "[]", "{}", '{"weight_map": 3}', '{"weight_map": {}}'])
def test_a_broken_index(tmp_path: Path, index: str) -> None:
    version = snapshot(tmp_path)
    (version / "config.json").write_text("{}")
    (version / "model.safetensors.index.json").write_text(index)
    assert doctor.fetched_models(MODEL, tmp_path) == "in part"


async def test_models_that_are_missing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "cache", lambda: tmp_path)
    finding = await doctor.models()
    assert finding.ok
    assert "`llemma` missing, `llemma-34b` missing" in finding.detail
    assert "hf download EleutherAI/llemma_7b" in finding.detail


def test_the_cache_is_where_the_environment_says(tmp_path: Path) -> None:
    code = "from prover.cli import doctor; print(doctor.cache())"
    ran = subprocess.run(
        [sys.executable, "-c", code],
        env={"HF_HUB_CACHE": str(tmp_path), "PYTHONPATH": ":".join(sys.path)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert ran.stdout.strip() == str(tmp_path)


def test_without_a_gpu_torch_is_not_imported(tmp_path: Path) -> None:
    code = (
        "import asyncio, sys; from prover.cli import doctor\n"
        "for check in (doctor.gpu, doctor.models, doctor.llemma_memory): asyncio.run(check())\n"
        "print('torch' in sys.modules)"
    )
    ran = subprocess.run(
        [sys.executable, "-c", code],
        env={"PATH": str(tmp_path), "PYTHONPATH": ":".join(sys.path)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert ran.stdout.strip() == "False"
