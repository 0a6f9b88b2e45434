"""Goals out of the text that LeanDojo gives for a state, with what their types are about.

Lean's own worker reads head constants and binders from the expression; LeanDojo gives text alone.
The policies use them to choose among tactics, so a wrong guess costs a tactic and never a proof.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator

from prover.lean.interface import Binder, Goal, Hypothesis, State

ONE_NAME = r"(?:«[^»\n]*»|[^\s«»])+"
NAMES = re.compile(rf"({ONE_NAME}(?: {ONE_NAME})*?) :(?=\s|$)")
COUNT = re.compile(r"\d+ goals\n")
ASSIGNED = re.compile(r" :=(?=\s)")
LOCAL = re.compile(r"(?<![\w.])(?:let|have|letI|haveI|let_fun)\s")
TURNSTILE = "⊢ "
KEY_DIGITS = 16


class NoState(ValueError):
    """A text that is not a printed state."""


def state(text: str, handle: int) -> State:
    """The state that prints so. Raises `NoState`."""
    text = COUNT.sub("", text, count=1) if COUNT.match(text) else text
    return State(handle=handle, goals=tuple(goals(text)), key=key(text))


def key(text: str) -> str:
    """A hash of the text, in hexadecimal digits."""
    return hashlib.sha256(text.strip().encode()).hexdigest()[:KEY_DIGITS]


def goals(text: str) -> Iterator[Goal]:
    """The goals of a printed state, in Lean's order. Raises `NoState`."""
    found = False
    for part in re.split(r"\n\s*\n", text.strip("\n")):
        found = True
        yield goal(part)
    if not found:
        raise NoState("the text of a state is empty")


def goal(text: str) -> Goal:
    """One printed goal. Raises `NoState` when it has no target."""
    *context, target = _entries(text)
    if not target.startswith(TURNSTILE):
        raise NoState(f"no target in what LeanDojo printed for a goal: {text[:200]!r}")
    aim = target.removeprefix(TURNSTILE)
    if context and re.match(r"case \S", context[0]):
        context = context[1:]
    return Goal(
        hypotheses=tuple(_hypotheses(context)),
        target=aim,
        head=head(aim),
        key=key(text),
        pretty=text,
        binders=binders(aim),
    )


def _entries(text: str) -> Iterator[str]:
    """Hypotheses and target, each with its continuation lines, which lose their indentation."""
    entry: list[str] = []
    for line in text.split("\n"):
        if entry and not line.startswith(" "):
            yield "\n".join(entry)
            entry = []
        entry.append(line.removeprefix("  ") if entry else line)
    yield "\n".join(entry)


def _hypotheses(entries: list[str]) -> Iterator[Hypothesis]:
    """The hypotheses, where one entry may have several names."""
    propositions: set[str] = set()
    for entry in entries:
        match = NAMES.match(entry)
        if match is None:
            raise NoState(f"LeanDojo printed a hypothesis without a type: {entry[:200]!r}")
        kind, value = _valued(entry[match.end() :].strip("\n ").strip())
        names = re.findall(ONE_NAME, match[1])
        if kind == "Prop":
            propositions.update(names)
        for name in names:
            yield Hypothesis(
                name=name,
                type=kind,
                head=head(kind),
                is_proposition=is_proposition(kind, frozenset(propositions)),
                value=value,
                accessible="✝" not in name,
            )


def _valued(text: str) -> tuple[str, str | None]:
    """The type, and the value of a `let` variable."""
    bare = outside(text)
    match = ASSIGNED.search(bare)
    if match is None or LOCAL.search(bare[: match.start()]):
        return text, None
    return text[: match.start()], text[match.end() :].strip()


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
