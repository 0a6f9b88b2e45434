"""Which problems a run tries: of a source those that are wanted, in the run's dialect."""

from __future__ import annotations

from fnmatch import fnmatchcase

from prover.bench.config import Config, Wanted
from prover.bench.dialect import DIALECTS
from prover.bench.problem import Problem, ProblemSet
from prover.bench.problems import LIBRARY, load
from prover.bench.selection import Selection
from prover.errors import InputProblem, closest, lookup
from prover.lean.backend import Backend
from prover.progress import Notify, no_notice


def needs_lean(config: Config) -> bool:
    """Whether the problems come from Lean itself."""
    return config.problems.source.startswith(LIBRARY)


async def problems_of(
    config: Config, *, lean: Backend | None = None, tell: Notify = no_notice
) -> ProblemSet:
    """The problems as they are tried; `tell` is told what takes long and what was left out.

    Raises `InputProblem` where there are none, `EnvironmentProblem` where they can't be had.
    """
    wanted = config.problems
    filters = Selection(split=wanted.split, topic=wanted.topic, difficulty=wanted.difficulty)
    everything = await load(wanted.source, filters, lean=lean, tell=tell)
    return in_dialect(chosen(everything, wanted), config.dialect)


def chosen(everything: ProblemSet, wanted: Wanted) -> ProblemSet:
    """Of problems that have passed the other filters those with the names that are wanted, of them
    every so many-th, and of these the first.

    Raises `InputProblem` for a name that none has, which tells the nearest.
    """
    known = [problem.name for problem in everything.problems]
    for name in wanted.names:
        if not any(fnmatchcase(each, name) for each in known):
            raise InputProblem(f"{everything.name} has no `{name}`", closest(known, name))
    left = [problem for problem in everything.problems if _is_named(problem, wanted.names)]
    return ProblemSet(everything.name, tuple(left[:: wanted.every][: wanted.first or None]))


def in_dialect(problems: ProblemSet, dialect: str) -> ProblemSet:
    """With the headers of a dialect. Raises `InputProblem` for one that is unknown."""
    if not dialect:
        return problems
    reading = lookup(DIALECTS, dialect, "dialect")
    return ProblemSet(problems.name, tuple(map(reading.read, problems.problems)))


def _is_named(problem: Problem, names: tuple[str, ...]) -> bool:
    return not names or any(fnmatchcase(problem.name, name) for name in names)
