"""Options that commands share: which Lean, which service, which holes, how a model is asked."""

from __future__ import annotations

import difflib
import re
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import ExitStack, asynccontextmanager
from pathlib import Path
from typing import Annotated, Any

import typer

from prover.cli.console import messages, status
from prover.errors import InputError
from prover.lean.backend import Backend
from prover.lean.backends import AUTOMATIC, LEANS, LeanSpec, open_lean
from prover.lean_file import Hole, LeanFile, hole_lines, holes_near, no_hole_near
from prover.policy.model_options import ModelOptions
from prover.progress import ReportProgress

LeanOption = Annotated[
    str,
    typer.Option(
        "--lean",
        metavar="NAME",
        help=f"Which Lean: {', '.join(LEANS)}. By default the native one for a file in a Lake "
        "project whose toolchain is installed, or else the embedded one.",
        show_default=False,
    ),
]
ProjectOption = Annotated[
    str | None,
    typer.Option(
        "--project",
        metavar="FOLDER",
        help="Use the native Lean of this Lake project; with `--lean leandojo` this one or "
        "`URL@COMMIT`.",
        show_default=False,
    ),
]
SandboxOption = Annotated[
    bool,
    typer.Option(
        "--sandbox",
        help="Run a native Lean without network and without writing; needs bubblewrap.",
    ),
]
DEFAULT = AUTOMATIC


@asynccontextmanager
async def open_backend(wanted: LeanSpec) -> AsyncIterator[Backend]:
    """The Lean that is wanted; what takes a while and what was chosen is told."""
    with ExitStack() as looking:
        report = reporting(looking.enter_context(status("looking for Lean")))
        async with open_lean(wanted, report=report, tell=messages().print) as lean:
            looking.close()
            yield lean


def reporting(update: Callable[[str], None]) -> ReportProgress:
    """Tells each step with how much of it is done."""

    def report(step: str, done: int, total: int | None) -> None:
        update(step + (f" {done / total:.0%}" if total else ""))

    return report


PLACE = re.compile(r"(?P<path>.+?):(?P<line>\d+)(?::\d+)?")


def split_place(argument: str) -> tuple[Path, int | None]:
    """The path and the line of `FILE`, `FILE:LINE` or `FILE:LINE:COLUMN`."""
    match = PLACE.fullmatch(argument)
    if match is None or Path(argument).exists():
        return Path(argument), None
    return Path(match["path"]), int(match["line"])


def at_line(file: LeanFile, holes: Sequence[Hole], line: int) -> list[Hole]:
    """The holes on a line, or else those of the declaration that the line belongs to.

    Raises `InputError` when there is none.
    """
    if found := holes_near(file, holes, line):
        return found
    raise InputError(no_hole_near(file, line), hole_lines(holes))


def named_holes(holes: Sequence[Hole], declared: Sequence[str], names: Sequence[str]) -> list[Hole]:
    """The holes of the declarations with these names; the end of a name will do.

    Raises `InputError` for a name that fits no declaration with a hole.
    """
    chosen: set[Hole] = set()
    for name in names:
        called = _called(name, [hole.name for hole in holes])
        if not called:
            raise _unknown(name, holes, declared)
        chosen |= {hole for hole in holes if hole.name in called}
    return [hole for hole in holes if hole in chosen]


def chosen_model_options(settings: Sequence[str], base: ModelOptions) -> ModelOptions:
    """With what is written as `NAME=VALUE`, the values as in YAML. Raises `InputError`."""
    return base.changed(dict(map(_setting, settings)))


def _setting(text: str) -> tuple[str, Any]:
    # Only where it is needed: it takes a while to import.
    import yaml

    name, sign, value = text.partition("=")
    if not sign:
        raise InputError(f"`{text}` sets nothing", "Write it as `samples=16`.")
    try:
        return name.strip(), yaml.safe_load(value)
    except yaml.YAMLError:
        raise InputError(f"`{value}` is no value of `{name}`", "Put it in quotes.") from None


def _called(name: str, known: Sequence[str]) -> list[str]:
    """That name, else those that end so."""
    return [one for one in known if one == name] or [
        one for one in known if one.endswith(f".{name}")
    ]


def _unknown(name: str, holes: Sequence[Hole], declared: Sequence[str]) -> InputError:
    if found := _called(name, declared):
        return InputError(f"`{found[0]}` has no `sorry`", "There is nothing to prove in it.")
    unproved = list(dict.fromkeys(hole.name for hole in holes if hole.name))
    if near := difflib.get_close_matches(name, dict.fromkeys([*unproved, *declared]), n=3):
        hint = f"Did you mean {' or '.join(near)}?"
    else:
        hint = f"With `sorry`: {', '.join(unproved)}." if unproved else "The file has no `sorry`."
    return InputError(f"no theorem is called `{name}`", hint)
