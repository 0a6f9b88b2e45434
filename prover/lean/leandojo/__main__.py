"""Makes a repository ready for LeanDojo: `python -m prover.lean.leandojo REPOSITORY [COMMIT]`."""

from __future__ import annotations

import sys

from rich.console import Console
from rich.progress import Progress

from prover.errors import InputError, ProverError, SetupError
from prover.lean.leandojo.dojo_lean import check_system
from prover.lean.leandojo.repository import Repository
from prover.lean.leandojo.repository_build import prepare, shown

USAGE, ENVIRONMENT = 2, 3


def main(arguments: list[str]) -> int:
    """Traces, with progress on standard error; the exit code of the program."""
    messages = Console(stderr=True, highlight=False)
    try:
        if not 1 <= len(arguments) <= 2:
            raise InputError(str(__doc__))
        repository = Repository.named(*arguments)
        check_system()
        with Progress(console=messages) as bar:
            task = bar.add_task("starting LeanDojo", total=None)
            where = prepare(
                repository, lambda step, done, total: bar.update(task, **shown(step, done, total))
            )
    except ProverError as error:
        messages.print(f"{error.message}\n{error.hint}".strip(), style="red", soft_wrap=True)
        return ENVIRONMENT if isinstance(error, SetupError) else USAGE
    print(where)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
