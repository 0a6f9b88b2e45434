"""The prover without its checkout: what the wheel holds beside the modules."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SCRIPTS = ("search", "policies", "kill", "prove")


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the package as pyproject.toml has the wheel made."""
    folder = tmp_path_factory.mktemp("site")
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    wheel = project["tool"]["hatch"]["build"]["targets"]["wheel"]
    for package in wheel["packages"]:
        shutil.copytree(ROOT / package, folder / package)
    for source, target in wheel["force-include"].items():
        (folder / target).parent.mkdir(parents=True, exist_ok=True)
        copy = shutil.copytree if (ROOT / source).is_dir() else shutil.copyfile
        copy(ROOT / source, folder / target)
    return folder


def ran(installed: Path, folder: Path, *arguments: str) -> str:
    """What Python writes in an empty folder, with the package on its path."""
    environment = {**os.environ, "PYTHONPATH": str(installed)}
    command = [sys.executable, *arguments]
    done = subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_problem_sets_are_installed(installed: Path, tmp_path: Path) -> None:
    program = """
import asyncio, prover
from prover.bench import config
from prover.problems import dialect, registry
print(prover.__file__)
print(*config.names_shipped())
print(len(asyncio.run(registry.load_problems("core")).problems) > 400)
print(all(one.header for one in dialect.DIALECTS.values()))
"""
    place, configurations, *rest = ran(installed, tmp_path, "-c", program).splitlines()
    assert Path(place).parent == installed / "prover"
    assert configurations.split() == ["core", "minif2f-embedded", "minif2f-llemma", "smoke"]
    assert rest == ["True", "True"]


@pytest.mark.slow
@pytest.mark.parametrize("script", SCRIPTS)
def test_performance_scripts_run_by_their_path(
    installed: Path, tmp_path: Path, script: str
) -> None:
    path = ROOT / "benchmarks" / "perf" / f"{script}.py"
    assert "--quick" in ran(installed, tmp_path, str(path), "--help")
