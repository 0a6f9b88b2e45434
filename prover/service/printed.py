"""A goal as an editor shows it, back to a theorem that Lean can open."""

from __future__ import annotations

import re
from collections.abc import Iterator

from prover.errors import InputProblem
from prover.theorem import Theorem

NAME = "goal"
HINT = "Send the goal as Lean prints it, hypotheses first and `⊢` before the target."
UNNAMED = "✝"


def theorem(goal: str, header: str = "") -> Theorem:
    """The first goal of a printed tactic state, as a theorem.

    What Lean prints is not always what it reads: whether the theorem elaborates, Lean decides.
    Raises `InputProblem` for a text that is no goal, or that has names that nobody can write.
    """
    first = re.split(r"\n\s*\n", goal.strip(), maxsplit=1)[0]
    lines = [line for line in first.split("\n") if not line.startswith("case ")]
    where = next((place for place, line in enumerate(lines) if line.startswith("⊢")), None)
    if where is None:
        raise InputProblem("the goal has no line that starts with `⊢`", HINT)
    if UNNAMED in first:
        raise InputProblem(
            "the goal has hypotheses without a name (with `✝`)",
            "Name them, for example with `rename_i`, or send the file and the position.",
        )
    target = "\n".join([lines[where].removeprefix("⊢"), *lines[where + 1 :]]).strip()
    binders = " ".join(map(_binder, _hypotheses(lines[:where])))
    statement = f"theorem {NAME} {binders} :\n    {target} := by".replace("  :\n", " :\n")
    return Theorem.from_statement(NAME, statement, header=header)


def _hypotheses(lines: list[str]) -> Iterator[str]:
    """Each hypothesis with the lines that it goes on over, which are indented."""
    hypothesis: list[str] = []
    for line in lines:
        if hypothesis and not line.startswith(" "):
            yield "\n".join(hypothesis)
            hypothesis = []
        hypothesis.append(line)
    if hypothesis:
        yield "\n".join(hypothesis)


def _binder(hypothesis: str) -> str:
    """The hypothesis as a binder of a theorem."""
    names, colon, rest = hypothesis.partition(" :")
    if not colon or not names.strip():
        raise InputProblem(f"`{hypothesis}` is no hypothesis", HINT)
    if ":=" in rest:
        raise InputProblem(
            f"`{names}` is a local definition", "Send the file and the position instead."
        )
    instance = names.startswith("inst")
    return f"[{names} :{rest}]" if instance else f"({names} :{rest})"
