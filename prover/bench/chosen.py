"""Which problems a run tries: a set, in a dialect, and of it what was asked for."""

from __future__ import annotations

import json
from pathlib import Path

from prover.bench.config import Config, Selection
from prover.bench.problem import Problem, ProblemSet
from prover.errors import InputProblem
from prover.nearest import nearest


def select(config: Config) -> ProblemSet:
    """The problems as they are tried. Raises `InputProblem` where there are none."""
    everything = load(config.problems.source)
    return chosen(everything, config.problems)


def chosen(everything: ProblemSet, wanted: Selection) -> ProblemSet:
    """Those of a set that are wanted, in its order.

    Raises `InputProblem` for a name that it has not, which tells the nearest, and for nothing left.
    """
    known = [problem.name for problem in everything.problems]
    for name in wanted.names:
        if name not in known:
            raise InputProblem(f"{everything.name} has no `{name}`", nearest(known, name))
    for kind in ("split", "topic", "difficulty"):
        values = sorted({getattr(problem, kind) for problem in everything.problems})
        if (value := getattr(wanted, kind)) and value not in values:
            raise InputProblem(f"{everything.name} has no {kind} `{value}`", nearest(values, value))
    left = [problem for problem in everything.problems if _fits(problem, wanted)]
    left = left[:: wanted.every][: wanted.first or None]
    if not left:
        raise InputProblem(f"nothing of {everything.name} is left to be tried", "Ask for less.")
    return ProblemSet(everything.name, tuple(left))


def _fits(problem: Problem, wanted: Selection) -> bool:
    return (
        (not wanted.names or problem.name in wanted.names)
        and wanted.split in ("", problem.split)
        and wanted.topic in ("", problem.topic)
        and wanted.difficulty in ("", problem.difficulty)
    )


CORE = Path(__file__).parents[2] / "benchmarks" / "problems" / "core.jsonl"


def load(source: str) -> ProblemSet:
    path = CORE if source == "core" else Path(source)
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    return ProblemSet(path.stem, tuple(Problem(**row) for row in rows))
