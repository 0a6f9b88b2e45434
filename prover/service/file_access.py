"""Which files a client may name: Lean files under the service's folder, and no others."""

from __future__ import annotations

from pathlib import Path

from prover.errors import InputError
from prover.lean_file import LeanFile

MOST_BYTES = 4 * 2**20


def read(root: Path, name: str) -> LeanFile:
    """The file of that name under the folder `root`, which is how messages name it.

    Raises `InputError` when it lies elsewhere, by `..`, by a link or absolutely; when it is no
    Lean file, is too large or can't be read.
    """
    path = _inside(root, name)
    if path.stat().st_size > MOST_BYTES:
        raise InputError(f"{name} is larger than {MOST_BYTES // 2**20} MiB", "Split it.")
    shown = path.relative_to(root.resolve())
    try:
        return LeanFile(shown, LeanFile.read(path).raw)
    except InputError as problem:
        raise InputError(problem.message.replace(str(path), str(shown)), problem.hint) from None


def given(name: str, text: str) -> LeanFile:
    """A file whose text came with the request; its name is only for messages.

    Raises `InputError` when it is empty.
    """
    if not text.strip():
        raise InputError("the file's text is empty", "Send a theorem with `sorry` in it.")
    return LeanFile(Path(name or "file.lean"), text.encode())


def _inside(root: Path, name: str) -> Path:
    hint = "Name a .lean file under its folder (`--root`), or send `text`."
    try:
        path = (root / name).resolve()
    except (OSError, ValueError, RuntimeError):
        raise InputError("the path can't be followed", hint) from None
    if not path.is_relative_to(root.resolve()):
        raise InputError("the path leads out of the service's folder", hint)
    if path.suffix != ".lean" or not path.is_file():
        raise InputError(f"there is no Lean file {name}", hint)
    return path
