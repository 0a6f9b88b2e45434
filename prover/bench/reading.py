"""The folder of a batch run as values.

config.yaml          the settings, resolved
environment.json     code, Lean, machine, dialect, problem set
problems.jsonl       the problems, one a line
results.jsonl        the attempts, one a line; of two with one key the later counts
traces/KEY.jsonl.gz  the events of an attempt's search, one a line
"""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, TypeVar

import yaml

from prover.bench.attempt import Attempt
from prover.bench.problem import Problem, ProblemSet
from prover.errors import InputProblem
from prover.nearest import nearest
from prover.search.events import Event
from prover.search.result import Counters, Status
from prover.search.trace import parse

Json = dict[str, Any]
Value = TypeVar("Value")
HINT = "Give the folder that a batch run has written."
BROKEN = "Take the line out; running the batch again makes it anew."
NUMBERS = (
    *("seconds", "lean_seconds", "policy_seconds", "verify_seconds"),
    *(entry.name for entry in fields(Counters)),
)
"""What a result must have as numbers."""


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
        path = self.folder / "traces" / f"{attempt.key}.jsonl.gz"
        if not path.exists():
            return ()
        try:
            with gzip.open(path, "rt", encoding="utf-8") as lines:
                return tuple(parse(lines, str(path)))
        except (OSError, EOFError, zlib.error, UnicodeDecodeError) as error:
            raise InputProblem(f"{path} is broken: {error}", "Remove it.") from error


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
    problems = tuple(_lines(folder / "problems.jsonl", _problem))
    names = {problem.name for problem in problems}
    attempts = _lines(folder / "results.jsonl", lambda line: _attempt(line, names))
    latest = {attempt.key: attempt for attempt in attempts}
    set_name = str(environment.get("problems") or folder.resolve().name)
    return Run(folder, config, environment, ProblemSet(set_name, problems), tuple(latest.values()))


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


def _lines(path: Path, make: Callable[[Json], Value]) -> Iterator[Value]:
    """What each line means. Without a line's end the last one may be torn, and is passed over."""
    *whole, rest = _bytes(path).split(b"\n") if path.exists() else [b""]
    for number, line in enumerate([*whole, rest], 1):
        try:
            parsed = json.loads(line) if line.strip() else None
        except ValueError as error:
            if number > len(whole):
                return
            message = f"{path}:{number}: this line is broken: {error}"
            raise InputProblem(message, BROKEN) from None
        if parsed is None:
            continue
        try:
            if not isinstance(parsed, dict):
                raise InputProblem("this line is not a JSON object", BROKEN)
            yield make(parsed)
        except InputProblem as problem:
            message = f"{path}:{number}: {problem.message}"
            raise InputProblem(message, problem.hint) from None


def _problem(line: Json) -> Problem:
    values = {entry.name: line[entry.name] for entry in fields(Problem) if entry.name in line}
    if not (isinstance(line.get("name"), str) and isinstance(line.get("statement"), str)):
        raise InputProblem("a problem needs a `name` and a `statement`", HINT)
    return Problem(**values)


def _attempt(line: Json, names: set[str]) -> Attempt:
    wanted = [entry.name for entry in fields(Attempt)]
    if missing := [name for name in wanted if name not in line]:
        raise InputProblem(f"this attempt has no `{missing[0]}`", BROKEN)
    attempt = Attempt(**{name: line[name] for name in wanted})
    result = attempt.result
    if not isinstance(result, dict) or result.get("status") not in [*Status]:
        raise InputProblem("this attempt's result has no `status` that is known", BROKEN)
    if wrong := [name for name in NUMBERS if not isinstance(result.get(name), int | float)]:
        raise InputProblem(f"this attempt's result has no number `{wrong[0]}`", BROKEN)
    if attempt.name not in names:
        raise InputProblem(
            f"no problem of this run is called `{attempt.name}`", nearest(names, attempt.name)
        )
    return attempt
