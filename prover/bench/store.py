"""The folder of a run: what was to be done, on what machine, and each attempt as soon as it ends.

    config.yaml        the settings, resolved
    environment.json   code, Lean, packages, machine, problem set
    problems.jsonl     the problems as they were tried
    results.jsonl      one attempt a line, only ever added to; of two with one key the later counts
    traces/KEY.jsonl.gz  all events of the search, written before its line of `results.jsonl`

A run that was killed at any point goes on from what is there.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from io import FileIO
from pathlib import Path
from typing import Any

import yaml
from filelock import FileLock, Timeout

from prover.bench.attempt import Attempt, Finished
from prover.bench.config import Config
from prover.bench.results import latest, trace_path
from prover.errors import InputError, SetupError
from prover.problems.problem import ProblemSet

Json = dict[str, Any]
SAME = ("lean", "problems_sha256")
"""What of the environment must be as it was for a run to go on; where code or machine are others,
the run says so by its attempts' keys and times."""
HINT = "Give another folder with `--run`, or remove this one."


class Store:
    """The folder while a run writes to it. Make it with `opened`."""

    def __init__(self, folder: Path, results: FileIO, attempts: list[Attempt]) -> None:
        self.folder = folder
        self._results = results
        self.found = tuple(attempts)
        """The attempts that earlier runs have left."""

    @classmethod
    @contextmanager
    def opened(
        cls, folder: Path, config: Config, problems: ProblemSet, environment: Json
    ) -> Iterator[Store]:
        """The folder, made or gone on with; nobody else can write to it meanwhile.

        Raises `InputError` when another run writes there, when what is there was made by other
        settings, and for a broken line; `SetupError` when it can't be written.
        """
        with _writing(folder):
            (folder / "traces").mkdir(parents=True, exist_ok=True)
        lock = FileLock(folder / ".lock", timeout=0)
        try:
            lock.acquire()
        except Timeout:
            raise InputError(
                f"another run is writing to {folder}", "Wait for it, or give another with `--run`."
            ) from None
        path = folder / "results.jsonl"
        try:
            _agree(folder, config, environment)
            found = latest(path)
            with _writing(folder):
                _describe(folder, config, problems, environment)
                for part in folder.rglob("*.part"):
                    part.unlink()
                results = path.open("ab", buffering=0)
            with results:
                with _writing(folder):
                    results.truncate(whole(path))
                yield cls(folder, results, found)
        finally:
            lock.release()

    def add(self, finished: Finished) -> None:
        """Keeps an attempt for good. Raises `SetupError` when that can't be done."""
        trace = trace_path(self.folder, finished.attempt.key)
        line = json.dumps(finished.attempt.to_json(), ensure_ascii=False) + "\n"
        with _writing(self.folder):
            replace_file(trace, finished.trace)
            rest = line.encode(errors="replace")
            while rest:
                rest = rest[self._results.write(rest) :]
            os.fsync(self._results.fileno())


def read(folder: Path) -> list[Attempt]:
    """The attempts of a run, as `prover.bench.results.latest` reads them."""
    return latest(folder / "results.jsonl")


def whole(path: Path) -> int:
    """How many bytes of the file are whole lines."""
    return path.read_bytes().rfind(b"\n") + 1


def replace_file(path: Path, content: bytes) -> None:
    """Writes a file such that under its name there is never a part of it."""
    part = path.with_name(path.name + ".part")
    with part.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)


def _agree(folder: Path, config: Config, environment: Json) -> None:
    """Raises `InputError` when what is there was made by other settings, and says which."""
    path = folder / "config.yaml"
    if not path.exists() or not (folder / "environment.json").exists():
        if (folder / "results.jsonl").exists():
            raise InputError(f"{folder} has results but not how they were made", HINT)
        return
    try:
        before = yaml.safe_load(path.read_text(encoding="utf-8"))
        made = json.loads((folder / "environment.json").read_text(encoding="utf-8"))
        old = flat({**before, **{key: made[key] for key in SAME}})
    except (yaml.YAMLError, ValueError, TypeError, KeyError) as error:
        raise InputError(f"{folder} is no folder of a run: {error!r}", HINT) from error
    new = flat({**config.decisive, **{key: environment[key] for key in SAME}})
    for key, value in new.items():
        if old.get(key) != value:
            raise InputError(
                f"{folder} was made with `{key}` {old.get(key)!r}, this is {value!r}", HINT
            )


def flat(values: Mapping[str, Any], above: str = "") -> Json:
    """Nested settings by their full names."""
    found: Json = {}
    for key, value in values.items():
        found |= flat(value, f"{above}{key}.") if isinstance(value, dict) else {above + key: value}
    return found


def _describe(folder: Path, config: Config, problems: ProblemSet, environment: Json) -> None:
    """Writes what is to be done, unless an earlier run has."""
    if (folder / "environment.json").exists():
        return
    each = [json.dumps(asdict(problem), ensure_ascii=False) for problem in problems.problems]
    replace_file(folder / "problems.jsonl", "".join(line + "\n" for line in each).encode())
    replace_file(folder / "config.yaml", config.to_yaml().encode())
    # Last: where it is, the others are.
    text = json.dumps(environment, indent=2, ensure_ascii=False) + "\n"
    replace_file(folder / "environment.json", text.encode())


@contextmanager
def _writing(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise SetupError(
            f"{folder} can't be written: {error.strerror}",
            "What was written is kept: mend that and run the same again, it goes on from there.",
        ) from error
