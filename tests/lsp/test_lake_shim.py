"""The `lake` that makes VS Code use the proxy, run by a real shell."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from prover.errors import InputError
from prover.lsp import lake_shim
from tests.cli.conftest import Prover

ROOT = str(Path(__file__).parents[2])


@pytest.fixture
def real(tmp_path: Path) -> Path:
    """A folder with a `lake` that says how it was called, and is a server that says nothing."""
    folder = tmp_path / "the real"
    folder.mkdir()
    lake = folder / "lake"
    lake.write_text('#!/bin/sh\necho "lake $*"\nexit 5\n')
    lake.chmod(0o755)
    return folder


def run(path: Path, real: Path, *arguments: str) -> tuple[int, str, str]:
    done = subprocess.run(
        [str(path), *arguments],
        env={
            **os.environ,
            "PATH": f"{path.parent}:{real}:/usr/bin:/bin",
            "PYTHONPATH": ROOT,
        },
        stdin=subprocess.DEVNULL if "serve" not in arguments else subprocess.PIPE,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    return done.returncode, done.stdout, done.stderr


def test_serve_goes_through_the_proxy_and_all_else_does_not(tmp_path: Path, real: Path) -> None:
    path = lake_shim.install(tmp_path / "a shim")
    for arguments in (["build", "x y"], ["--version"], ["+v4.27.0", "env", "serve"], []):
        assert run(path, real, *arguments) == (5, f"lake {' '.join(arguments)}\n", "")
    for arguments in (["serve", "--", "/project"], ["+v4.27.0", "serve"]):
        code, out, errors = run(path, real, *arguments)
        assert (code, out) == (5, f"lake {' '.join(arguments)}\n")
        # That this is no message is noticed by the proxy only.
        assert "no message" in errors


def test_once_prover_is_gone_lake_is_lake(tmp_path: Path, real: Path) -> None:
    path = lake_shim.install(tmp_path / "shim")
    text = path.read_text()
    python = next(line for line in text.splitlines() if line.startswith("python="))
    path.write_text(text.replace(python, "python=/nowhere/python"))
    assert run(path, real, "serve", "--") == (5, "lake serve --\n", "")
    assert run(path, tmp_path, "serve")[0] == 127


def test_it_is_installed_again_and_removed(tmp_path: Path, prover: Prover) -> None:
    folder = tmp_path / "shim"
    for _ in range(2):
        done = prover("lsp", "--install-shim", "--shim-folder", str(folder))
        assert done.code == 0
        assert f'"lean4.envPathExtensions": ["{folder}"]' in done.out
    removed = prover("lsp", "--uninstall-shim", "--shim-folder", str(folder))
    assert "removed" in removed.out
    assert not folder.exists()
    assert "none" in prover("lsp", "--uninstall-shim", "--shim-folder", str(folder)).out


def test_what_is_not_ours_is_left_alone(tmp_path: Path, real: Path, prover: Prover) -> None:
    before = (real / "lake").read_bytes()
    for flag in ("--install-shim", "--uninstall-shim"):
        done = prover("lsp", flag, "--shim-folder", str(real))
        assert done.code == 2
        assert "was not made by prover" in done.err
    assert (real / "lake").read_bytes() == before
    link = tmp_path / "lake"
    link.symlink_to("nowhere")
    with pytest.raises(InputError, match="not made by prover"):
        lake_shim.install(tmp_path)
    assert link.is_symlink()


def test_the_default_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    assert lake_shim.default_folder() == tmp_path / "prover" / "shim"
    monkeypatch.delenv("XDG_DATA_HOME")
    assert lake_shim.default_folder() == Path.home() / ".local" / "share" / "prover" / "shim"
