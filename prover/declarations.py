"""Where in a text its commands are, its theorems above all, found without Lean.

Words that Lean keeps for commands are taken for commands wherever no bracket is open around them;
other words that may start one, where they start a line in the first column.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from prover.lexer import Kind, Token, line_of

THEOREMS = frozenset({"theorem", "lemma", "example"})
DEFINITIONS = frozenset(
    {"def", "abbrev", "opaque", "axiom", "inductive", "structure", "class", "irreducible_def"}
)
RESERVED = THEOREMS | {
    "def", "abbrev", "axiom", "inductive", "structure", "instance", "namespace", "section",
    "mutual", "end",
}  # fmt: skip
"""Words that start a command wherever they stand outside of brackets."""
FIRST = RESERVED | {
    "#", "@", "alias", "attribute", "class", "compile_inductive", "declare_syntax_cat", "deriving",
    "elab", "elab_rules", "export", "extend_docs", "import", "include", "infix", "infixl",
    "infixr", "initialize", "irreducible_def", "local", "macro", "macro_rules", "meta",
    "noncomputable", "nonrec", "notation", "notation3", "omit", "opaque", "open", "partial",
    "postfix", "prefix", "private", "protected", "public", "scoped", "set_option",
    "suppress_compilation", "syntax", "universe", "unsafe", "variable",
}  # fmt: skip
"""Words that start a command where they stand in the first column."""
MODIFIERS = frozenset(
    {"private", "protected", "public", "noncomputable", "nonrec", "partial", "unsafe", "meta"}
)
LIMITED = frozenset(
    {"#", "attribute", "include", "local", "omit", "open", "set_option", "universe", "unseal",
     "variable"}
)  # fmt: skip
"""Commands that may stand before a declaration with `in`."""
CONTINUATIONS = frozenset({"where", "termination_by", "decreasing_by"})
BINDING = frozenset({"let", "letI", "have", "haveI"})
"""Words in a statement that have a `:=` of their own."""
DEPTH = {**dict.fromkeys("([{⟨⦃", 1), **dict.fromkeys(")]}⟩⦄", -1)}
GAPS = frozenset({"sorry", "admit"})
AROUND = frozenset({"by", "exact", "done", "(", ")", "{", "}", ";", "·"})
"""What a proof that is nothing but a `sorry` may have around it."""
PART = re.compile(r"«[^»]*»|[^.«»]+")


@dataclass(frozen=True)
class Declaration:
    """A declaration of a text. Places are those of its tokens."""

    start: int
    """With its documentation, attributes, modifiers and `open … in`."""
    word: int
    """Where `theorem` or the like stands."""
    stop: int
    name: str
    """In full; an `example`, or whatever else has no name, is called after its line."""
    mutual: int | None
    """Where the `mutual` stands that it is in."""


def declarations(code: Sequence[Token], text: str) -> list[Declaration]:
    """The theorems and the definitions of a text, in its order."""
    found: list[Declaration] = []
    names: set[str] = set()
    scopes: list[_Scope] = []
    words = _words(code)
    for word, following in zip(words, [*words[1:], len(code)], strict=False):
        if code[word].text not in THEOREMS | DEFINITIONS:
            _enter(code, word, scopes)
            continue
        stop = max(word + 1, _start(code, following))
        mutual = next((scope.place for scope in scopes if scope.mutual), None)
        name = _full_name(code, word, scopes, line_of(text, code[word].start))
        if name in names and code[word].text == "example":
            name += f"_{code[word].column}"
        names.add(name)
        found.append(Declaration(_start(code, word), word, stop, name, mutual))
    return found


def parts(name: str) -> list[str]:
    """The parts of a name, without `«»`."""
    return [part.strip("«»") for part in PART.findall(name)]


def name_parts(code: Iterable[Token]) -> Counter[str]:
    """How often each part of a name is there."""
    names = (token.text for token in code if token.kind is Kind.WORD)
    return Counter(part for name in names for part in parts(name))


def assignment(code: Sequence[Token], word: int, stop: int) -> int | None:
    """Where the `:=` stands that the proof of a theorem comes after, if it has one."""
    depth = bound = 0
    for place in range(word + 1, stop):
        text = code[place].text
        depth += DEPTH.get(text, 0)
        if depth:
            continue
        if text in CONTINUATIONS:
            return None
        if text in BINDING:
            bound += 1
        elif text == ":=" and not bound:
            return place
        elif text == ":=":
            bound -= 1
    return None


def gap(code: Sequence[Token], declared: Declaration, begin: int) -> int | None:
    """Where the proof of a declaration ends, if it is nothing but a `sorry`.

    A line after the `sorry` that begins no further to the right than the declaration is another
    command, which need not be known. Helpers behind `where` are a part of the proof.
    """
    found, helpers, stop = 0, False, declared.stop
    before = (code[place] for place in range(declared.start, -1, -1))
    column = next(token.column for token in before if token.leads)
    for place in range(begin, stop):
        token = code[place]
        continues = token.text in CONTINUATIONS
        if found and token.leads and token.column <= column and not continues:
            return place
        if continues and not found:
            return None
        helpers = helpers or continues
        if token.text in GAPS:
            found += not helpers
        elif not helpers and token.text not in AROUND:
            return None
    return stop if found == 1 else None


@dataclass(frozen=True)
class _Scope:
    """What an `end` ends."""

    place: int
    name: str = ""
    """Of a namespace."""
    mutual: bool = False


def _words(code: Sequence[Token]) -> list[int]:
    """Where the words are that make commands what they are."""
    found: list[int] = []
    depth = 0
    for index, token in enumerate(code):
        first = token.leads and token.column == 0
        if first and (token.kind is Kind.DOCUMENTATION or token.text in FIRST):
            depth = 0
            found.append(index)
        elif depth == 0 and token.kind is Kind.WORD:
            defines = token.text in DEFINITIONS and code[_start(code, index)].leads
            if token.text in RESERVED or defines:
                found.append(index)
        depth = max(0, depth + DEPTH.get(token.text, 0))
    return found


def _start(code: Sequence[Token], index: int) -> int:
    """The first token of the declaration whose keyword this is."""
    while index and index < len(code):
        before = code[index - 1]
        if before.kind is Kind.DOCUMENTATION or before.text in MODIFIERS:
            index -= 1
        else:
            opening = _opening(code, index - 1)
            if opening is None:
                break
            index = opening
    return index


def _opening(code: Sequence[Token], closing: int) -> int | None:
    """Where the attributes or the command start that end in this `]` or `in`."""
    match code[closing].text:
        case "]":
            return _attribute(code, closing)
        case "in":
            return _limited(code, closing)
    return None


def _attribute(code: Sequence[Token], closing: int) -> int | None:
    """Where `@[` is that belongs to this `]`."""
    depth = 0
    for index in range(closing, 0, -1):
        depth += {"]": 1, "[": -1}.get(code[index].text, 0)
        if depth == 0:
            return index - 1 if code[index - 1].text == "@" else None
    return None


def _limited(code: Sequence[Token], closing: int) -> int | None:
    """Where the command starts that ends in this `in`."""
    depth = 0
    for index in range(closing - 1, -1, -1):
        text = code[index].text
        depth -= DEPTH.get(text, 0)
        if depth == 0 and text in LIMITED:
            return index
        if code[index].leads and text in FIRST:
            return None
    return None


def _enter(code: Sequence[Token], word: int, scopes: list[_Scope]) -> None:
    """Takes note of a command that opens or ends a scope."""
    follower = code[word + 1] if word + 1 < len(code) else code[word]
    named = follower.kind is Kind.WORD and not follower.leads and follower.text not in FIRST
    names = PART.findall(follower.text) if named else [""]
    match code[word].text:
        case "namespace":
            scopes += [_Scope(word, name) for name in names]
        case "section":
            scopes += [_Scope(word) for _ in names]
        case "mutual":
            scopes.append(_Scope(word, mutual=True))
        case "end":
            del scopes[max(0, len(scopes) - len(names)) :]


def _full_name(code: Sequence[Token], word: int, scopes: Sequence[_Scope], line: int) -> str:
    follower = code[word + 1] if word + 1 < len(code) else None
    if code[word].text == "example" or follower is None or follower.kind is not Kind.WORD:
        return f"example_{line}"
    if follower.text.startswith("_root_."):
        return follower.text.removeprefix("_root_.")
    return ".".join([*(scope.name for scope in scopes if scope.name), follower.text])
