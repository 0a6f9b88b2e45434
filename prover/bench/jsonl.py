"""Problems from JSON lines: an object on each line, with a `statement` in any of its forms.

`name`, `header`, `split`, `topic`, `difficulty` and `source` may be there too; a theorem without
`name` is called as it calls itself. `formal_statement`, as many collections have it, is a
`statement`. Other keys are ignored, as every collection has some of its own.
"""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterator
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

from prover.bench.problem import Problem
from prover.errors import InputProblem
from prover.statement import stated

FIELDS = tuple(field.name for field in fields(Problem))
STATEMENTS = ("statement", "formal_statement")
LIST = "A list has to be taken apart into one JSON object a line: `jq -c '.[]'` does that."
LIKENESS = 0.7
"""How much like `name` a key must be to be meant for it."""


def read(path: Path, text: str) -> list[Problem]:
    """The problems of a file. Raises `InputProblem` that names the file and the line."""
    problems: list[Problem] = []
    lines: dict[str, int] = {}
    for number, item in _items(path, text):
        place = f"{path}:{number}"
        problem = _problem(item, place)
        if not problem.source:
            problem = replace(problem, source=f"{path.name}:{number}")
        if "name" not in item and (not problem.name or problem.name in lines):
            problem = replace(problem, name=f"{problem.name or 'example'}_{number}")
        if problem.name in lines:
            message = f"{place}: `{problem.name}` is the name of line {lines[problem.name]} too"
            raise InputProblem(message, "Give each problem a name of its own.")
        lines[problem.name] = number
        problems.append(problem)
    if not problems:
        raise InputProblem(f"{path} has no problems", "Write one JSON object a line.")
    return problems


def _items(path: Path, text: str) -> Iterator[tuple[int, dict[str, Any]]]:
    """The object of each line by its number, without what is null or empty."""
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        place = f"{path}:{number}"
        try:
            item = json.loads(line)
        except ValueError as error:
            message = f"{place}: this is not JSON: {error}"
            hint = LIST if text.startswith("[") else "Each line must be one JSON object."
            raise InputProblem(message, hint) from error
        if not isinstance(item, dict):
            hint = LIST if text.startswith("[") else 'Write {"statement": …} there.'
            raise InputProblem(f"{place}: this is no JSON object", hint)
        yield number, {key: value for key, value in item.items() if value not in (None, "")}


def _problem(item: dict[str, Any], place: str) -> Problem:
    """The problem of a line; its name is empty where neither the line nor its statement has one."""
    key = next((key for key in STATEMENTS if key in item), "")
    if not key:
        raise InputProblem(f"{place}: there is no `statement`", _hint(item, "statement"))
    if "name" not in item and (hint := _hint(item, "name")):
        raise InputProblem(f"{place}: there is no `name`", hint)
    known = {name: item[name] for name in FIELDS if name in item}
    for name, value in {**known, key: item[key]}.items():
        if not isinstance(value, str):
            raise InputProblem(f"{place}: `{name}` is not a string", "Put it into quotes.")
    try:
        found = stated(item[key], known.get("header", ""))
    except InputProblem as problem:
        raise InputProblem(f"{place}: {problem.message}", problem.hint) from problem
    return Problem(**{"name": found.name, **known, "header": found.header, "statement": found.text})


def _hint(item: dict[str, Any], key: str) -> str:
    """What may have been meant for a key that is missing."""
    others = [other for other in item if other not in FIELDS]
    near = difflib.get_close_matches(key, others, n=1, cutoff=LIKENESS)
    if near:
        return f"Did you mean `{near[0]}`? It must be `{key}`."
    if key == "name":
        return ""
    return f"The line has: {', '.join(item)}. Put the theorem into `{key}`."
