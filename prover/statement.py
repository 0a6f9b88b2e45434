"""A theorem as people state it: with or without its keyword, its `:= by`, a `sorry`, its file.

Benchmarks and clients send statements in all these forms, and they are made one here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from prover.declarations import DEPTH, THEOREMS, Declaration, assignment, declarations, gap
from prover.errors import InputError
from prover.lexer import Kind, Token, tokens
from prover.theorem import Theorem


@dataclass(frozen=True)
class Statement:
    """What is to be proved."""

    name: str
    """As the statement has it; empty where it has none."""
    header: str
    """What stands before it, with what the text had before it."""
    text: str
    """Up to and with `:= by`."""

    @property
    def theorem(self) -> Theorem:
        """What a search is given."""
        return Theorem.from_statement(self.name or "example", self.text, header=self.header)


def stated(text: str, header: str = "") -> Statement:
    """The last theorem of a text; a text without one is what an `example` is to say.

    Its `:= by`, or only the `by`, may be missing, and a `sorry` may follow. Raises `InputError`
    for anything else that follows, and for a text that can't be read. A `\r\n` is read as `\n`, as
    in a file.
    """
    text, header = text.replace("\r\n", "\n"), header.replace("\r\n", "\n")
    code = tokens(text)
    if not code:
        raise InputError("there is no statement", FORM)
    declared = declarations(code, text)
    found = [one for one in declared if code[one.word].text in THEOREMS]
    if declared and not found:
        raise InputError("the statement declares no theorem", FORM)
    if not found:
        return stated(f"example {'' if _has_signature(code) else ': '}{text}", header)
    last = found[-1]
    begin = code[last.start].start if last.start else 0
    name = "" if code[last.word].text == "example" else last.name
    whole = _ending_in_by(text, code, last)
    return Statement(name, _joined(header, text[:begin]), whole[begin:])


def _ending_in_by(text: str, code: Sequence[Token], theorem: Declaration) -> str:
    """The text up to and with the `:= by` of its last theorem."""
    place = assignment(code, theorem.word, len(code))
    if place is None:
        if any(token.text == "where" for token in code[theorem.word :]):
            raise InputError("the statement has a part of a proof", FOLLOWS)
        return f"{text[: code[-1].stop]} := by"
    proof = [token.text for token in code[place + 1 :]]
    if proof == ["by"]:
        return text
    if proof and gap(code, theorem, place + 1) is None:
        raise InputError("the statement has a proof or a part of one", FOLLOWS)
    if proof[:1] == ["by"]:
        return text[: code[place + 1].stop]
    return f"{text[: code[place].stop]} by"


FORM = "Write `theorem NAME … : … := by`."
FOLLOWS = "Leave out what follows `:= by`."


def _has_signature(code: Sequence[Token]) -> bool:
    """Whether a text without `theorem` begins as what follows it does: binders, then a colon."""
    depth = 0
    for token in code:
        depth += DEPTH.get(token.text, 0)
        closes = token.text in DEPTH
        if depth == 0 and not closes:
            return token.text == ":" and token.kind is Kind.SYMBOL
    return False


def _joined(header: str, before: str) -> str:
    """A header with what the text of a statement has before it."""
    if not before.strip():
        return header
    if not header.strip() or before.lstrip().startswith(f"{header.strip()}\n"):
        return before
    if any(token.text == "import" and token.leads for token in tokens(before)):
        raise InputError(
            "the statement has imports, and there is a header before it",
            "Put the imports into the header.",
        )
    return f"{header.rstrip()}\n{before}"
