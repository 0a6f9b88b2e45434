"""What a request is about, as Lean has it: a theorem, on its own or at a hole of a file."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from prover.errors import InputProblem
from prover.file_check import NOT_PARSED, SECONDS, FileReport, Message
from prover.file_prover import obstacle
from prover.incremental_verifier import TextVerifiers
from prover.lean_file import Hole, LeanFile, holes_near
from prover.service import paths, printed
from prover.service.parts import Parts
from prover.service.place import edit_to_json, hole_at
from prover.service.requests import FilePart, GoalRequest, TheoremPart
from prover.service.runs import Json
from prover.statement import stated
from prover.theorem import Theorem


@dataclass(frozen=True)
class InFile:
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
class Alone:
    """A theorem that stands in no file."""

    theorem: Theorem

    @property
    def place(self) -> Json:
        """What each event says of it."""
        return {"theorem": self.theorem.name}


Subject = InFile | Alone


async def subject(
    parts: Parts, root: Path, request: GoalRequest, walks: TextVerifiers | None = None
) -> Subject:
    """The subject of a request; the gate begins to read what stands before it.

    Raises `InputProblem`, or `LeanDied` while Lean reads the file.
    """
    if request.theorem is not None:
        return Alone(theorem_of(request.theorem))
    if request.goal is not None:
        return Alone(printed.theorem(request.goal, request.header))
    assert request.file is not None
    file = file_of(root, request.file)
    if walks is not None:
        await walks.ahead(file, request.file.line)
    report = await _report(parts, file, request.file.line)
    try:
        hole = hole_at(file, report.holes, request.file.line, request.file.column)
    except InputProblem as problem:
        raise _unread(file, report, problem) from problem
    if reason := obstacle(file, report, hole, alone=True):
        raise _unparsed(file, report, hole) if reason == NOT_PARSED else InputProblem(reason)
    return InFile(file, report, hole)


async def _report(parts: Parts, file: LeanFile, line: int | None) -> FileReport:
    """A report with the hole, if it can be read, and maybe with no more than that."""
    if line is not None:
        report = await parts.look(file, line)
        found = holes_near(file, report.holes, line)
        if found and all(hole.obstacle != NOT_PARSED for hole in found):
            return report
    return await parts.check(file, seconds=SECONDS, audits=False)


def _unread(file: LeanFile, report: FileReport, problem: InputProblem) -> InputProblem:
    """Why there is no hole: what is wrong with a file is told first."""
    if report.holes or not report.errors:
        return problem
    hint = "Mend that first, then put a `sorry` where a proof is wanted."
    return InputProblem(_first_line(file, report.errors[0]), hint)


def _unparsed(file: LeanFile, report: FileReport, hole: Hole) -> InputProblem:
    """Why the text around a hole can't be parsed: the error before it."""
    before = [one for one in report.errors if (one.line, one.column) <= (hole.line, hole.column)]
    error = (before or report.errors)[-1] if report.errors else None
    if error is None:
        return InputProblem(NOT_PARSED)
    hint = "The `sorry` stands in text that Lean can't parse. Mend that first."
    return InputProblem(_first_line(file, error), hint)


def _first_line(file: LeanFile, error: Message) -> str:
    return f"{file.path}:{error}".partition("\n")[0]


def theorem_of(part: TheoremPart) -> Theorem:
    """The theorem that was sent. Raises `InputProblem`."""
    theorem = stated(part.statement, part.header).theorem
    return replace(theorem, name=part.name) if part.name else theorem


def file_of(root: Path, part: FilePart) -> LeanFile:
    """The file that was sent or named. Raises `InputProblem`."""
    if part.text is not None:
        return paths.given(part.path or "", part.text)
    return paths.read(root, part.path or "")
