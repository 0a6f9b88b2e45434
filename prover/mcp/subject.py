"""What an agent may mean: a place in a file, a theorem, or a goal."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated

from pydantic import Field

from prover.errors import InputProblem
from prover.service import paths
from prover.service.runs import Json

File = Annotated[
    str | None, Field(description="Path of a .lean file under the folder the server runs in.")
]
Text = Annotated[str | None, Field(description="A Lean file's whole text, instead of `file`.")]
Line = Annotated[int | None, Field(description="Line of the `sorry`, from 1.", ge=1)]
Column = Annotated[int | None, Field(description="Its column in characters, from 0.", ge=0)]
Statement = Annotated[
    str | None, Field(description="A theorem, as `theorem t (n : Nat) : n + 0 = n := by sorry`.")
]
Header = Annotated[str, Field(description="What stands before it: imports, opens, definitions.")]
Goal = Annotated[str | None, Field(description="A goal as Lean prints it, with its `⊢`.")]


@dataclass(frozen=True)
class Subject:
    """What a tool was given."""

    file: str | None = None
    text: str | None = None
    line: int | None = None
    column: int | None = None
    statement: str | None = None
    header: str = ""
    goal: str | None = None

    def request(self, root: Path) -> Json:
        """What is asked of the service. Files are read here, under `root`.

        Raises `InputProblem` when it is not one thing, or a file can't be read.
        """
        ways = ("file", "text", "statement", "goal")
        given = [name for name in ways if getattr(self, name)]
        if len(given) != 1:
            raise InputProblem(
                f"{' and '.join(map(quoted, given)) or 'nothing'} was given, and one of "
                f"{', '.join(map(quoted, ways))} is wanted",
                "For a `sorry` in a file give `file`, `line` and `column`.",
            )
        if self.goal:
            return {"goal": self.goal, "header": self.header}
        if self.statement:
            return {"theorem": {"statement": self.statement, "header": self.header}}
        text = paths.read(root, self.file).text.decode() if self.file else self.text
        place = {
            name: at
            for name, at in asdict(self).items()
            if name in ("line", "column") and at is not None
        }
        named = {"path": self.file} if self.file else {}
        return {"file": {"text": text, **named, **place}}


def quoted(name: str) -> str:
    """The name of an argument, as messages have it."""
    return f"`{name}`"
