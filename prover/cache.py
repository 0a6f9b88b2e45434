"""The user's cache: where it is, locked while it changes, with folders that are whole or absent.

Everything is made in a folder beside the final one, which then takes its place in one step. A lock
keeps two processes apart; what a killed one left behind is removed by the next. A manifest says
what a folder holds, so that a damaged file is found and named.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

from prover.errors import SetupError
from prover.progress import ReportProgress

MANIFEST = "manifest.json"


def write_manifest(folder: Path) -> None:
    """Notes the size and the SHA-256 of every file below the folder."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    entries = {
        path.relative_to(folder).as_posix(): [path.stat().st_size, _checksum(path)]
        for path in files
    }
    (folder / MANIFEST).write_text(json.dumps(entries))


def damaged_files(folder: Path, *, thorough: bool = False) -> Iterator[str]:
    """The files that are not as they were noted: by size alone, or `thorough`, by checksum."""
    try:
        entries: dict[str, tuple[int, str]] = json.loads((folder / MANIFEST).read_text())
    except (OSError, ValueError):
        yield MANIFEST
        return
    for name, (size, _) in entries.items():
        path = folder / name
        if not path.is_file() or path.stat().st_size != size:
            yield name
            return
    if thorough:
        with ThreadPoolExecutor() as pool:
            sums = pool.map(lambda name: _checksum(folder / name), entries)
            for (name, (_, noted)), found in zip(entries.items(), sums, strict=True):
                if found != noted:
                    yield name


def _checksum(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def default_cache() -> Path:
    """`$XDG_CACHE_HOME/prover`, or `~/.cache/prover`."""
    root = os.environ.get("XDG_CACHE_HOME", "")
    return (Path(root) if Path(root).is_absolute() else Path.home() / ".cache") / "prover"


@contextmanager
def locked(cache: Path, report: ReportProgress) -> Iterator[None]:
    """Alone with the cache. Failures to write in it become `SetupError`s."""
    # Here alone: it takes longer to import than it takes to see that all is there.
    from filelock import FileLock

    try:
        cache.mkdir(parents=True, exist_ok=True)
        report("waiting for the cache", 0, None)
        with FileLock(cache / "lock"):
            yield
    except OSError as error:
        raise SetupError(
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
        write_manifest(site)
        if folder.exists():
            folder.rename(Path(outer) / "damaged")
        site.rename(folder)
