"""Which problems a run tries, and with which Lean, as its settings say."""

from __future__ import annotations

from collections import Counter
from contextlib import AbstractAsyncContextManager
from fnmatch import fnmatchcase
from pathlib import Path

from prover.bench.config import Config, ProblemFilter
from prover.errors import InputError, closest, lookup
from prover.lean.backend import Backend
from prover.lean.backends import AUTOMATIC, LeanSpec, open_lean
from prover.lean_file import LeanFile
from prover.problems.dialect import DIALECTS
from prover.problems.problem import Problem, ProblemSet, Selection
from prover.problems.registry import LIBRARY, load_problems
from prover.progress import Notify, no_notice


def lean_of(
    config: Config, *, workers: int, tell: Notify, problems: ProblemSet | None = None
) -> AbstractAsyncContextManager[Backend]:
    """The Lean of a run, whose processes load what most of the problems import.

    Raises `InputError` or `SetupError` when it is entered.
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
    """Raises `InputError` for a dialect where the problems can be read as they are."""
    if config.dialect and lean.command.has_mathlib:
        raise InputError(
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


def needs_lean(config: Config) -> bool:
    """Whether the problems come from Lean itself."""
    return config.problems.source.startswith(LIBRARY)


async def problems_of(
    config: Config, *, lean: Backend | None = None, tell: Notify = no_notice
) -> ProblemSet:
    """The problems as they are tried; `tell` is told what takes long and what was left out.

    Raises `InputError` where there are none, `SetupError` where they can't be had.
    """
    wanted = config.problems
    filters = Selection(split=wanted.split, topic=wanted.topic, difficulty=wanted.difficulty)
    everything = await load_problems(wanted.source, filters, lean=lean, tell=tell)
    return in_dialect(chosen_problems(everything, wanted), config.dialect)


def chosen_problems(everything: ProblemSet, wanted: ProblemFilter) -> ProblemSet:
    """Of problems that have passed the other filters those with the names that are wanted, of them
    every so many-th, and of these the first.

    Raises `InputError` for a name that none has, which tells the nearest.
    """
    known = [problem.name for problem in everything.problems]
    for name in wanted.names:
        if not any(fnmatchcase(each, name) for each in known):
            raise InputError(f"{everything.name} has no `{name}`", closest(known, name))
    left = [problem for problem in everything.problems if _is_named(problem, wanted.names)]
    return ProblemSet(everything.name, tuple(left[:: wanted.every][: wanted.first or None]))


def in_dialect(problems: ProblemSet, dialect: str) -> ProblemSet:
    """With the headers of a dialect. Raises `InputError` for one that is unknown."""
    if not dialect:
        return problems
    reading = lookup(DIALECTS, dialect, "dialect")
    return ProblemSet(problems.name, tuple(map(reading.read, problems.problems)))


def _is_named(problem: Problem, names: tuple[str, ...]) -> bool:
    return not names or any(fnmatchcase(problem.name, name) for name in names)
