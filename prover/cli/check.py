"""`prover check`: what Lean says of a file, and what its declarations rest on."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich import box
from rich.table import Table

from prover.check import Report
from prover.check import check as check_file
from prover.cli import leans
from prover.cli.console import Exit, results, run, write_json
from prover.cli.report import axioms_text, counted
from prover.file import LeanFile
from prover.lean.choosing import Wanted

EXAMPLES = "Examples: `prover check Finished.lean` · `prover check --json Finished.lean`"


def check(
    file: Annotated[Path, typer.Argument(help="A Lean file.", show_default=False)],
    json: Annotated[bool, typer.Option("--json", help="One JSON object a line.")] = False,
    lean: leans.LeanOption = leans.DEFAULT,
    project: leans.ProjectOption = None,
    sandbox: leans.SandboxOption = False,
) -> None:
    """Check a finished file with a fresh Lean, and list what each declaration rests on.

    Exit code 0 when Lean reports no error and every declaration rests on nothing but the standard
    axioms; 1 otherwise.
    """
    source = LeanFile.read(file)
    wanted = Wanted(lean, project, file=file, imports=source.imports, sandbox=sandbox, spare=False)

    async def work() -> Report:
        async with leans.opened(wanted) as lean_at_work:
            return await check_file(lean_at_work, source)

    raise typer.Exit(show(source, run(work), json))


def show(file: LeanFile, report: Report, json: bool) -> Exit:
    """Writes a report; its exit code."""
    if json:
        items = [item.to_json() for item in report.messages]
        for json_item in [*items, *(found.to_json() for found in report.declarations)]:
            write_json({**json_item, "file": str(file.path)})
    else:
        for message in report.messages:
            place = f"{file.path}:{message.line}:{message.column}"
            results().print(f"{place}: {message.severity}: {message.text}")
        if report.declarations:
            results().print(table(report))
        for found in report.declarations:
            if not found.accepted:
                results().print(f"{found.name} is not accepted: {found.reason}")
        results().print(verdict(report))
    accepted = all(found.accepted for found in report.declarations)
    sound = not report.errors and not report.holes and accepted
    return Exit.PROVED if sound else Exit.NOT_PROVED


def table(report: Report) -> Table:
    """A line for each declaration."""
    drawn = Table("declaration", "kind", "rests on", "library proofs trusted", box=box.SIMPLE_HEAD)
    for found in report.declarations:
        kind = "theorem" if found.is_theorem else "definition"
        kind = "example" if found.name == "example" else kind
        trust = axioms_text(found.axioms) + ("" if found.accepted else " (not accepted)")
        drawn.add_row(found.name, kind, trust, str(found.trusted))
    return drawn


def verdict(report: Report) -> str:
    """The report in one sentence."""
    refused = sum(not found.accepted for found in report.declarations)
    faults = [
        counted(len(report.errors), "error"),
        counted(len(report.holes), "`sorry`"),
        counted(refused, "declaration") + " not accepted",
    ]
    faults = [fault for fault in faults if not fault.startswith("0 ")]
    return (
        ", ".join(faults)
        or f"no errors, {counted(len(report.declarations), 'declaration')} verified"
    )
