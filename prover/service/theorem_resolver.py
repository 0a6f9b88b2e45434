"""What a request is about, as Lean has it: a statement, a place in a file, or a printed goal."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from prover.api import Prover
from prover.errors import InputError
from prover.file_check import NOT_PARSED, SECONDS, FileReport, Message
from prover.file_prover import obstacle
from prover.incremental_verifier import TextVerifiers
from prover.lean_file import Edit, Hole, LeanFile, hole_lines, holes_near, no_hole_near
from prover.service import file_access
from prover.service.schemas import FilePart, GoalRequest, Json, TheoremPart
from prover.statement import stated
from prover.theorem import Theorem


@dataclass(frozen=True)
class HoleInFile:
    """A hole of a file."""

    file: LeanFile
    report: FileReport
    hole: Hole

    @property
    def theorem(self) -> Theorem:
        """The theorem of the hole."""
        return self.file.theorem(self.hole, {})

    @property
    def place(self) -> Json:
        """What each event says of it."""
        hole = self.hole
        return {"theorem": hole.name, "line": hole.line, "column": hole.column}

    def edit(self, script: str) -> Json:
        """The edit that puts a script into the hole."""
        [edit] = self.file.edits({self.hole: script})
        return edit_to_json(self.file, edit)


@dataclass(frozen=True)
class StandaloneTheorem:
    """A theorem that stands in no file."""

    theorem: Theorem

    @property
    def place(self) -> Json:
        """What each event says of it."""
        return {"theorem": self.theorem.name}


TheoremSource = HoleInFile | StandaloneTheorem


async def resolve(
    parts: Prover, root: Path, request: GoalRequest, verifiers: TextVerifiers | None = None
) -> TheoremSource:
    """The subject of a request; the verifier begins to read what stands before it.

    Raises `InputError`, or `LeanDiedError` while Lean reads the file.
    """
    if request.theorem is not None:
        return StandaloneTheorem(theorem_of(request.theorem))
    if request.goal is not None:
        return StandaloneTheorem(theorem_from_goal(request.goal, request.header))
    assert request.file is not None
    file = file_of(root, request.file)
    if verifiers is not None:
        await verifiers.ahead(file, request.file.line)
    report = await _report(parts, file, request.file.line)
    try:
        hole = hole_at(file, report.holes, request.file.line, request.file.column)
    except InputError as problem:
        raise _unread(file, report, problem) from problem
    if reason := obstacle(file, report, hole, alone=True):
        raise _unparsed(file, report, hole) if reason == NOT_PARSED else InputError(reason)
    return HoleInFile(file, report, hole)


async def _report(parts: Prover, file: LeanFile, line: int | None) -> FileReport:
    """A report with the hole, if it can be read, and maybe with no more than that."""
    if line is not None:
        report = await parts.look(file, line)
        found = holes_near(file, report.holes, line)
        if found and all(hole.obstacle != NOT_PARSED for hole in found):
            return report
    return await parts.check(file, seconds=SECONDS, audits=False)


def _unread(file: LeanFile, report: FileReport, problem: InputError) -> InputError:
    """Why there is no hole: what is wrong with a file is told first."""
    if report.holes or not report.errors:
        return problem
    hint = "Mend that first, then put a `sorry` where a proof is wanted."
    return InputError(_first_line(file, report.errors[0]), hint)


def _unparsed(file: LeanFile, report: FileReport, hole: Hole) -> InputError:
    """Why the text around a hole can't be parsed: the error before it."""
    before = [one for one in report.errors if (one.line, one.column) <= (hole.line, hole.column)]
    error = (before or report.errors)[-1] if report.errors else None
    if error is None:
        return InputError(NOT_PARSED)
    hint = "The `sorry` stands in text that Lean can't parse. Mend that first."
    return InputError(_first_line(file, error), hint)


def _first_line(file: LeanFile, error: Message) -> str:
    return f"{file.path}:{error}".partition("\n")[0]


def theorem_of(part: TheoremPart) -> Theorem:
    """The theorem that was sent. Raises `InputError`."""
    theorem = stated(part.statement, part.header).theorem
    return replace(theorem, name=part.name) if part.name else theorem


def file_of(root: Path, part: FilePart) -> LeanFile:
    """The file that was sent or named. Raises `InputError`."""
    if part.text is not None:
        return file_access.given(part.path or "", part.text)
    return file_access.read(root, part.path or "")


def hole_at(
    file: LeanFile, holes: Sequence[Hole], line: int | None, column: int | None = None
) -> Hole:
    """The hole at a position, else the nearest one on its line or in the declaration around it.

    Lines count from 1, columns in characters from 0; without a line it is the file's only hole.
    Raises `InputError` when there is none, or no way to tell which.
    """
    if line is None:
        if len(holes) == 1:
            return holes[0]
        raise InputError(
            f"{file.path} has {len(holes)} `sorry`s" if holes else f"{file.path} has no `sorry`",
            f"Say with `line` which one. {hole_lines(holes)}" if holes else "",
        )
    found = holes_near(file, holes, line)
    if not found:
        raise InputError(no_hole_near(file, line), hole_lines(holes))
    return min(found, key=lambda hole: (abs(hole.line - line), _columns(hole, column)))


def edit_to_json(file: LeanFile, edit: Edit) -> Json:
    """What an editor needs to make an edit."""
    start, stop = file.place(edit.span.start), file.place(edit.span.stop)
    return {
        "start": {"line": start[0], "column": start[1]},
        "end": {"line": stop[0], "column": stop[1]},
        "text": edit.text,
    }


def _columns(hole: Hole, column: int | None) -> int:
    """How far a column is from the hole's."""
    if column is None:
        return 0
    stop = hole.column + hole.span.stop - hole.span.start
    return max(hole.column - column, column - stop, 0)


NAME = "goal"
HINT = "Send the goal as Lean prints it, hypotheses first and `⊢` before the target."
UNNAMED = "✝"


def theorem_from_goal(goal: str, header: str = "") -> Theorem:
    """The first goal of a printed tactic state, as a theorem.

    What Lean prints is not always what it reads: whether the theorem elaborates, Lean decides.
    Raises `InputError` for a text that is no goal, or that has names that nobody can write.
    """
    first = re.split(r"\n\s*\n", goal.strip(), maxsplit=1)[0]
    lines = [line for line in first.split("\n") if not line.startswith("case ")]
    where = next((place for place, line in enumerate(lines) if line.startswith("⊢")), None)
    if where is None:
        raise InputError("the goal has no line that starts with `⊢`", HINT)
    if UNNAMED in first:
        raise InputError(
            "the goal has hypotheses without a name (with `✝`)",
            "Name them, for example with `rename_i`, or send the file and the position.",
        )
    target = "\n".join([lines[where].removeprefix("⊢"), *lines[where + 1 :]]).strip()
    binders = " ".join(map(_binder, _hypotheses_of(lines[:where])))
    statement = f"theorem {NAME} {binders} :\n    {target} := by".replace("  :\n", " :\n")
    return Theorem.from_statement(NAME, statement, header=header)


def _hypotheses_of(lines: list[str]) -> Iterator[str]:
    """Each hypothesis with the lines that it goes on over, which are indented."""
    hypothesis: list[str] = []
    for line in lines:
        if hypothesis and not line.startswith(" "):
            yield "\n".join(hypothesis)
            hypothesis = []
        hypothesis.append(line)
    if hypothesis:
        yield "\n".join(hypothesis)


def _binder(hypothesis: str) -> str:
    """The hypothesis as a binder of a theorem."""
    names, colon, rest = hypothesis.partition(" :")
    if not colon or not names.strip():
        raise InputError(f"`{hypothesis}` is no hypothesis", HINT)
    if ":=" in rest:
        raise InputError(
            f"`{names}` is a local definition", "Send the file and the position instead."
        )
    instance = names.startswith("inst")
    return f"[{names} :{rest}]" if instance else f"({names} :{rest})"
