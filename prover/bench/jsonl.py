"""Problems from JSON lines: an object with `name` and `statement` on each line.

`header`, `split`, `topic`, `difficulty` and `source` may be there too; other keys are ignored, as
every collection has some of its own.
"""

from __future__ import annotations

import json
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

from prover.bench.problem import Problem
from prover.errors import InputProblem
from prover.nearest import nearest
from prover.tokens import tokens

FIELDS = tuple(field.name for field in fields(Problem))
NEEDED = ("name", "statement")


def read(path: Path, text: str) -> list[Problem]:
    """The problems of a file. Raises `InputProblem` that names the file and the line."""
    problems: list[Problem] = []
    lines: dict[str, int] = {}
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        place = f"{path}:{number}"
        problem = _problem(line, place)
        if not problem.source:
            problem = replace(problem, source=f"{path.name}:{number}")
        if problem.name in lines:
            message = f"{place}: `{problem.name}` is the name of line {lines[problem.name]} too"
            raise InputProblem(message, "Give each problem a name of its own.")
        lines[problem.name] = number
        problems.append(problem)
    if not problems:
        raise InputProblem(f"{path} has no problems", "Write one JSON object a line.")
    return problems


def _problem(line: str, place: str) -> Problem:
    try:
        item = json.loads(line)
    except ValueError as error:
        raise InputProblem(
            f"{place}: this is not JSON: {error}", "Each line must be one JSON object."
        ) from error
    if not isinstance(item, dict):
        raise InputProblem(f"{place}: this is no JSON object", 'Write {"name": …} on each line.')
    _check_keys(item, place)
    known = {key: item[key] for key in FIELDS if item.get(key) is not None}
    for key, value in known.items():
        if not isinstance(value, str):
            raise InputProblem(f"{place}: `{key}` is not a string")
    _check_statement(known["statement"], place)
    return Problem(**known)


def _check_keys(item: dict[str, Any], place: str) -> None:
    for key in NEEDED:
        if not item.get(key):
            others = [other for other in item if other not in FIELDS]
            hint = nearest(others, key) if others else f"Known: {', '.join(FIELDS)}."
            raise InputProblem(f"{place}: there is no `{key}`", f"{hint} It must be `{key}`.")


def _check_statement(statement: str, place: str) -> None:
    """Raises `InputProblem` unless the statement ends in `:= by`, outside comments."""
    try:
        words = [token.text for token in tokens(statement)]
    except InputProblem as problem:
        raise InputProblem(f"{place}: the statement can't be read: {problem.message}") from problem
    if words[-2:] == [":=", "by"]:
        return
    if words[-1:] == [":="]:
        how = "ends in `:=`", "Put ` by` at its end."
    elif words[-1:] == ["sorry"]:
        how = "ends in `sorry`", "Leave the `sorry` out: the statement must end in `:= by`."
    elif ":=" in words:
        how = "has a proof or a part of one", "Leave out what follows `:= by`."
    else:
        how = "does not end in `:= by`", "Put ` := by` at its end."
    raise InputProblem(f"{place}: the statement {how[0]}", how[1])
