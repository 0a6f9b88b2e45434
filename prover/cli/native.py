"""Which native Lean there is here."""

from __future__ import annotations

import shutil
from pathlib import Path

LAKE_FILES = ("lakefile.toml", "lakefile.lean")


def lake_project(folder: Path) -> Path | None:
    """The innermost Lake project that the folder lies in."""
    for candidate in (folder, *folder.parents):
        if any((candidate / name).is_file() for name in LAKE_FILES):
            return candidate
    return None


def found(folder: Path) -> str:
    """What there is of a native Lean, as a sentence."""
    project, lean = lake_project(folder), shutil.which("lean") or shutil.which("lake")
    if project and lean:
        return f"the Lake project {project} and {lean}"
    if project:
        return f"the Lake project {project}, but no `lean` on the path"
    return f"{lean}, but no Lake project here" if lean else "none"
