"""`prover check`: what Lean says of a file, and what its declarations rest on."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer
from rich import box
from rich.table import Table

from prover.cli import options
from prover.cli.console import Exit, axioms_text, results, run, write_json
from prover.cli.prove_output import as_error
from prover.errors import counted, sentences
from prover.file_check import Declaration, FileReport, Gap, Message, check_file
from prover.lean.backends import LeanSpec
from prover.lean_file import LeanFile
from prover.requirement import Requirement, requirements

EXAMPLES = (
    "Examples: `prover check Finished.lean` · `prover check --json Finished.lean` · "
    "`prover check Finished.lean --require MyProject.main --require MyProject.lemma_2`"
)


def check(
    file: Annotated[Path, typer.Argument(help="A Lean file.", show_default=False)],
    json: Annotated[bool, typer.Option("--json", help="One JSON object a line.")] = False,
    require: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME",
            help="Fail unless the file declares this full name, without `sorry` and within the "
            "standard axioms. Names alone are looked at, in a process that ran the file's own "
            "programs: it is no judge of statements. May be repeated.",
            show_default=False,
        ),
    ] = None,
    lean: options.LeanOption = options.DEFAULT,
    project: options.ProjectOption = None,
    sandbox: options.SandboxOption = False,
) -> None:
    """Check a finished file with a fresh Lean, and list what each declaration rests on.

    Exit code 0 when Lean reports no error and every declaration rests on nothing but the standard
    axioms; 1 otherwise.
    """
    source = LeanFile.read(file)
    wanted = LeanSpec(
        lean, project, file=file, imports=source.imports, sandbox=sandbox, spare=False
    )

    async def work() -> FileReport:
        async with options.open_backend(wanted) as lean_at_work:
            return await check_file(lean_at_work, source)

    report = run(work)
    raise typer.Exit(show(source, report, requirements(report, require or []), json=json))


def show(
    file: LeanFile, report: FileReport, required: Sequence[Requirement], *, json: bool
) -> Exit:
    """Writes a report; its exit code."""
    if json:
        items: list[Message | Declaration | Gap | Requirement]
        items = [*report.told, *report.declarations, *report.gaps, *required]
        for item in items:
            write_json({**item.to_json(), "file": str(file.path)})
    else:
        for message in report.told:
            if message.fatal:
                results().print(as_error(file, message))
            else:
                place = f"{file.path}:{message.line}:{message.column}"
                results().print(f"{place}: {message.severity}: {message.text}")
        if report.declarations:
            results().print(table(report))
        for found in report.declarations:
            if not found.accepted:
                results().print(f"{found.name} is not accepted: {found.reason}")
        for gap in report.gaps:
            results().print(f"{file.path}:{gap.line}:{gap.column}: {gap.reason}")
        for requirement in required:
            if not requirement.met:
                results().print(sentences(requirement.objection, requirement.hint))
        results().print(verdict(report))
    met = all(requirement.met for requirement in required)
    return Exit.PROVED if report.sound and met else Exit.NOT_PROVED


def table(report: FileReport) -> Table:
    """A line for each declaration."""
    drawn = Table(box=box.SIMPLE_HEAD)
    drawn.add_column("declaration", overflow="fold")
    drawn.add_column("kind")
    drawn.add_column("rests on", overflow="fold")
    drawn.add_column("library\nproofs\ntrusted", justify="right")
    for found in report.declarations:
        kind = "theorem" if found.is_theorem else "definition"
        kind = "example" if found.name == "example" else kind
        trust = axioms_text(found.axioms, found.trusted) + (
            "" if found.accepted else " (not accepted)"
        )
        drawn.add_row(found.name, kind, trust, str(found.trusted))
    return drawn


def verdict(report: FileReport) -> str:
    """The report in one sentence."""
    refused = sum(not found.accepted for found in report.declarations)
    faults = [
        counted(len(report.faults), "error"),
        counted(len(report.holes), "`sorry`"),
        counted(refused, "declaration") + " not accepted",
        counted(len(report.gaps), "place") + " without a proof",
    ]
    faults = [fault for fault in faults if not fault.startswith("0 ")]
    return (
        ", ".join(faults)
        or f"no errors, {counted(len(report.declarations), 'declaration')} verified"
    )
