"""The bytes of a file of text that the user named, and what is told where there are none."""

from __future__ import annotations

import contextlib
import difflib
from pathlib import Path

from prover.errors import InputProblem


def bytes_of(path: Path) -> bytes:
    """UTF-8 that says something. Raises `InputProblem`, by the line where one is wrong."""
    try:
        raw = path.read_bytes()
    except FileNotFoundError as error:
        raise InputProblem(f"there is no file {path}", _beside(path)) from error
    except IsADirectoryError as error:
        raise InputProblem(f"{path} is a folder", "Name a file in it.") from error
    except OSError as error:
        raise InputProblem(f"{path} can't be read: {error.strerror}") from error
    try:
        text = raw.decode()
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        message = f"{path}:{line}: byte {error.start} is not UTF-8"
        raise InputProblem(message, "Save the file with the encoding UTF-8.") from error
    if not text.removeprefix("\ufeff").strip():
        raise InputProblem(f"{path} is empty", "Give a file with a theorem to prove.")
    return raw


def _beside(path: Path) -> str:
    """What the user may have meant instead of a file that isn't there."""
    with contextlib.suppress(OSError):
        names = [entry.name for entry in path.parent.iterdir() if entry.suffix == path.suffix]
        if near := difflib.get_close_matches(path.name, names, n=1):
            return f"Did you mean {path.parent / near[0]}?"
    return "Check the path."
