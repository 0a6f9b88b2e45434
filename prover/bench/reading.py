"""The folder of a batch run as values.

config.yaml          the settings, resolved
environment.json     code, Lean, machine, dialect, problem set
problems.jsonl       the problems, one a line
results.jsonl        the attempts, one a line; of two with one key the later counts
traces/KEY.jsonl.gz  the events of an attempt's search, one a line
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import yaml

from prover.bench.attempt import Attempt
from prover.bench.problem import Problem, ProblemSet
from prover.bench.results import latest, lines
from prover.bench.store import trace_path
from prover.errors import InputProblem
from prover.search.events import Event
from prover.trace_file import read_trace

Json = dict[str, Any]
HINT = "Give the folder that a batch run has written."


@dataclass(frozen=True)
class Run:
    """What a batch run was to do, with what, and what came of it so far."""

    folder: Path
    config: Mapping[str, Any]
    environment: Mapping[str, Any]
    problems: ProblemSet
    attempts: tuple[Attempt, ...]

    @property
    def name(self) -> str:
        """The folder's."""
        return self.folder.resolve().name

    @property
    def dialect(self) -> str:
        """What took the place of the problems' headers; empty where nothing did."""
        return str(self.environment.get("dialect") or "")

    def trace(self, attempt: Attempt) -> tuple[Event, ...]:
        """The events of the attempt's search; none where they were not kept.

        Raises `InputProblem` for a broken file.
        """
        path = trace_path(self.folder, attempt.key)
        return tuple(read_trace(path)) if path.exists() else ()


def read(folder: Path) -> Run:
    """The run in the folder. A line that was still being written is passed over.

    Raises `InputProblem`, by file and line, for what is no run.
    """
    if not folder.is_dir():
        raise InputProblem(f"there is no folder {folder}", HINT)
    for name in ("config.yaml", "environment.json", "problems.jsonl"):
        if not (folder / name).is_file():
            raise InputProblem(f"{folder} is no run: it has no {name}", HINT)
    config = _mapping(folder / "config.yaml", yaml.safe_load)
    environment = _mapping(folder / "environment.json", json.loads)
    problems = tuple(lines(folder / "problems.jsonl", _problem))
    names = {problem.name for problem in problems}
    attempts = latest(folder / "results.jsonl", names)
    set_name = str(environment.get("problems") or folder.resolve().name)
    return Run(folder, config, environment, ProblemSet(set_name, problems), tuple(attempts))


def _mapping(path: Path, load: Callable[[bytes], Any]) -> Mapping[str, Any]:
    try:
        loaded = load(_bytes(path))
    except (ValueError, yaml.YAMLError) as error:
        raise InputProblem(f"{path} can't be understood: {error}", HINT) from error
    if not isinstance(loaded, dict):
        raise InputProblem(f"{path} has no settings by name", HINT)
    return loaded


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise InputProblem(f"{path} can't be read: {error.strerror}", HINT) from error


def _problem(line: Json) -> Problem:
    values = {entry.name: line[entry.name] for entry in fields(Problem) if entry.name in line}
    if not (isinstance(line.get("name"), str) and isinstance(line.get("statement"), str)):
        raise InputProblem("a problem needs a `name` and a `statement`", HINT)
    return Problem(**values)
