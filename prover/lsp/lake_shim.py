"""A program `lake` that has `lake serve` go through the proxy: the way into VS Code.

Lean's extension for VS Code has no setting for the server's command; it starts the first `lake`
that it finds, and lets folders be put before all others where it looks. All that is not `serve`
goes to the real `lake`, as does everything once prover is gone.
"""

from __future__ import annotations

import os
import shlex
import sys
from pathlib import Path

from prover.errors import InputError, SetupError
from prover.lean_file import replace

NAME = "lake"
MARK = "# Made by `prover lsp --install-shim`; `prover lsp --uninstall-shim` removes it."
SCRIPT = """#!/bin/sh
{mark}
folder={folder}
python={python}
rest=$PATH: path=
while [ -n "$rest" ]; do
  entry=${{rest%%:*}} rest=${{rest#*:}}
  [ "$entry" -ef "$folder" ] || path=${{path:+$path:}}$entry
done
PATH=$path
export PATH
lake=$(command -v lake) || {{ echo "lake: not found; install Lean with elan" >&2; exit 127; }}
case $1 in +*) verb=$2 ;; *) verb=$1 ;; esac
if [ "$verb" = serve ] && "$python" -P -c "import prover.lsp" 2>/dev/null; then
  exec "$python" -P -m prover lsp -- "$lake" "$@"
fi
exec "$lake" "$@"
"""


def default_folder() -> Path:
    """`$XDG_DATA_HOME/prover/shim`, or in `~/.local/share`."""
    root = os.environ.get("XDG_DATA_HOME", "")
    data = Path(root) if Path(root).is_absolute() else Path.home() / ".local" / "share"
    return data / "prover" / "shim"


def install(folder: Path) -> Path:
    """Writes the program into a folder. One of ours is replaced.

    Raises `InputError` when another `lake` is there, `SetupError` when it can't be
    written or where there is no `/bin/sh`.
    """
    if os.name != "posix":
        raise SetupError(
            "there is no such program for this system", "Use WSL, or an editor with a setting."
        )
    path = folder.absolute() / NAME
    _check_ours(path)
    script = SCRIPT.format(
        mark=MARK, folder=shlex.quote(str(path.parent)), python=shlex.quote(sys.executable)
    )
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o755)
        replace(path, script.encode())
        path.chmod(0o755)
    except OSError as error:
        raise SetupError(f"{path} can't be written: {error.strerror}") from error
    return path


def uninstall(folder: Path) -> Path | None:
    """Removes the program, and the folder if nothing else is in it; None when it isn't there.

    Raises `InputError` when the `lake` that is there is not ours.
    """
    path = folder.absolute() / NAME
    if not path.exists():
        return None
    _check_ours(path)
    path.unlink()
    if not any(path.parent.iterdir()):
        path.parent.rmdir()
    return path


def _check_ours(path: Path) -> None:
    """Raises `InputError` when something is there that we have not written."""
    if not os.path.lexists(path):
        return
    hint = "Choose another folder with `--shim-folder`."
    if path.is_symlink() or not path.is_file():
        raise InputError(f"{path} is there and was not made by prover", hint)
    if MARK not in path.read_bytes()[:1000].decode(errors="replace"):
        raise InputError(f"{path} is there and was not made by prover", hint)
