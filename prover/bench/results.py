"""The folder of a batch run as values.

config.yaml          the settings, resolved
environment.json     code, Lean, machine, dialect, problem set
problems.jsonl       the problems, one a line
results.jsonl        the attempts, one a line; of two with one key the later counts
traces/KEY.jsonl.gz  the events of an attempt's search, one a line
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, TypeVar

import yaml

from prover.bench.attempt import Attempt
from prover.errors import InputError, closest
from prover.problems.problem import Problem, ProblemSet
from prover.search.events import Event
from prover.search.result import Counters, Status
from prover.trace_file import read_trace

Json = dict[str, Any]
Value = TypeVar("Value")
FIELDS = tuple(entry.name for entry in fields(Attempt))
NUMBERS = (
    *("seconds", "lean_seconds", "policy_seconds", "verify_seconds"),
    *(entry.name for entry in fields(Counters)),
)
"""What a result must have as numbers."""
BROKEN = "Take the line out. If it is an attempt, it is made again."


def latest(path: Path, names: Collection[str] | None = None) -> list[Attempt]:
    """The attempts of a file, each key once: of two with one key the later counts.

    None for a file that isn't there. Raises `InputError` as `attempts` does.
    """
    return list({attempt.key: attempt for attempt in attempts(path, names)}.values())


def attempts(path: Path, names: Collection[str] | None = None) -> Iterator[Attempt]:
    """The attempt of every line.

    Raises `InputError` by file and line for what is none, and for one at a problem that is not
    among `names`, where they are given.
    """
    return lines(path, lambda line: _known(_attempt(line), names))


def lines(path: Path, make: Callable[[Json], Value]) -> Iterator[Value]:
    """What `make` makes of each line's object, where there is a file.

    Raises `InputError` by file and line for what is no object, and for what `make` refuses.
    """
    for number, line in enumerate(_bytes(path).split(b"\n")[:-1], 1):
        if not line.strip():
            continue
        try:
            yield make(_object(line))
        except InputError as problem:
            message = f"{path}:{number}: {problem.message}"
            raise InputError(message, problem.hint) from None


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return b""
    except OSError as error:
        raise InputError(f"{path} can't be read: {error.strerror}") from error


def _object(line: bytes) -> Json:
    try:
        parsed = json.loads(line)
    except ValueError as error:
        raise InputError(f"this line is broken: {error}", BROKEN) from None
    if not isinstance(parsed, dict):
        raise InputError("this line is not a JSON object", BROKEN)
    return parsed


def _attempt(line: Json) -> Attempt:
    if missing := [name for name in FIELDS if name not in line]:
        raise InputError(f"this attempt has no `{missing[0]}`, and so is no attempt", BROKEN)
    if more := [name for name in line if name not in FIELDS]:
        raise InputError(f"no attempt has a `{more[0]}`", BROKEN)
    attempt = Attempt(**line)
    result = attempt.result
    if not isinstance(result, dict) or result.get("status") not in [*Status]:
        raise InputError("this attempt's result has no `status` that is known", BROKEN)
    if wrong := [name for name in NUMBERS if not isinstance(result.get(name), int | float)]:
        raise InputError(f"this attempt's result has no number `{wrong[0]}`", BROKEN)
    return attempt


def _known(attempt: Attempt, names: Collection[str] | None) -> Attempt:
    if names is not None and attempt.name not in names:
        raise InputError(
            f"no problem of this run is called `{attempt.name}`", closest(names, attempt.name)
        )
    return attempt


HINT = "Give the folder that a batch run has written."


@dataclass(frozen=True)
class RunResults:
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

        Raises `InputError` for a broken file.
        """
        path = trace_path(self.folder, attempt.key)
        return tuple(read_trace(path)) if path.exists() else ()


def read_run(folder: Path) -> RunResults:
    """The run in the folder. A line that was still being written is passed over.

    Raises `InputError`, by file and line, for what is no run.
    """
    if not folder.is_dir():
        raise InputError(f"there is no folder {folder}", HINT)
    for name in ("config.yaml", "environment.json", "problems.jsonl"):
        if not (folder / name).is_file():
            raise InputError(f"{folder} is no run: it has no {name}", HINT)
    config = _mapping(folder / "config.yaml", yaml.safe_load)
    environment = _mapping(folder / "environment.json", json.loads)
    problems = tuple(lines(folder / "problems.jsonl", _problem))
    names = {problem.name for problem in problems}
    attempts = latest(folder / "results.jsonl", names)
    set_name = str(environment.get("problems") or folder.resolve().name)
    return RunResults(folder, config, environment, ProblemSet(set_name, problems), tuple(attempts))


def _mapping(path: Path, load: Callable[[bytes], Any]) -> Mapping[str, Any]:
    try:
        loaded = load(_file_bytes(path))
    except (ValueError, yaml.YAMLError) as error:
        raise InputError(f"{path} can't be understood: {error}", HINT) from error
    if not isinstance(loaded, dict):
        raise InputError(f"{path} has no settings by name", HINT)
    return loaded


def _file_bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise InputError(f"{path} can't be read: {error.strerror}", HINT) from error


def _problem(line: Json) -> Problem:
    values = {entry.name: line[entry.name] for entry in fields(Problem) if entry.name in line}
    if not (isinstance(line.get("name"), str) and isinstance(line.get("statement"), str)):
        raise InputError("a problem needs a `name` and a `statement`", HINT)
    return Problem(**values)


def trace_path(folder: Path, key: str) -> Path:
    """Where the events of an attempt's search are."""
    return folder / "traces" / f"{key}.jsonl.gz"
