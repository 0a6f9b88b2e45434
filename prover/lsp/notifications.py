"""What the user reads: the news first, as a notification shows some 55 characters of it."""

from __future__ import annotations

from collections.abc import Sequence

from prover.errors import counted, sentences
from prover.lsp.framing import Json

SHOWN = 60
"""Characters of a tactic in the name of its action."""
SHOWN_OF_GOAL = 40
SHOWN_ON_BUTTON = 32
MORE = "`prover lsp` can give it more time with `--seconds`"


def described(line: int, result: Json) -> str:
    """Why there is no proof for the hole on this line."""
    status, message = result["status"], result["message"] or result["status"]
    if status not in ("exhausted", "limit"):
        refusal = result.get("refusal")
        refused = f"The script was:\n{refusal['script']}\n" if refusal else ""
        return sentences(f"Line {line}: {message}", result.get("hint", ""), refused)
    tactics = result.get("tactics", 0)
    tried = f"; {counted(tactics, 'tactic')} tried" if tactics else ""
    why = "Nothing is left to try" if status == "exhausted" and tactics else message
    more = MORE if status == "limit" and result.get("limit") == "seconds" else ""
    return sentences(f"Line {line}: no proof found{tried}", why, more)


def summary(proved: int, count: int, left: Sequence[tuple[int, str]]) -> str:
    """How it went with several holes; those that are left, by their lines, with the reasons."""
    lines = sorted({line for line, _ in left})
    numbers = " and ".join(filter(None, [", ".join(map(str, lines[:-1])), str(lines[-1])]))
    are = f"line {numbers} is left" if len(lines) == 1 else f"lines {numbers} are left"
    return sentences(f"proved {proved} of {count}; {are}", *(reason for _, reason in sorted(left)))


def suggestion_title(suggestion: Json) -> str:
    """The name of the action that uses a suggestion."""
    goals = suggestion["goals"]
    left = _left(suggestion)
    if len(goals) == 1:
        left = f"leaves ⊢ {_shortened(goals[0].rpartition('⊢')[2], SHOWN_OF_GOAL)}"
    return f"{_shortened(suggestion['tactic'], SHOWN)} ({left})"


def button(suggestion: Json) -> str:
    """A shorter name."""
    return f"{_shortened(suggestion['tactic'], SHOWN_ON_BUTTON)} ({_left(suggestion)})"


def _left(suggestion: Json) -> str:
    goals = counted(len(suggestion["goals"]), "goal")
    return "closes the goal" if suggestion["closes"] else f"leaves {goals}"


def _shortened(text: str, most: int) -> str:
    text = " ".join(text.split())
    return text if len(text) <= most else text[: most - 1] + "…"
