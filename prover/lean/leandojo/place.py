"""Where a theorem stands in the text of a file, found without Lean and without tracing.

LeanDojo reads this from the syntax trees of a traced repository. For later Leans, which it can't
trace, the text itself is searched: declarations by their keyword at the start of a line, names
by the namespaces that are open there. What it finds is not believed: the gate compares statements.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from prover.errors import InputProblem
from prover.file import LeanFile
from prover.nearest import nearest
from prover.theorem import Theorem

COMMENT = re.compile(r'/-(?:[^-/]|-(?!/)|/(?!-))*-/|--[^\n]*|"(?:[^"\\]|\\.)*"', re.DOTALL)
NAME = r"(?:«[^»\n]*»|[^\s:({\[«⦃])+"
MODIFIERS = r"(?:@\[[^\]]*\]\s*|(?:private|protected|public|noncomputable|nonrec|unsafe)\s+)*"
COMMAND = re.compile(
    rf"^(?:(?P<opens>namespace|section|mutual)\b[ \t]*(?P<opened>{NAME})?"
    r"|(?P<end>end)\b"
    rf"|(?P<theorem>{MODIFIERS}(?:theorem|lemma)\s+(?P<name>{NAME}))"
    r"|(?P<other>[a-zA-Z#@/]\S*))",
    re.MULTILINE,
)
BRACKETS = {"(": 1, "[": 1, "{": 1, "⦃": 1, "⟨": 1, ")": -1, "]": -1, "}": -1, "⦄": -1, "⟩": -1}


@dataclass(frozen=True)
class Found:
    """A theorem in a text: its full name and its span, in characters."""

    name: str
    start: int
    stop: int


def blanked(text: str) -> str:
    """The text with spaces for comments and strings, so that every place stays the same."""
    before = None
    while text != before:
        before, text = text, COMMENT.sub(lambda m: re.sub(r"[^\n]", " ", m[0]), text)
    return text


def theorems(text: str) -> Iterator[Found]:
    """The theorems of a text, in order."""
    bare = blanked(text)
    commands = list(COMMAND.finditer(bare))
    scopes: list[str] = []
    for command, following in zip(commands, [*commands[1:], None], strict=True):
        if command["opens"]:
            name = command["opened"] or ""
            scopes.append(name if command["opens"] == "namespace" else "")
        elif command["end"] and scopes:
            scopes.pop()
        elif command["theorem"]:
            stop = following.start() if following else len(bare)
            stop = command.start() + len(bare[command.start() : stop].rstrip())
            yield Found(full_name(scopes, command["name"]), command.start(), stop)


def full_name(scopes: list[str], name: str) -> str:
    """A declared name as it is called from everywhere."""
    if name.startswith("_root_."):
        return name.removeprefix("_root_.")
    return ".".join([*filter(None, scopes), name])


def proof_start(declaration: str) -> int:
    """Where in a declaration its proof starts, after `:=`; -1 where there is none."""
    bare, depth = blanked(declaration), 0
    for index, character in enumerate(bare):
        depth += BRACKETS.get(character, 0)
        if depth == 0 and bare.startswith(":=", index) and not _local(bare[:index]):
            return index + len(":=")
    return -1


def _local(before: str) -> bool:
    """Whether the `:=` after this text belongs to a `let` or `have` in the statement."""
    last = re.split(r"[;\n]", before)[-1]
    return bool(re.search(r"(?<![\w.])(?:let|have|letI|haveI)\s[^:=]*(?::[^=]*)?$", last))


def theorem_in(file: LeanFile, name: str) -> Theorem:
    """The theorem of this full name, with all of its proof as the hole. Raises `InputProblem`."""
    text = file.text.decode()
    known = {found.name: found for found in theorems(text)}
    if name not in known:
        hint = nearest(known, name) if known else "LeanDojo takes `theorem` and `lemma` alone."
        raise InputProblem(f"{file.path} has no theorem that is called `{name}`", hint)
    found = known[name]
    declaration = text[found.start : found.stop]
    start = proof_start(declaration)
    if start < 0:
        raise InputProblem(
            f"`{name}` in {file.path} has no `:=`, so there is no proof to replace",
            "LeanDojo can't take theorems that are proved by `where` or by cases.",
        )
    line = text.count("\n", 0, found.start) + 1
    return Theorem(
        name=name,
        header=text[: found.start],
        before=declaration[:start] + " by\n  ",
        hole="sorry",
        source=f"{file.path}:{line}",
    )


def is_whole_proof(theorem: Theorem) -> bool:
    """Whether the theorem's hole is all of its proof."""
    start = proof_start(theorem.before)
    proof = blanked(theorem.before[start:]) + blanked(theorem.after)
    return start >= 0 and proof.strip() in ("", "by")
