"""Problems from Lean files, or from JSON lines, each by itself or in a folder.

A line is an object with a `statement` in any of its forms. `name`, `header`, `split`, `topic`,
`difficulty` and `source` may be there too; a theorem without `name` is called as it calls itself.
`formal_statement`, as many collections have it, is a `statement`. Other keys are ignored, as every
collection has some of its own.
"""

from __future__ import annotations

import difflib
import json
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

from prover.errors import InputError
from prover.lean_file import read_utf8
from prover.problems import sorry_theorems
from prover.problems.problem import Problem
from prover.progress import Notify, no_notice
from prover.statement import stated

SHOWN = 5
"""How many names are told of those that are many."""

Prepare = Callable[[str], str]
"""What is done to the text of a file before it is read; the lines stay where they are."""


def unprepared(text: str) -> str:
    """Prepares nothing."""
    return text


@dataclass(frozen=True)
class Origin:
    """What is said of the problems of a folder beside what stands in its files."""

    repository: str = ""
    """`owner/name@commit:`, before the path; empty for files of the user's own."""
    root: Path | None = None
    """What paths are told from; without it the folder that is read, or that of the file, so that
    a set is the same wherever it lies."""
    split: str = ""
    prepare: Prepare = unprepared

    def of(self, path: Path, line: int) -> str:
        """Where a problem comes from."""
        shown = path.relative_to(self.root or path.parent)
        return f"{self.repository}{shown.as_posix()}:{line}"


def read_problems(path: Path, origin: Origin = Origin(), tell: Notify = no_notice) -> list[Problem]:
    """The problems of a `.jsonl` file, a `.lean` file, or of all `.lean` files below a folder.

    Raises `InputError` when there is none, or what is there can't be read.
    """
    if path.is_dir():
        return _folder(path, replace(origin, root=origin.root or path), tell)
    if path.suffix in (".jsonl", ".json"):
        problems = read_lines(path, text_of(path))
        split = origin.split
        return [replace(each, split=each.split or split) for each in problems]
    if path.suffix == ".lean":
        if problems := _file(path, origin, tell):
            return problems
        raise InputError(f"{path} has no theorem whose proof is `sorry`", NOTHING)
    raise InputError(
        f"{path} is neither a .jsonl nor a .lean file", "Name a file of these kinds, or a folder."
    )


NOTHING = "Only whole proofs count: `theorem … := by sorry` or `theorem … := sorry`."


def text_of(path: Path) -> str:
    """A file's text with `\\n` between lines, without a byte order mark. Raises `InputError`."""
    return read_utf8(path).decode("utf-8-sig").replace("\r\n", "\n")


def _folder(folder: Path, origin: Origin, tell: Notify) -> list[Problem]:
    files = [path for path in sorted(folder.rglob("*.lean")) if _is_source(path, folder)]
    if not files:
        raise InputError(f"there is no .lean file in {folder}", "Name another folder.")
    by_file = {path: _file(path, origin, tell) for path in files if path.stat().st_size}
    problems = _told_apart(folder, by_file)
    if not problems:
        message = f"no .lean file in {folder} has a theorem whose proof is `sorry`"
        raise InputError(message, NOTHING)
    return problems


def _is_source(path: Path, folder: Path) -> bool:
    """Whether a file is one of the folder's own, not of what Lake has fetched into it."""
    hidden = any(part.startswith(".") for part in path.relative_to(folder).parts)
    return path.is_file() and not hidden


def _file(path: Path, origin: Origin, tell: Notify) -> list[Problem]:
    text = origin.prepare(text_of(path))
    try:
        reading = sorry_theorems.scan(text)
    except InputError as problem:
        raise InputError(f"{path}: {problem.message}", problem.hint) from problem
    for name, line in reading.partly:
        tell(f"{path}:{line}: left out {name}, which has a `sorry` only inside its proof")
    _check_names(path, reading.theorems)
    return [
        Problem(
            name=theorem.name,
            statement=theorem.statement,
            header=theorem.header,
            split=origin.split,
            source=origin.of(path, theorem.line),
        )
        for theorem in reading.theorems
    ]


def _check_names(path: Path, theorems: Sequence[sorry_theorems.SorryTheorem]) -> None:
    lines: dict[str, int] = {}
    for theorem in theorems:
        if theorem.name in lines:
            first = lines[theorem.name]
            raise InputError(
                f"{path}:{theorem.line}: `{theorem.name}` is the name of line {first} too",
                "Lean takes a name once only. Rename one of them.",
            )
        lines[theorem.name] = theorem.line


def _told_apart(folder: Path, by_file: dict[Path, list[Problem]]) -> list[Problem]:
    """All problems; called after their files too if any two files have a name in common."""
    counts = Counter(problem.name for problems in by_file.values() for problem in problems)
    if all(count == 1 for count in counts.values()):
        return [problem for problems in by_file.values() for problem in problems]
    return [
        replace(
            problem, name=f"{path.relative_to(folder).with_suffix('').as_posix()}/{problem.name}"
        )
        for path, problems in by_file.items()
        for problem in problems
    ]


FIELDS = tuple(field.name for field in fields(Problem))
STATEMENTS = ("statement", "formal_statement")
LIST = "A list has to be taken apart into one JSON object a line: `jq -c '.[]'` does that."
LIKENESS = 0.7
"""How much like `name` a key must be to be meant for it."""


def read_lines(path: Path, text: str) -> list[Problem]:
    """The problems of a file. Raises `InputError` that names the file and the line."""
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
            raise InputError(message, "Give each problem a name of its own.")
        lines[problem.name] = number
        problems.append(problem)
    if not problems:
        raise InputError(f"{path} has no problems", "Write one JSON object a line.")
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
            raise InputError(message, hint) from error
        if not isinstance(item, dict):
            hint = LIST if text.startswith("[") else 'Write {"statement": …} there.'
            raise InputError(f"{place}: this is no JSON object", hint)
        yield number, {key: value for key, value in item.items() if value not in (None, "")}


def _problem(item: dict[str, Any], place: str) -> Problem:
    """The problem of a line; its name is empty where neither the line nor its statement has one."""
    key = next((key for key in STATEMENTS if key in item), "")
    if not key:
        raise InputError(f"{place}: there is no `statement`", _hint(item, "statement"))
    if "name" not in item and (hint := _hint(item, "name")):
        raise InputError(f"{place}: there is no `name`", hint)
    known = {name: item[name] for name in FIELDS if name in item}
    for name, value in {**known, key: item[key]}.items():
        if not isinstance(value, str):
            raise InputError(f"{place}: `{name}` is not a string", "Put it into quotes.")
    try:
        found = stated(item[key], known.get("header", ""))
    except InputError as problem:
        raise InputError(f"{place}: {problem.message}", problem.hint) from problem
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
