"""What `prover prove` does once its Lean has been started."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import aclosing
from functools import partial

from prover.api import make_search
from prover.cli.console import Exit, messages, status
from prover.cli.prove import Task
from prover.cli.prove_output import GraphFiles, ProveOutput
from prover.cli.prove_progress import Progress
from prover.file_check import check_file
from prover.file_prover import FileProver, obstacle
from prover.incremental_verifier import IncrementalVerifier, TextVerifiers, VerifierPool
from prover.lean.backend import Backend
from prover.lean_file import Hole
from prover.policy.policy import Policy


async def work(task: Task, policy: Policy, lean: Backend, lines: ProveOutput) -> Exit:
    """Does the task with this policy and Lean; its exit code."""
    async with (
        VerifierPool(partial(IncrementalVerifier, lean, seconds=task.limit.verify_seconds)) as pool,
        TextVerifiers(pool) as verifiers,
    ):
        await verifiers.ahead(task.file, task.line, always=True)
        with status("starting Lean and reading the file"):
            report = await check_file(lean, task.file, audits=False)
        lines.errors(report)
        holes = task.holes(report)
        gaps = task.gaps(report, holes)
        obstacles = {hole: obstacle(task.file, report, hole, strict=task.strict) for hole in holes}
        reach = [hole for hole in holes if not obstacles[hole]]
        proving = FileProver(
            task.file,
            report,
            search=make_search(
                lean, limit=task.limit, policy=policy, configuration=task.configuration
            ),
            verifier=verifiers.verifier,
            workers=task.lean.workers,
        )
        graphs = GraphFiles(task.graph)
        interrupted = await follow(proving, lines, graphs, reach)
        for hole in holes:
            if obstacles[hole]:
                lines.event(hole, proving.leave(hole, obstacles[hole]))
        lines.gaps(gaps)
        lines.end(proving, report, holes)
        for path in graphs.write():
            messages().print(f"Wrote the graph to {path}")
        if task.write and (written := await proving.write(partial(check_file, lean))):
            lines.written(written)
    if interrupted:
        return Exit.INTERRUPTED
    if reach and all(proving.results[hole].unavailable for hole in reach):
        return Exit.ENVIRONMENT
    proved = len(proving.scripts) == len(holes) and all(map(proving.is_whole, holes))
    proved = proved and not gaps and not (task.is_whole and (report.errors or report.unread))
    proved = proved and (bool(holes) or report.sound)
    return Exit.PROVED if proved else Exit.NOT_PROVED


async def follow(
    proving: FileProver, lines: ProveOutput, graphs: GraphFiles, holes: Sequence[Hole]
) -> bool:
    """Writes down the events of the searches as they come; whether they were interrupted."""
    progress = Progress(holes)
    interrupted = False
    with progress.live():
        try:
            async with aclosing(proving.run(holes)) as events:
                async for hole, event in events:
                    progress.note(hole, event)
                    graphs.note(hole, event)
                    lines.event(hole, event)
        except asyncio.CancelledError:
            interrupted = True
    for hole, result in proving.end(holes):
        lines.event(hole, result)
    return interrupted
