"""CodeMirror as the repository holds it is what the lockfile makes."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from prover.web.assets import EDITOR

MOST_BYTES = 600_000


def test_the_lockfile_names_no_host() -> None:
    text = (EDITOR / "package-lock.json").read_text()
    assert "http" not in text
    packages = json.loads(text)["packages"]
    assert all("integrity" in package for name, package in packages.items() if name)


def test_it_is_small_and_its_licences_are_beside_it() -> None:
    assert (EDITOR / "codemirror.js").stat().st_size < MOST_BYTES
    licences = (EDITOR / "LICENSES.txt").read_text()
    for name, package in json.loads((EDITOR / "package-lock.json").read_text())["packages"].items():
        module = name.removeprefix("node_modules/")
        if module.startswith(("@codemirror/", "@lezer/common", "@lezer/highlight", "style-mod")):
            assert f"{module} {package['version']} (MIT)" in licences


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("npm") is None, reason="npm is not installed")
def test_the_lockfile_makes_the_same_bytes(tmp_path: Path) -> None:
    names = ("package.json", "package-lock.json", ".npmrc", "codemirror.entry.js", "build.mjs")
    for name in names:
        shutil.copy(EDITOR / name, tmp_path / name)
    install = ["npm", "ci", "--no-audit", "--no-fund"]
    if subprocess.run(install, cwd=tmp_path, capture_output=True, check=False).returncode:
        pytest.skip("npm's registry is out of reach")
    subprocess.run(["npm", "run", "build"], cwd=tmp_path, capture_output=True, check=True)
    for name in ("codemirror.js", "LICENSES.txt"):
        assert (tmp_path / name).read_bytes() == (EDITOR / name).read_bytes()
