"""Statements to be proved, sets of them, and some of the problems of a set."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from fnmatch import fnmatchcase

from prover.errors import InputError, closest
from prover.theorem import Theorem


@dataclass(frozen=True)
class Problem:
    """One statement. Its fields are the keys of a line of JSONL."""

    name: str
    statement: str
    """Up to and with `:= by`."""
    header: str = ""
    """What stands before it: imports, options, opened namespaces, definitions."""
    split: str = ""
    topic: str = ""
    difficulty: str = ""
    source: str = ""
    """Where it comes from, as `repository@commit:path:line`."""

    @property
    def theorem(self) -> Theorem:
        """What the search is given."""
        return Theorem.from_statement(
            self.name, self.statement, header=self.header, source=self.source
        )


@dataclass(frozen=True)
class ProblemSet:
    """Problems with different names, in the order in which they are tried."""

    name: str
    problems: tuple[Problem, ...]

    @property
    def sha256(self) -> str:
        """The set's identity: of every problem with all its fields, in order."""
        lines = [json.dumps(asdict(problem), ensure_ascii=False) for problem in self.problems]
        return hashlib.sha256("\n".join(lines).encode()).hexdigest()


SHOWN = 10
"""How many names are shown of those that there are."""


@dataclass(frozen=True)
class Selection:
    """Which problems are wanted: those that pass all filters, each k-th of them, the first few.

    An empty text is no filter.
    """

    split: str = ""
    name: str = ""
    """A pattern as in a shell: `*`, `?` and `[…]`."""
    topic: str = ""
    difficulty: str = ""
    every: int = 1
    limit: int | None = None

    def __post_init__(self) -> None:
        if self.every < 1 or (self.limit is not None and self.limit < 1):
            raise InputError("`every` and `limit` count from 1", "Leave them out for all.")

    def of(self, problems: Sequence[Problem]) -> tuple[Problem, ...]:
        """Those that are wanted, in their order. Raises `InputError` when there is none."""
        for field in ("split", "topic", "difficulty"):
            wanted = getattr(self, field)
            if wanted:
                _check(field, wanted, (getattr(problem, field) for problem in problems))
                problems = [each for each in problems if getattr(each, field) == wanted]
        if self.name:
            names = [problem.name for problem in problems]
            problems = [each for each in problems if fnmatchcase(each.name, self.name)]
            if not problems:
                raise InputError(f"no problem is called `{self.name}`", _names(names, self.name))
        return tuple(problems[:: self.every][: self.limit])


def _check(field: str, wanted: str, there: Iterable[str]) -> None:
    known = sorted({value for value in there if value})
    if wanted not in known:
        message = f"no problem has the {field} `{wanted}`"
        hint = closest(known, wanted) if known else f"None of these problems has a {field}."
        raise InputError(message, hint)


def _names(names: Sequence[str], wanted: str) -> str:
    if len(names) <= SHOWN:
        return closest(names, wanted)
    near = closest(names, wanted)
    if near.startswith("Known:"):
        rest = len(names) - SHOWN
        return f"There are {', '.join(names[:SHOWN])} and {rest} more."
    return near
