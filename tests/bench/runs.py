"""Folders of runs, written by hand."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from prover.bench.attempt import Attempt
from prover.problems.problem import Problem, ProblemSet
from prover.search.result import Result, Seconds, Status

LIMIT = "Reached the limit of 5 seconds."


def problem(name: str, **fields: str) -> Problem:
    return Problem(name, fields.pop("statement", f"theorem {name} : 1 = 1 := by"), **fields)


def attempt(
    of: Problem,
    status: str = "proved",
    *,
    number: int = 0,
    seconds: float = 1.0,
    applicable: bool = True,
    started: float = 0.0,
    message: str = "",
    **changes: Any,
) -> Attempt:
    """An attempt whose result has these changes to a search that did nothing."""
    result = Result(of.name, Status(status), message, seconds=Seconds(total=seconds)).to_json()
    if status == "proved":
        result["script"] = "rfl"
    return Attempt(
        key=f"{of.name}-{number}",
        name=of.name,
        attempt=number,
        seed=number,
        split=of.split,
        topic=of.topic,
        difficulty=of.difficulty,
        applicable=applicable,
        started=started,
        result={**result, **changes},
    )


def write(
    folder: Path,
    problems: Iterable[Problem],
    attempts: Iterable[Attempt],
    *,
    traces: Mapping[str, Iterable[Mapping[str, Any]]] | None = None,
    environment: Mapping[str, Any] | None = None,
    workers: int = 1,
) -> Path:
    """A run; `traces` are events by the key of their attempt."""
    problems = tuple(problems)
    (folder / "traces").mkdir(parents=True)
    (folder / "config.yaml").write_text(f"policy: builtin\nworkers: {workers}\n")
    described = {
        "date": "2026-05-04T12:00:00+00:00",
        "problems": "small",
        "problems_sha256": ProblemSet("small", problems).sha256,
        "dialect": "",
        "lean": "4.28.0",
        "commit": "0123456789abcdef",
        "processor": "a processor",
        "gpus": [],
        **(environment or {}),
    }
    (folder / "environment.json").write_text(json.dumps(described))
    _write_lines(folder / "problems.jsonl", map(asdict, problems))
    _write_lines(folder / "results.jsonl", (one.to_json() for one in attempts))
    for key, events in (traces or {}).items():
        text = "".join(json.dumps(event) + "\n" for event in events)
        (folder / "traces" / f"{key}.jsonl.gz").write_bytes(gzip.compress(text.encode()))
    return folder


def _write_lines(path: Path, lines: Iterable[Mapping[str, Any]]) -> None:
    path.write_text("".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines), "utf-8")
