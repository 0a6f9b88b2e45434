"""The work behind the requests, in events: prove, check, goals, generate. It knows nothing of HTTP.

`generate` is what LeanCopilot asks of an external generator: tactics for a printed goal, with
scores. It runs them in Lean itself; the names of the fields are LeanCopilot's own
(`python/server.py`).
"""

from __future__ import annotations

import math
from collections import OrderedDict
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing, suppress
from pathlib import Path

from prover.api import Prover
from prover.errors import InputError
from prover.file_check import FileReport
from prover.file_prover import FileProver, Search, obstacle
from prover.incremental_verifier import TextVerifiers
from prover.lean.interface import Goal, State
from prover.lean_file import LeanFile
from prover.policy.policy import Candidate, Question
from prover.search.budget import Limit
from prover.search.events import Event, Verified
from prover.search.result import Result
from prover.service import theorem_resolver
from prover.service.runs import Work
from prover.service.schemas import CheckRequest, GenerateRequest, GoalsRequest, Json, ProveRequest
from prover.service.theorem_resolver import (
    HoleInFile,
    StandaloneTheorem,
    TheoremSource,
    file_of,
    hole_at,
    resolve,
    theorem_of,
)


async def prove(
    parts: Prover,
    root: Path,
    limit: Limit,
    request: ProveRequest,
    note: Callable[[Event], None] = lambda _: None,
) -> Work:
    """Searches for a proof: the events of the search, as `prover prove --json` has them.

    The result of a proof in a file has the `edit` that puts it there. `note` is told of each event
    of the search first.
    """
    async with parts.verifiers() as verifiers:
        found = await resolve(parts, root, request, verifiers)
        search = parts.search(limit=limit, avoid=request.avoid, seed=request.seed)
        async with aclosing(_search(search, verifiers, found)) as events:
            async for event in events:
                note(event)
                json = event.to_json()
                json = {"event": json["event"], **found.place, **json}
                if isinstance(event, Result) and event.script is not None:
                    json |= (
                        {"edit": found.edit(event.script)} if isinstance(found, HoleInFile) else {}
                    )
                yield json


async def _search(
    search: Search, verifiers: TextVerifiers, found: TheoremSource
) -> AsyncGenerator[Event, None]:
    match found:
        case StandaloneTheorem(theorem):
            async with verifiers.verifier() as verifier:
                verifier.ahead(theorem.header)
                async with aclosing(search(theorem, verifier)) as events:
                    async for event in events:
                        yield event
        case HoleInFile(file, report, hole):
            proving = FileProver(file, report, search=search, verifier=verifiers.verifier)
            async with aclosing(proving.run([hole])) as pairs:
                async for _, event in pairs:
                    yield event


async def check(parts: Prover, root: Path, limit: Limit, request: CheckRequest) -> Work:
    """What Lean says of a file, or the verifier of a script: `accepted` or `refused`."""
    if request.theorem is not None and request.script is not None:
        theorem = theorem_of(request.theorem)
        verification = await parts.verify(theorem, request.script)
        yield Verified(request.script, verification).to_json()
        yield judged(verification.accepted, verification.reason)
        return
    assert request.file is not None
    file = file_of(root, request.file)
    report = await parts.check(file, seconds=limit.seconds)
    for event in report_events(report):
        yield {**event, "file": str(file.path)}
    yield judged(*verdict(file, report))


def report_events(report: FileReport) -> list[Json]:
    """The events that say all that is in a report."""
    return [
        *(message.to_json() for message in report.told),
        *(declaration.to_json() for declaration in report.declarations),
        *(
            {
                "event": "hole",
                "theorem": hole.name,
                "line": hole.line,
                "column": hole.column,
                "obstacle": hole.obstacle,
            }
            for hole in report.holes
        ),
        *(gap.to_json() for gap in report.gaps),
    ]


def verdict(file: LeanFile, report: FileReport) -> tuple[bool, str]:
    """Whether a file is in order, and what is first to be mended in it."""
    if report.faults:
        return False, f"{file.path}:{report.faults[0]}"
    if report.holes:
        return False, f"{file.path}:{report.holes[0].line}: there is a `sorry`"
    for declaration in report.declarations:
        if not declaration.accepted:
            return False, f"{declaration.name} is not accepted: {declaration.reason}"
    return True, ""


def judged(accepted: bool, message: str) -> Json:
    """The last event of a check."""
    status = "accepted" if accepted else "refused"
    return {"event": "result", "status": status, "message": message}


KEPT = 8
"""Texts whose reports are kept, for when only the cursor has moved."""


class ReportCache:
    """What Lean has said of the last few texts."""

    def __init__(self) -> None:
        self._reports: OrderedDict[bytes, FileReport] = OrderedDict()

    async def of(self, parts: Prover, file: LeanFile, seconds: float) -> FileReport:
        """Lean's report on a file. Raises what the check raises."""
        if file.raw not in self._reports:
            self._reports[file.raw] = await parts.check(file, seconds=seconds, audits=False)
        self._reports.move_to_end(file.raw)
        while len(self._reports) > KEPT:
            self._reports.popitem(last=False)
        return self._reports[file.raw]


async def goals(
    parts: Prover, root: Path, limit: Limit, request: GoalsRequest, reports: ReportCache
) -> Work:
    """The events of a check; the result has the `goals` of the hole that the position means.

    Its status is `open` where there is such a hole, else as for a check.
    """
    file = file_of(root, request.file)
    report = await reports.of(parts, file, limit.seconds)
    for event in report_events(report):
        yield event
    result = judged(*verdict(file, report))
    try:
        hole = hole_at(file, report.holes, request.file.line, request.file.column)
    except InputError:
        yield {**result, "goals": []}
        return
    found = HoleInFile(file, report, hole)
    if reason := obstacle(file, report, hole, alone=True):
        result = {**result, "message": reason}
    else:
        result = {"event": "result", "status": "open", "goals": await _opened(parts, found)}
    yield {"event": "result", "goals": [], **found.place, **result}


async def _opened(parts: Prover, found: HoleInFile) -> list[str]:
    async with parts.session() as session:
        state = await session.open(found.theorem)
    return [goal.pretty for goal in state.goals]


COUNT = 32


async def generate(parts: Prover, request: GenerateRequest) -> Work:
    """One `result`, whose `outputs` are what LeanCopilot expects."""
    found = [
        {"output": candidate.tactic, "score": math.exp(candidate.logprob)}
        for candidate in await _proposed(parts, request.input)
        if candidate.tactic.startswith(request.prefix or "")
    ]
    yield {"event": "result", "status": "exhausted", "message": "", "outputs": found[:COUNT]}


async def _proposed(parts: Prover, goal: str) -> list[Candidate]:
    """What the policy proposes for the goal as Lean reads it, or else for its text alone."""
    with suppress(InputError):
        async with parts.session() as session:
            state = await session.open(theorem_resolver.theorem_from_goal(goal))
            wanted = parts.policy.premises_wanted
            premises = await session.premises(state, wanted) if wanted else ()
            [proposed] = await parts.policy.propose([Question(state, premises)], 4 * COUNT)
            return proposed
    target = goal.rpartition("⊢")[2].strip()
    state = State(0, (Goal((), target, "", goal, goal),), goal)
    [proposed] = await parts.policy.propose([Question(state)], 4 * COUNT)
    return proposed
