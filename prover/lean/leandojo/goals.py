"""Goals out of the text that LeanDojo gives for a state.

LeanDojo tells a state by its printed text alone, and so does the key made here: states merge when
they print alike. Two goals that differ only in what is not printed (implicit arguments, universe
levels) would then be taken for one. That can lose a proof and never makes one, since the gate
checks every script in a fresh Lean.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator

from prover.lean.base import Goal, Hypothesis, State
from prover.lean.leandojo.heads import binders, head, is_proposition, outside

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
