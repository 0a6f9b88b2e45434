"""What a folder of the cache holds, so that a damaged file is found and named."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

NAME = "manifest.json"


def write(folder: Path) -> None:
    """Notes the size and the SHA-256 of every file below the folder."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    entries = {
        path.relative_to(folder).as_posix(): [path.stat().st_size, _checksum(path)]
        for path in files
    }
    (folder / NAME).write_text(json.dumps(entries))


def damaged(folder: Path, *, thorough: bool = False) -> Iterator[str]:
    """The files that are not as they were noted: by size alone, or `thorough`, by checksum."""
    try:
        entries: dict[str, tuple[int, str]] = json.loads((folder / NAME).read_text())
    except (OSError, ValueError):
        yield NAME
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
