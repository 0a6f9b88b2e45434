"""What Lean says of a file that is being written, and the goals where the cursor is."""

from __future__ import annotations

from collections import OrderedDict
from pathlib import Path

from prover.errors import InputProblem
from prover.file_check import FileReport
from prover.file_prover import obstacle
from prover.lean_file import LeanFile
from prover.search.budget import Limit
from prover.service.parts import Parts
from prover.service.place import hole_at
from prover.service.requests import GoalsRequest
from prover.service.runs import Work
from prover.service.subject import InFile, file_of
from prover.service.work import judged, told, verdict

KEPT = 8
"""Texts whose reports are kept, for when only the cursor has moved."""


class Reports:
    """What Lean has said of the last few texts."""

    def __init__(self) -> None:
        self._reports: OrderedDict[bytes, FileReport] = OrderedDict()

    async def of(self, parts: Parts, file: LeanFile, seconds: float) -> FileReport:
        """Lean's report on a file. Raises what the check raises."""
        if file.raw not in self._reports:
            self._reports[file.raw] = await parts.check(file, seconds=seconds, audits=False)
        self._reports.move_to_end(file.raw)
        while len(self._reports) > KEPT:
            self._reports.popitem(last=False)
        return self._reports[file.raw]


async def goals(
    parts: Parts, root: Path, limit: Limit, request: GoalsRequest, reports: Reports
) -> Work:
    """The events of a check; the result has the `goals` of the hole that the position means.

    Its status is `open` where there is such a hole, else as for a check.
    """
    file = file_of(root, request.file)
    report = await reports.of(parts, file, limit.seconds)
    for event in told(report):
        yield event
    result = judged(*verdict(file, report))
    try:
        hole = hole_at(file, report.holes, request.file.line, request.file.column)
    except InputProblem:
        yield {**result, "goals": []}
        return
    found = InFile(file, report, hole)
    if reason := obstacle(file, report, hole, alone=True):
        result = {**result, "message": reason}
    else:
        result = {"event": "result", "status": "open", "goals": await _opened(parts, found)}
    yield {"event": "result", "goals": [], **found.place, **result}


async def _opened(parts: Parts, found: InFile) -> list[str]:
    async with parts.session() as session:
        state = await session.open(found.theorem)
    return [goal.pretty for goal in state.goals]
