"""A sandbox for a native Lean, by bubblewrap: no network, and nothing that can be written.

Code in a Lean file runs when Lean reads it, with all rights of whoever started Lean. In the sandbox
it sees the machine read-only, and of the home folder only what the project needs. The embedded Lean
needs none of this: it is locked in by Node.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from prover.errors import EnvironmentProblem
from prover.lean.command import Command

PROGRAM = "bwrap"


def sandboxed(command: Command, readable: Iterable[Path]) -> Command:
    """The command in a sandbox that shows it these folders, also where they lie in a hidden one.

    Raises `EnvironmentProblem` where there is no bubblewrap.
    """
    program = shutil.which(PROGRAM)
    if program is None:
        raise EnvironmentProblem(
            f"`--sandbox` needs bubblewrap, and there is no `{PROGRAM}` on the path",
            "Install it (Debian and Ubuntu: `apt install bubblewrap`), or leave `--sandbox` out.",
        )
    binds = [word for folder in readable for word in ("--ro-bind", str(folder), str(folder))]
    arguments = (
        *("--unshare-all", "--die-with-parent"),
        *("--ro-bind", "/", "/", "--dev", "/dev", "--proc", "/proc"),
        *("--tmpfs", "/tmp", "--tmpfs", str(Path.home())),
        *binds,
        *("--chdir", str(command.cwd)),
    )
    return replace(command, argv=(program, *arguments, "--", *command.argv))
