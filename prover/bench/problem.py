"""Statements to be proved, and sets of them."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass

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
