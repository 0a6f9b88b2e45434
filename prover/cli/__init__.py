"""The command line, one module a verb: results to standard output, the rest to standard error."""

from __future__ import annotations

import errno
import sys
from dataclasses import dataclass
from importlib import import_module
from typing import Annotated, Any, NoReturn

import typer
from typer.core import TyperGroup

from prover.errors import InputError, LeanDiedError, ProverError, SetupError

MANNER: dict[str, Any] = {"pretty_exceptions_enable": False, "rich_markup_mode": "markdown"}


@dataclass(frozen=True)
class Verb:
    """What is known of a verb before its module is imported, which takes longer than to list it."""

    module: str
    """Of this package."""
    function: str
    summary: str
    """How the description of the function begins."""

    def command(self, name: str) -> Any:
        """The verb with its options."""
        module = import_module(f"{__name__}.{self.module}")
        alone = typer.Typer(add_completion=False, **MANNER)
        epilog = getattr(module, "EXAMPLES", None)
        alone.command(name, epilog=epilog)(getattr(module, self.function))
        return typer.main.get_command(alone)


VERBS = {
    "setup": Verb(
        "setup",
        "setup",
        "Install the embedded Lean into your cache, or repair it; it does nothing when all is "
        "well.",
    ),
    "doctor": Verb(
        "doctor",
        "doctor",
        "Check what the prover needs, one line each, with a fix for each that fails.",
    ),
    "prove": Verb("prove", "prove", "Find a proof for every `sorry` of a Lean file."),
    "check": Verb(
        "check",
        "check",
        "Check a finished file with a fresh Lean, and list what each declaration rests on.",
    ),
    "bench": Verb(
        "bench",
        "bench",
        "Try many problems, all cores busy, and keep each attempt as soon as it ends.",
    ),
    "graph": Verb("graph", "graph", "Draw or export the graph of a search that was recorded."),
    "report": Verb(
        "report",
        "report",
        "Tell what came of a batch run: what was proved, how surely, how fast, and why not.",
    ),
    "compare": Verb(
        "compare",
        "compare_runs",
        "Say which of two batch runs proved more, and whether that may be chance.",
    ),
    "serve": Verb(
        "serve",
        "serve",
        "Keep a policy and Lean ready, and serve editors and tools of this machine.",
    ),
    "lsp": Verb(
        "lsp",
        "lsp",
        "Stand between an editor and Lean's language server, and add code actions that prove.",
    ),
    "mcp": Verb(
        "mcp",
        "mcp",
        "Offer AI agents tools that prove, suggest and check, by the Model Context Protocol.",
    ),
}


class Verbs(TyperGroup):
    """Lists the verbs by what is known of them, and imports the one that is run."""

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """The verb that the arguments begin with, and the rest of them."""
        name, listed, rest = super().resolve_command(ctx, args)
        return name, listed and VERBS[str(name)].command(str(name)), rest


app = typer.Typer(
    name="prover",
    cls=Verbs,
    help="Finds proofs for the `sorry`s of Lean 4 files; every proof is checked by a fresh Lean.",
    epilog="Exit codes: 0 all proved, 1 not all proved, 2 wrong input, 3 something needed is "
    "missing, 130 interrupted.",
    no_args_is_help=True,
    **MANNER,
)
for _name, _verb in VERBS.items():
    app.command(_name, help=_verb.summary)(lambda: None)


def _show_version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

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


def main() -> None:
    """Runs the command line; a foreseen failure ends in a message and an exit code, not a trace."""
    try:
        app()
    except ProverError as error:
        fail(error)
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EIO, errno.EDQUOT):
            raise
        fail(SetupError(f"the output can't be written: {error.strerror}"))


def fail(error: ProverError) -> NoReturn:
    """Says what went wrong, and ends the program with the exit code for it."""
    from prover.cli.console import Exit, complain

    complain(error)
    match error:
        case InputError():
            sys.exit(Exit.USAGE)
        case SetupError() | LeanDiedError():
            sys.exit(Exit.ENVIRONMENT)
    sys.exit(Exit.NOT_PROVED)
