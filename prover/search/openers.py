"""Openers: tactics that leave goals whatever they meet, as `intro` and `have` do.

Most tactics either close a goal or fail; an opener hardly ever closes it, and what it leaves is
still to be proved. So it costs more than itself, and what may close the goal is better tried first.
"""

from __future__ import annotations

import re

PIECES = re.compile(r"<;>|;|\n(?!\s)")
"""What separates the tactics of a block. An indented line belongs to the one before."""
OPENER = re.compile(
    r"(?:and_intros|by_cases'?|by_contra!?|constructor|contrapose!?|exfalso|ext|ext1|funext"
    r"|generalize|have[I']?|intros?|left|let|obtain|push_neg|replace|revert|right|rintro|set"
    r"|specialize|subst|subst_vars|suffices|symm|unfold)(?![\w'!?])"
)
HOLE = "?_"


def is_opener(tactic: str) -> bool:
    """Whether the tactic leaves goals, as far as its text tells.

    What it does last decides: `intro h; simp` may close the goal and `simp; intro h` can't. An
    answer that is wrong costs a search some of its order, and no proof.
    """
    if HOLE in tactic:
        return True
    last = PIECES.split(tactic.strip())[-1]
    return OPENER.match(last.lstrip("· ")) is not None
