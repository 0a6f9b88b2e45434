"""What is told of an import that is not there."""

from __future__ import annotations

from collections.abc import Sequence

from prover.errors import InputProblem
from prover.lean.command import Command


def missing(what: str, imports: Sequence[str], said: str, command: Command) -> InputProblem:
    """Of a text with these imports that Lean, by what it said, can't import."""
    first, _, _ = said.partition("\n")
    module = next((name for name in imports if _root(name) in said), "")
    message = (
        f"{what} imports {module}, which {command.library} does not have"
        if module
        else f"{what} can't be checked: {first}"
    )
    return InputProblem(message, command.import_hint)


def _root(module: str) -> str:
    """How Lean's message names what it did not find."""
    return f"'{module.partition('.')[0]}'"
