"""Which keyword may have been meant where Lean found none."""

from __future__ import annotations

import difflib
import re

from prover.check import Message
from prover.file import LeanFile

COMMANDS = (
    "theorem", "example", "def", "abbrev", "instance", "axiom", "opaque", "structure", "class",
    "inductive", "namespace", "section", "end", "open", "variable", "universe", "import",
    "noncomputable", "private", "protected", "mutual", "macro", "notation", "deriving", "attribute",
)  # fmt: skip
LEMMA = "`lemma` is a word of Mathlib; here write `theorem`."


def meant(file: LeanFile, message: Message) -> str:
    """What to write instead of the word at which Lean expected a command; empty where there is
    nothing to say."""
    if "expected command" not in message.text:
        return ""
    start = file.offset(message.line, message.column)
    found = re.match(rb"[a-z]+", file.text[start:])
    word = found[0].decode() if found else ""
    if word == "lemma":
        return LEMMA
    near = difflib.get_close_matches(word, COMMANDS, n=1)
    return f"Did you mean `{near[0]}`?" if near else ""
