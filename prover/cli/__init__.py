"""The command line, one module a verb: results to standard output, the rest to standard error."""

from __future__ import annotations

import errno
import sys
from importlib.metadata import version
from typing import Annotated

import typer

from prover.cli import (
    bench,
    check,
    compare_runs,
    doctor,
    graph,
    lsp,
    mcp,
    prove,
    report_run,
    serve,
    setup,
)
from prover.cli.console import Exit, complain
from prover.errors import EnvironmentProblem, InputProblem, LeanDied, ProverError

app = typer.Typer(
    name="prover",
    help="Finds proofs for the `sorry`s of Lean 4 files; every proof is checked by a fresh Lean.",
    epilog="Exit codes: 0 all proved, 1 not all proved, 2 wrong input, 3 something needed is "
    "missing, 130 interrupted.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="markdown",
)
app.command("setup")(setup.setup)
app.command("doctor")(doctor.doctor)
app.command("prove", epilog=prove.EXAMPLES)(prove.prove)
app.command("check", epilog=check.EXAMPLES)(check.check)
app.command("bench", epilog=bench.EXAMPLES)(bench.bench)
app.command("graph", epilog=graph.EXAMPLES)(graph.graph)
app.command("report", epilog=report_run.EXAMPLES)(report_run.report)
app.command("compare", epilog=compare_runs.EXAMPLES)(compare_runs.compare_runs)
app.command("serve", epilog=serve.EXAMPLES)(serve.serve)
app.command("lsp", epilog=lsp.EXAMPLES)(lsp.lsp)
app.command("mcp", epilog=mcp.EXAMPLES)(mcp.mcp)


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"prover {version('prover')}")
        raise typer.Exit


@app.callback()
def _root(
    _: Annotated[
        bool,
        typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version."),
    ] = False,
) -> None:
    pass


def exit_code(error: ProverError) -> Exit:
    """The exit code for a failure that ended the command."""
    match error:
        case InputProblem():
            return Exit.USAGE
        case EnvironmentProblem() | LeanDied():
            return Exit.ENVIRONMENT
    return Exit.NOT_PROVED


def main() -> None:
    """Runs the command line; a foreseen failure ends in a message and an exit code, not a trace."""
    try:
        app()
    except ProverError as error:
        complain(error)
        sys.exit(exit_code(error))
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EIO, errno.EDQUOT):
            raise
        complain(EnvironmentProblem(f"the output can't be written: {error.strerror}"))
        sys.exit(Exit.ENVIRONMENT)
