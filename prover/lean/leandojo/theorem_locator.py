"""Where a theorem stands in the text of a file, found without Lean and without tracing.

LeanDojo reads this from the syntax trees of a traced repository. For later Leans, which it can't
trace, the text itself is searched: declarations by their keyword at the start of a line, names
by the namespaces that are open there. What it finds is not believed: the verifier compares
statements.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from prover.errors import InputError, closest
from prover.lean_file import LeanFile
from prover.theorem import Theorem

LEXEME = re.compile(
    r'--[^\n]*|/-|"(?:[^"\\]|\\.)*"|(?<![\w\'])\'(?:[^\'\\\n]|\\[^\n\']+|\\\')\'', re.DOTALL
)
"""What may hold words that are none of Lean's: comments, strings and characters."""
BLOCK = re.compile(r"/-|-/")
NAME = r"(?:«[^»\n]*»|[^\s:({\[«⦃])+"
ATTRIBUTES = r"@\[(?:[^\[\]]|\[[^\[\]]*\])*\]"
MODIFIERS = (
    rf"(?:{ATTRIBUTES}\s*|(?:private|protected|public|noncomputable|nonrec|unsafe|meta|local)\s+)*"
)
OTHERS = (
    "abbrev alias attribute axiom builtin_initialize class def deriving elab elab_rules example "
    "export include inductive infix infixl infixr initialize instance irreducible_def macro "
    "macro_rules notation omit opaque open postfix prefix run_cmd scoped set_option simproc "
    "structure syntax universe variable variables"
)
COMMAND = re.compile(
    rf"^(?:(?P<opens>(?:public |noncomputable |meta )*(?:namespace|section|mutual))\b"
    rf"[ \t]*(?P<opened>{NAME})?"
    r"|(?P<end>end)\b"
    rf"|(?P<theorem>{MODIFIERS}(?:theorem|lemma)\s+(?P<name>{NAME}))"
    rf"|(?P<other>{MODIFIERS}(?:{OTHERS.replace(' ', '|')})\b|{ATTRIBUTES}|#))",
    re.MULTILINE,
)
BRACKETS = {"(": 1, "[": 1, "{": 1, "⦃": 1, "⟨": 1, ")": -1, "]": -1, "}": -1, "⦄": -1, "⟩": -1}


@dataclass(frozen=True)
class LocatedTheorem:
    """A theorem in a text: its full name and its span, in characters."""

    name: str
    start: int
    """Where its documentation starts, or what it is declared within, as `open A in`."""
    stop: int


def hidden(text: str) -> Iterator[tuple[int, int]]:
    """The spans of comments, which may be nested, of strings and of characters."""
    position = 0
    while match := LEXEME.search(text, position):
        position = _comment_end(text, match.start()) if match[0] == "/-" else match.end()
        yield match.start(), position


def _comment_end(text: str, start: int) -> int:
    depth = 0
    for match in BLOCK.finditer(text, start):
        depth += 1 if match[0] == "/-" else -1
        if depth == 0:
            return match.end()
    return len(text)


def mask_comments(text: str) -> str:
    """The text with spaces for what is hidden, so that every place stays the same."""
    shown, position = [], 0
    for start, stop in hidden(text):
        shown += [text[position:start], re.sub(r"[^\n]", " ", text[start:stop])]
        position = stop
    return "".join([*shown, text[position:]])


def theorems(text: str) -> Iterator[LocatedTheorem]:
    """The theorems of a text, in order."""
    bare = mask_comments(text)
    documents = {stop: start for start, stop in hidden(text) if text.startswith("/--", start)}
    commands = list(COMMAND.finditer(bare))
    scopes: list[str] = []
    begun = 0
    for command, following in zip(commands, [*commands[1:], None], strict=True):
        if not re.search(r"\sin\s*$", bare[: command.start()]):
            begun = command.start()
            begun = documents.get(len(text[:begun].rstrip()), begun)
        if command["opens"]:
            name = command["opened"] or ""
            scopes.append(name if command["opens"].endswith("namespace") else "")
        elif command["end"] and scopes:
            scopes.pop()
        elif command["theorem"]:
            stop = following.start() if following else len(bare)
            yield LocatedTheorem(
                full_name(scopes, command["name"]), begun, len(bare[:stop].rstrip())
            )


def full_name(scopes: list[str], name: str) -> str:
    """A declared name as it is called from everywhere."""
    if name.startswith("_root_."):
        return name.removeprefix("_root_.")
    return ".".join([*filter(None, scopes), name])


def proof_start(declaration: str) -> int:
    """Where in a declaration its proof starts, after `:=`; -1 where there is none."""
    bare, depth = mask_comments(declaration), 0
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
    """The theorem of this full name, with all of its proof as the hole. Raises `InputError`."""
    text = file.text.decode()
    known = {found.name: found for found in theorems(text)}
    if name not in known:
        hint = closest(known, name) if known else "LeanDojo takes `theorem` and `lemma` alone."
        raise InputError(f"{file.path} has no theorem that is called `{name}`", hint)
    found = known[name]
    declaration = text[found.start : found.stop]
    start = proof_start(declaration)
    if start < 0:
        raise InputError(
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
    proof = mask_comments(theorem.before[start:]) + mask_comments(theorem.after)
    return start >= 0 and proof.strip() in ("", "by")
