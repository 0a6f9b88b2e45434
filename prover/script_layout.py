"""How a tactic script is written down in the place of a hole, as a person would.

A script must mean in its place what it means alone. So its lines keep their columns relative to one
another, and where what stands behind the hole could become a part of it, it gets brackets.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from textwrap import dedent

from prover.lexer import comment_stop

WIDTH = 100
"""What Mathlib's style allows."""
OPENING, CLOSING = "([{⟨", ")]}⟩"
STEP = 2
"""How much further right a block begins than what it belongs to."""
NO_CODE = re.compile(
    r'"(?:\\.|[^"\\])*"|(?<![\w\'])\'(?:\\.|[^\'\\])\'|/-.*?-/|--[^\n]*', re.DOTALL
)
BRACKETS = re.compile(
    rf"[{re.escape(OPENING)}][^{re.escape(OPENING + CLOSING)}]*[{re.escape(CLOSING)}]"
)
BEFORE_A_BLOCK = re.compile(r"(?<![\w.])(?:by|=>)\Z")
"""What tactics may follow on new lines."""
BEFORE_A_BY = re.compile(r"(?:^|\n)(?:(?!--)[^\n])*(?::=|=>|(?<![\w.])from)\Z")
"""What a `by` stands behind rather than below."""
WHOLE_PROOF = re.compile(r"(?:(?!:=|=>|\bby\b).)*:=\s*(?:by\s+)?", re.DOTALL)
"""What stands before a hole that is all of a theorem's proof."""
ATOM = re.compile(r"[\w.!?'₀-₉«»]+")
EXACT = re.compile(r"exact\s+(?=\S)")
WORD = re.compile(r"<;>|[\w.!?']+|\|[^\s\w.(⟨]+|\S")

TAKES_A_COMMA = re.compile(
    r"\b(?:cases|induction|exists|existsi|use|generalize|rcases|obtain|rename|nomatch"
    r"|fun_cases|fun_induction)\b"
)
TAKES_A_BAR = re.compile(r"\||\bwith\b")
TAKES_A_PATTERN = re.compile(r"\b(?:rcases|obtain)\b[^\n]*$")
TAKES_A_TYPE = re.compile(
    r"\b(?:cases|induction|rcases|obtain|generalize|by_cases|fun_cases|fun_induction)\b[^\n]*$"
)
"""What stands before a colon may be the name of what follows it, as in `cases h : term`."""
TAKES_A_STEP = re.compile(r"\bcalc\b(?!.*\n\s+_)", re.DOTALL)
"""A `calc` of one step takes what follows it for the next one."""
TAKES_A_TACTIC = re.compile(
    r"·|=>|\b(?:by|first|try|all_goals|any_goals|repeat1?'?|iterate|focus|calc|then|else|in"
    r"|on_goal|classical)\b"
)
NOT_ONE_TACTIC = re.compile(r";|·|\|")
REACHES_OTHER_GOALS = re.compile(
    r"\b(?:all_goals|any_goals|case|next|repeat1?'?|iterate|rotate_left|rotate_right|swap"
    r"|pick_goal|on_goal)\b|(?<!<);"
)
ENDS_A_PROOF = frozenset(["else", "then", "where", "termination_by", "decreasing_by", "deriving"])


@dataclass(frozen=True)
class Slot:
    """What Lean's parser says of the place of a hole.

    `block` and `base` are bytes of the file in a `Hole`, and columns of the text in a `Theorem`.
    """

    block: int | None = None
    """Where the tactic sequence starts that the hole is a tactic of."""
    base: int | None = None
    """From where a block on new lines may be indented, where there may be one."""
    alone: bool = False
    """Whether the hole is all of its tactic sequence."""
    bare: bool = False
    """Whether `by …` may stand there without brackets."""
    any_term: bool = False
    """Whether any term may."""
    fixed: bool = False
    """Whether what stands behind it on its line must keep its column."""
    crowded: bool = False
    """Whether there are several goals."""


@dataclass(frozen=True)
class Gap:
    """A text without its hole."""

    before: str
    after: str
    slot: Slot
    space: str = ""
    """What is to stand before the hole."""

    @property
    def column(self) -> int:
        """Where the hole starts on its line."""
        return _last(self.before)

    @property
    def rest(self) -> str:
        """What stands behind the hole on its line."""
        return self.after.partition("\n")[0].rstrip()

    def fits(self, text: str) -> bool:
        """Whether the line is not too long with the text."""
        return self.column + len(text) + len(self.rest) <= WIDTH

    @property
    def raised(self) -> Gap:
        """Where a `by` belongs: rather behind the line before than at the start of one."""
        before, _, line = self.before.rpartition("\n")
        if line.strip() or self.slot.base is None:
            return self
        if BEFORE_A_BY.search(before.rstrip()):
            return replace(self, before=before.rstrip(), space=" ")
        return replace(self, slot=replace(self.slot, base=self.column))


def guessed(before: str, after: str, *, is_term: bool) -> Slot:
    """What the text around a hole says of its place, where Lean was not asked."""
    if WHOLE_PROOF.fullmatch(before) and not _next(after)[0]:
        whole = Slot(base=0, bare=True, any_term=True)
        return whole if is_term else Slot(block=_last(before), base=0, alone=True)
    starts_a_block = re.search(r"(?:^|\n|(?<![\w.])by) *\Z", before)
    return Slot(block=_last(before) if starts_a_block and not is_term else None)


def lay_out_script(script: str, gap: Gap, *, is_term: bool) -> tuple[str, str]:
    """What then stands before the hole, and in its place."""
    lines = _closed(dedent(script).strip("\n"), gap.rest).split("\n")
    if gap.slot.crowded and (len(lines) > 1 or REACHES_OTHER_GOALS.search(lines[0])):
        lines = ["· " + lines[0], *("  " + line if line else "" for line in lines[1:])]
    if gap.slot.fixed:
        return gap.before, _fixed("(by " if is_term else "(", lines, gap)
    return _term(lines, gap) if is_term else _tactics(lines, gap)


def swallows(script: str, after: str) -> bool:
    """Whether what stands behind a hole could become a part of the script."""
    word, same_line = _next(after)
    code = _unbracketed(script)
    if not word or word in CLOSING:
        return False
    match word:
        case ",":
            return bool(TAKES_A_COMMA.search(re.split(r"<;>|;|\n", code)[-1]))
        case "|":
            return bool((TAKES_A_BAR if same_line else TAKES_A_PATTERN).search(code))
        case ";" | "<;>":
            return bool(TAKES_A_TACTIC.search(code))
        case ":":
            return bool(TAKES_A_TYPE.search(code))
    if word in ENDS_A_PROOF:
        return False
    starts_a_line = not same_line and (ATOM.fullmatch(word) or word in OPENING + "·")
    return not starts_a_line or bool(TAKES_A_STEP.search(code))


def _tactics(lines: list[str], gap: Gap) -> tuple[str, str]:
    """The lines where Lean expects a tactic."""
    slot, text = gap.slot, "\n".join(lines)
    is_one = len(lines) == 1 and not NOT_ONE_TACTIC.search(_unbracketed(text))
    if swallows(text, gap.after) or _is_open(text, gap) or (slot.block is None and not is_one):
        return gap.before, _aligned("(", lines, gap.column, ")")
    before = gap.before.rstrip(" ")
    may_move = slot.alone and slot.base is not None and BEFORE_A_BLOCK.search(before)
    if may_move and not _stays(lines, gap, text):
        return before, _block(lines, gap)
    indent = gap.column if slot.block is None else slot.block
    return gap.before, _joined(lines, indent)


def _term(lines: list[str], gap: Gap) -> tuple[str, str]:
    """The lines where Lean expects a term."""
    slot, text = gap.slot, "\n".join(lines)
    term = _exact(text)
    if term is not None:
        alone = slot.any_term and not swallows(term, gap.after) and not _is_open(term, gap)
        term = term if alone or _is_atom(term) else _aligned("(", [term], gap.column, ")")
        if slot.base is None or _stays([term], gap, term):
            return gap.before, term
    if not slot.bare or swallows(text, gap.after) or _is_open(text, gap):
        return gap.before, _aligned("(by ", lines, gap.column, ")")
    one = f"by {text}"
    if len(lines) == 1 and gap.raised.fits(gap.space + one):
        return gap.raised.before, gap.raised.space + one
    if slot.base is None or _stays(lines, gap, one):
        return gap.before, _aligned("by ", lines, gap.column)
    return gap.raised.before, gap.raised.space + "by" + _block(lines, gap.raised)


def _stays(lines: list[str], gap: Gap, text: str) -> bool:
    """Whether one line stays behind what is before the hole: it fits, or would not fit below."""
    below = (gap.slot.base or 0) + STEP + len(lines[0]) + len(gap.rest)
    return len(lines) == 1 and (gap.fits(text) or below > WIDTH)


def _block(lines: list[str], gap: Gap) -> str:
    """The lines on new lines."""
    return "\n" + " " * ((gap.slot.base or 0) + STEP) + _joined(lines, (gap.slot.base or 0) + STEP)


def _aligned(opening: str, lines: list[str], column: int, closing: str = "") -> str:
    """The lines behind an opening at this column; the closing is out of reach of a comment."""
    text = _closed("\n".join(lines), closing)
    end = "\n" + " " * column if closing and _comment(text) is not None else ""
    return opening + _joined(text.split("\n"), column + len(opening)) + end + closing


def _fixed(opening: str, lines: list[str], gap: Gap) -> str:
    """The lines in brackets that end where the hole did."""
    last = gap.column + len("sorry") - 1
    return opening + _joined(lines, gap.column + len(opening)) + "\n" + " " * last + ")"


def _last(text: str) -> int:
    """How long the last line is."""
    return len(text) - text.rfind("\n") - 1


def _joined(lines: Sequence[str], indent: int) -> str:
    """The lines, all but the first indented; an empty one gets no spaces."""
    return "\n".join([lines[0], *(" " * indent + line if line else "" for line in lines[1:])])


def _exact(text: str) -> str | None:
    """The term, if a script is `exact` with one that says all on one line; with its comment."""
    exact = EXACT.match(text)
    if exact is None or "\n" in text:
        return None
    return None if ";" in _unbracketed(text) else text[exact.end() :].rstrip()


def _is_atom(term: str) -> bool:
    """Whether a term is one in any place: a word, or something in brackets."""
    return bool(ATOM.fullmatch(term)) or (term[0] in OPENING and not _unbracketed(term).strip())


def _code(text: str) -> str:
    """The text with spaces in place of strings and comments."""
    return NO_CODE.sub(lambda match: re.sub(r"[^\n]", " ", match.group()), text)


def _unbracketed(text: str) -> str:
    """The code of a text without what is in brackets, which nothing outside can belong to."""
    code, rest = _code(text), ""
    while rest != code:
        rest, code = code, BRACKETS.sub("", code)
    return code


def _comment(text: str) -> int | None:
    """Where the comment starts that would hide what follows the text, if it ends in one."""
    ends = [match for match in NO_CODE.finditer(text) if match.end() == len(text)]
    return ends[0].start() if ends and ends[0].group().startswith("--") else None


def _closed(text: str, rest: str) -> str:
    """The script without a `;` at its end, its last comment one that has an end if need be."""
    start = _comment(text)
    if start is None:
        return re.sub(r"(?<!<)[;\s]+$", "", text)
    comment = text[start + len("--") :].strip()
    if not rest or rest.lstrip().startswith("--") or "/-" in comment or "-/" in comment:
        return text
    return text[:start] + f"/- {comment} -/"


def _is_open(text: str, gap: Gap) -> bool:
    """Whether a comment at the script's end would hide what stands behind the hole."""
    hides = _comment(text) is not None and gap.rest
    return bool(hides) and not gap.rest.lstrip().startswith("--")


def _next(after: str) -> tuple[str, bool]:
    """The first word behind the hole, and whether it is on the hole's line."""
    position, same_line = 0, True
    while True:
        space = re.compile(r"\s*(?:--[^\n]*)?").match(after, position)
        assert space is not None
        same_line = same_line and "\n" not in space.group()
        position = space.end()
        if after.startswith("/-", position):
            position = comment_stop(after, position) or len(after)
        elif not space.group():
            break
    word = WORD.match(after, position)
    return (word.group() if word else "", same_line)


def wrap_line(line: str, width: int = WIDTH) -> list[str]:
    """The line as lines of at most so many characters, where its commas allow it.

    It is broken after commas inside brackets and after `<;>`, where Lean does not mind, and goes
    on further to the right than it began. A line with a string in it is left alone.
    """
    if len(line) <= width or '"' in line:
        return [line]
    further = " " * (len(line) - len(line.lstrip(" ·")) + 2)
    first, *others = _pieces(line)
    lines = [first]
    for piece in others:
        if len(lines[-1]) + 1 + len(piece) <= width:
            lines[-1] += f" {piece}"
        else:
            lines.append(further + piece)
    return lines


def _pieces(line: str) -> Iterator[str]:
    """The line, cut at the spaces at which it may be broken."""
    depth = begin = 0
    for place, character in enumerate(line):
        depth += (character in OPENING) - (character in CLOSING)
        after_comma = depth > 0 and line[place - 1] == ","
        if character == " " and (after_comma or line[:place].endswith("<;>")):
            yield line[begin:place]
            begin = place + 1
    yield line[begin:]
