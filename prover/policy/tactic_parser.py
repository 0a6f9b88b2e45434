"""From what a model wrote to a tactic that is worth Lean's time, or why there is none in it.

Only wrappings are taken off: a tactic that Lean accepts stays what it is, except for its comments.
What is refused saves Lean's time and no more: whether a proof is sound is for the verifier to say.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Sequence
from enum import Enum

LONGEST = 2_000
"""Characters of a tactic."""
READ = 4 * LONGEST
"""Characters of a completion that are looked at."""


class Flaw(Enum):
    """Why a completion is not tried."""

    EMPTY = "empty"
    TOO_LONG = "too long"
    GIVES_UP = "gives up"
    """It leaves the goal unproved: `sorry`, `admit`, `stop`."""
    SUGGESTS = "only suggests"
    """It searches for tactics to suggest, as `exact?` does; at a cost, and the script would not be
    one to keep."""
    TRUSTS_COMPILER = "trusts the compiler"
    """`native_decide`, whose proofs rest on an axiom."""


BEGIN = re.compile(
    r"\s*(?:<s>|<bos>|<\|begin_of_text\|>|<\|im_start\|>(?:assistant\b)?"
    r"|<\|start_header_id\|>assistant<\|end_header_id\|>)"
)
END = re.compile(r"<\|[a-z]\w*\|>|<｜[^｜\n]*｜>|</s>|<eos>|<end_of_turn>", re.IGNORECASE)
FENCE = re.compile(r"```+(?:(?:lean ?4?|tactics?|text)\b)?", re.IGNORECASE)
PREMISE_MARK = re.compile(r"</?a>")
"""ReProver's models put the premises of their tactics between these."""
STRING_OR_COMMENT = re.compile(
    r"""("(?:\\(?:.|\Z)|[^"\\])*(?:"|\Z)|'"')|/-.*?(?:-/|\Z)|--[^\n]*""", re.DOTALL
)
BY = re.compile(r"(?:(?:\s*:=)?\s*by(?=\s|\Z))+")
BULLET = re.compile(r"( *)[·•.*-](?: +[·•.*-])*(?= |\Z)")

SUGGESTING = (
    "aesop|apply|bound|continuity|dsimp|exact|ext|field_simp|gcongr|grind|have|intros|measurability"
    "|observe|rcases|rewrites|rintro|rw|simp|simp_all|simp_all_arith|simp_arith|simpa"
    "|solve_by_elim|try"
)
"""With a question mark."""
PLACE = r"(?:^|[;(·{]|<;>|=>|\bby\b)\s*"
"""What stands before a tactic; names of hypotheses look like some tactics do."""
FLAWS = (
    (
        Flaw.GIVES_UP,
        re.compile(rf"(?<![\w.'])(?:sorry|admit|sorryAx)(?![\w'])|{PLACE}stop\b", re.M),
    ),
    (Flaw.TRUSTS_COMPILER, re.compile(r"(?<![\w.'])native_decide(?![\w'])|\bdecide\s*\+native\b")),
    (Flaw.SUGGESTS, re.compile(rf"(?<![\w.'])(?:{SUGGESTING})!?\?+(?![\w'])")),
    (Flaw.SUGGESTS, re.compile(rf"{PLACE}(?:hint|polyrith|show_term|library_search)\b(?!')", re.M)),
)


def parse_tactic(completion: str, echoes: Sequence[str] = ()) -> str | Flaw:
    """The first tactic of a completion, or what is wrong with it.

    It ends where a blank line, a code block or the model's turn does, and keeps its relative
    indentation. `echoes` are texts that the model may put before it.
    """
    text = _printable(_answer(completion)[:READ])
    while (bare := _unwrapped(text, echoes)) != text:
        text = bare
    return _flaw(text) or text


def _flaw(tactic: str) -> Flaw | None:
    if not tactic:
        return Flaw.EMPTY
    if len(tactic) > LONGEST:
        return Flaw.TOO_LONG
    return next((flaw for flaw, pattern in FLAWS if pattern.search(tactic)), None)


def _answer(text: str) -> str:
    """What a model that thinks aloud says in the end."""
    return text.rpartition("</think>")[2].partition("<think>")[0]


def _printable(text: str) -> str:
    """Without control characters; Lean refuses tabs, and any other white space is meant as one."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").expandtabs(2)
    return "".join(
        char if char == "\n" or char.isprintable() else " " if char.isspace() else ""
        for char in text
    )


def _unwrapped(text: str, echoes: Sequence[str]) -> str:
    """One layer of each kind taken off. No step makes the text longer, so this comes to an end."""
    text = _answer(text)
    while begin := BEGIN.match(text):
        text = text[begin.end() :]
    text = END.split(text, maxsplit=1)[0]
    text = _outside_markdown(text)
    text = PREMISE_MARK.sub("", text)
    text = _without_comments(text)
    for echo in echoes:
        if text.lstrip().startswith(echo):
            text = text.lstrip().removeprefix(echo)
    text = _first_block(text)
    for opening in (BY.match(text), _bullet(text)):
        if opening:
            text = " " * opening.end() + text[opening.end() :]
    return textwrap.dedent(_first_block(text)).strip()


def _outside_markdown(text: str) -> str:
    """What is in the first code block, or before one that the prompt had opened."""
    bare = text.strip()
    if len(bare) > 2 and bare[0] == bare[-1] == "`" and "`" not in bare[1:-1]:
        return bare[1:-1]
    fence = FENCE.search(text)
    if not fence:
        return text
    before, (inside, *more) = text[: fence.start()], FENCE.split(text[fence.end() :], maxsplit=1)
    tagged = not fence[0].endswith("`")
    opens = tagged or not before.strip() or bool(more and inside.strip())
    return inside if opens else before


def _without_comments(text: str) -> str:
    """Lines that are only a comment go as a whole, for a blank line would end the tactic."""
    marked = STRING_OR_COMMENT.sub(lambda found: found[1] or "\0", text)
    lines = [(line, line.replace("\0", "").rstrip()) for line in marked.split("\n")]
    return "\n".join(bare for line, bare in lines if bare or "\0" not in line)


def _first_block(text: str) -> str:
    """The lines up to a blank one, less blank ones that come before."""
    lines = text.split("\n")
    while lines and not lines[0].strip():
        lines.pop(0)
    end = next((number for number, line in enumerate(lines) if not line.strip()), len(lines))
    return "\n".join(lines[:end])


def _bullet(text: str) -> re.Match[str] | None:
    """A bullet before the text, if all of the text belongs to it."""
    bullet = BULLET.match(text)
    inside = bullet and all(
        len(line) - len(line.lstrip()) > len(bullet[1]) for line in text.split("\n")[1:]
    )
    return bullet if inside else None
