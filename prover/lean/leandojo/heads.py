"""What a printed type is about: its head constant and leading binders, guessed from its text.

Lean's own worker reads these from the expression; LeanDojo gives text alone. The policies use them
to choose among tactics, so a wrong guess costs a tactic and never a proof.
"""

from __future__ import annotations

import re

from prover.lean.base import Binder

OPERATORS = (
    ("↔", "Iff"),
    ("→", "→"),
    ("∨", "Or"),
    ("∧", "And"),
    ("=", "Eq"),
    ("≠", "Ne"),
    ("≤", "LE.le"),
    ("≥", "GE.ge"),
    ("<", "LT.lt"),
    (">", "GT.gt"),
    ("∣", "Dvd.dvd"),
    ("∈", "Membership.mem"),
    ("⊆", "HasSubset.Subset"),
)
"""Infix operators, those that bind least first."""
PROPOSITIONAL = {name for _, name in OPERATORS if name != "→"} | {
    "Exists",
    "Not",
    "True",
    "False",
    "Nonempty",
}
TYPES = {"ℕ": "Nat", "ℤ": "Int", "ℚ": "Rat", "ℝ": "Real", "ℂ": "Complex", "Type*": "Type"}
OPEN, CLOSE = "([{⟨⦃", ")]}⟩⦄"
NAME = re.compile(r"@?([^\s()\[\]{}⟨⟩,:↑⇑√-]+)")
BINDER_GROUP = re.compile(r"\s*[({⦃]([^(){}⦃⦄:]+):([^(){}⦃⦄]*)[)}⦄]|\s*([^\s(){}⦃⦄,:\[\]]+)")


def outside(text: str) -> str:
    """The text with spaces for all that stands in brackets or below a binder."""
    depth, shown = 0, []
    for character in text:
        depth -= character in CLOSE
        shown.append(character if depth <= 0 else " ")
        depth += character in OPEN
    bare = "".join(shown)
    below = re.search(r"[∀∃λ∑∏]|\bfun\b", bare)
    return bare[: below.start() + 1].ljust(len(text)) if below else bare


def head(type_: str) -> str:
    """The head constant of a printed type, `∀` or `→` for a function type; empty if unknown."""
    text = type_.strip()
    bare = outside(text)
    if text.startswith("∀"):
        return "∀"
    if text.startswith("∃"):
        return "Exists"
    for symbol, name in OPERATORS:
        if re.search(rf"\s{symbol}\s", bare):
            return name
    if text.startswith("¬"):
        return "Not"
    if text.startswith("(") and text.endswith(")") and not bare[1:-1].strip():
        return head(text[1:-1])
    found = NAME.match(text)
    if found is None:
        return ""
    return TYPES.get(found[1], found[1])


def is_proposition(type_: str, propositions: frozenset[str] = frozenset()) -> bool:
    """Whether a printed type is surely a proposition; `propositions` are variables that are."""
    known = head(type_)
    if known == "→":
        return is_proposition(result(type_), propositions)
    if known == "∀":
        body = type_.partition(",")[2]
        return bool(body) and is_proposition(body, propositions)
    return known in PROPOSITIONAL or known in propositions


def result(type_: str) -> str:
    """What a printed function type ends in."""
    return type_[outside(type_).rfind("→") + 1 :]


def binders(target: str) -> tuple[Binder, ...]:
    """What `intro` would bring in, outermost first, as far as the text tells."""
    text = target.strip()
    if text.startswith("∀"):
        bound, comma, body = _split(text[1:])
        if not comma:
            return ()
        return (*_named(bound, body), *binders(body))
    if head(text) != "→":
        return ()
    arrow = outside(text).index("→")
    premise, body = text[:arrow], text[arrow + 1 :]
    return (Binder("a", False, is_proposition(premise)), *binders(body))


def _split(text: str) -> tuple[str, str, str]:
    """What is bound and what follows the comma, which is outside of brackets."""
    depth = 0
    for index, character in enumerate(text):
        depth += (character in OPEN) - (character in CLOSE)
        if character == "," and depth == 0:
            return text[:index], ",", text[index + 1 :]
    return text, "", ""


def _named(bound: str, body: str) -> tuple[Binder, ...]:
    """The binders between `∀` and its comma."""
    typed = bound.partition(" : ")
    groups = (
        [(typed[0], typed[2])]
        if typed[1] and not typed[0].lstrip().startswith(tuple(OPEN))
        else [(match[1] or match[3], match[2] or "") for match in BINDER_GROUP.finditer(bound)]
    )
    return tuple(
        Binder(
            name, bool(re.search(rf"(?<!\w){re.escape(name)}(?!\w)", body)), is_proposition(kind)
        )
        for names, kind in groups
        for name in names.split()
    )
