"""Which Lean a run proves with, as its settings say, and what must fit that."""

from __future__ import annotations

from collections import Counter
from contextlib import AbstractAsyncContextManager
from pathlib import Path

from prover.bench.config import Config
from prover.bench.problem import ProblemSet
from prover.errors import InputProblem
from prover.lean.backend import Backend
from prover.lean.backends import AUTOMATIC, LeanSpec, open_lean
from prover.lean_file import LeanFile
from prover.progress import Notify


def lean_of(
    config: Config, *, workers: int, tell: Notify, problems: ProblemSet | None = None
) -> AbstractAsyncContextManager[Backend]:
    """The Lean of a run, whose processes load what most of the problems import.

    Raises `InputProblem` or `EnvironmentProblem` when it is entered.
    """
    place = Path(config.problems.source).expanduser()
    lies_somewhere = place.exists()
    # Problems that lie in no folder are not the current one's.
    automatic = config.lean == AUTOMATIC and not (lies_somewhere or config.project)
    wanted = LeanSpec(
        "embedded" if automatic else config.lean,
        config.project or None,
        file=place if lies_somewhere and not config.project else None,
        imports=imports(problems) if problems else (),
        workers=workers,
    )
    return open_lean(wanted, tell=tell)


def check_dialect(config: Config, lean: Backend) -> None:
    """Raises `InputProblem` for a dialect where the problems can be read as they are."""
    if config.dialect and lean.command.has_mathlib:
        raise InputProblem(
            f"the dialect `{config.dialect}` stands in for Mathlib, which {lean.command.library} "
            "has",
            "Read the problems as they are: `--dialect ''`.",
        )


def imports(problems: ProblemSet) -> tuple[str, ...]:
    """The modules that most of the problems import."""
    headers = Counter(problem.header for problem in problems.problems)
    each = Counter[tuple[str, ...]]()
    for header, count in headers.items():
        each[LeanFile(Path("header"), header.encode()).imports] += count
    return max(each, key=lambda modules: each[modules], default=())
