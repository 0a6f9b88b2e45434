"""The work behind the requests, in events. It knows nothing of HTTP."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from pathlib import Path

from prover.file_check import FileReport
from prover.file_prover import FileProver, Search
from prover.incremental_verifier import TextVerifiers
from prover.lean_file import LeanFile
from prover.search.budget import Limit
from prover.search.events import Event, Verified
from prover.search.result import Result
from prover.service.parts import Parts
from prover.service.requests import CheckRequest, ProveRequest
from prover.service.runs import Json, Work
from prover.service.subject import Alone, InFile, Subject, file_of, subject, theorem_of


async def prove(
    parts: Parts,
    root: Path,
    limit: Limit,
    request: ProveRequest,
    note: Callable[[Event], None] = lambda _: None,
) -> Work:
    """Searches for a proof: the events of the search, as `prover prove --json` has them.

    The result of a proof in a file has the `edit` that puts it there. `note` is told of each event
    of the search first.
    """
    async with parts.walks() as walks:
        found = await subject(parts, root, request, walks)
        search = parts.search(limit=limit, avoid=request.avoid, seed=request.seed)
        async with aclosing(_search(search, walks, found)) as events:
            async for event in events:
                note(event)
                json = event.to_json()
                json = {"event": json["event"], **found.place, **json}
                if isinstance(event, Result) and event.script is not None:
                    json |= {"edit": found.edit(event.script)} if isinstance(found, InFile) else {}
                yield json


async def _search(
    search: Search, walks: TextVerifiers, found: Subject
) -> AsyncGenerator[Event, None]:
    match found:
        case Alone(theorem):
            async with walks.walk() as walk:
                walk.ahead(theorem.header)
                async with aclosing(search(theorem, walk)) as events:
                    async for event in events:
                        yield event
        case InFile(file, report, hole):
            proving = FileProver(file, report, search=search, walk=walks.walk)
            async with aclosing(proving.run([hole])) as pairs:
                async for _, event in pairs:
                    yield event


async def check(parts: Parts, root: Path, limit: Limit, request: CheckRequest) -> Work:
    """What Lean says of a file, or the gate of a script: `accepted` or `refused`."""
    if request.theorem is not None and request.script is not None:
        theorem = theorem_of(request.theorem)
        verification = await parts.verify(theorem, request.script)
        yield Verified(request.script, verification).to_json()
        yield judged(verification.accepted, verification.reason)
        return
    assert request.file is not None
    file = file_of(root, request.file)
    report = await parts.check(file, seconds=limit.seconds)
    for event in told(report):
        yield {**event, "file": str(file.path)}
    yield judged(*verdict(file, report))


def told(report: FileReport) -> list[Json]:
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
