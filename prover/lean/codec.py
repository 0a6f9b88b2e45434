"""From the worker's JSON to the values of `prover.lean.interface`.

Names get their daggers and goals their text here, by the rules of Lean's own `Lean.Meta.ppGoal`
and `LocalContext.sanitizeNames`, from the pieces that Lean has printed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from typing import Any

from prover.lean.interface import (
    Binder,
    Closed,
    Definition,
    Goal,
    Hypothesis,
    Outcome,
    Premise,
    Progress,
    Rejected,
    State,
    TacticError,
    Timeout,
    Verification,
)
from prover.theorem import Theorem

WIDTH = 100
"""Where lines break, as in the worker."""
SUPERSCRIPTS = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")

Json = dict[str, Any]


def hole(theorem: Theorem) -> Json:
    """What the worker is asked to open."""
    return {
        "header": theorem.header,
        "declaration": theorem.declaration,
        "offset": theorem.offset,
    }


def claim(theorem: Theorem, script: str) -> Json:
    """What the worker is asked to decide: that the script proves the theorem."""
    return {**hole(theorem), "filled": theorem.filled(script).declaration, "script": script}


def goal(json: Json) -> Goal:
    """A goal of the protocol."""
    hypotheses = tuple(_hypotheses(json["hypotheses"]))
    return Goal(
        hypotheses=hypotheses,
        target=json["target"],
        head=json["head"],
        key=json["key"],
        pretty=pretty(hypotheses, json["target"]),
        binders=tuple(
            Binder(binder["name"], binder["dependent"], binder["proposition"])
            for binder in json.get("binders", ())
        ),
        definitions=tuple(
            Definition(item["name"], tuple(item["constructors"]))
            for item in json.get("definitions", ())
        ),
    )


def state(json: Json, handle: int) -> State:
    """A state of the protocol, under the handle that names it here."""
    return State(handle=handle, goals=tuple(map(goal, json["goals"])), key=json["key"])


def outcome(json: Json, states: Sequence[State]) -> Outcome:
    """What came of a tactic; `states` are those that it left."""
    message, seconds = json.get("message", ""), json.get("microseconds", 0) / 1e6
    match json["outcome"]:
        case "progress":
            return Progress(tuple(states), seconds=seconds)
        case "closed":
            return Closed(seconds=seconds)
        case "timeout":
            return Timeout(message, seconds=seconds)
        case "rejected":
            return Rejected(message, seconds=seconds)
        case _:
            return TacticError(message, seconds=seconds)


def premise(json: Json) -> Premise:
    """A premise of the protocol."""
    return Premise(json["name"], json["type"], float(json["score"]), tuple(json["uses"]))


def verification(json: Json, seconds: float) -> Verification:
    """The worker's verdict. A verdict that is not plainly a yes is a no."""
    accepted = json.get("accepted") is True
    reason = "" if accepted else str(json.get("reason") or "Lean gave no reason")
    return Verification(
        accepted,
        reason,
        axioms=tuple(map(str, json.get("axioms", ()))),
        trusted=int(json.get("trusted", 0)),
        whole=json.get("whole") is True,
        note=str(json.get("note", "")),
        seconds=seconds,
    )


def pretty(hypotheses: Sequence[Hypothesis], target: str) -> str:
    """The goal as Lean shows it: neighbours of one type together, then the target."""
    lines = [line for _, group in groupby(hypotheses, _group) for line in _lines(list(group))]
    return "\n".join([*lines, "⊢ " + target.replace("\n", "\n  ")])


def _group(hypothesis: Hypothesis) -> tuple[str, str | None]:
    return hypothesis.type, hypothesis.value


def _lines(group: list[Hypothesis]) -> Iterator[str]:
    first = group[0]
    if first.value is None:
        names = " ".join(hypothesis.name for hypothesis in group)
        yield _broken(f"{names} :", first.type)
    else:
        for hypothesis in group:
            yield _broken(f"{hypothesis.name} : {first.type} :=", first.value)


def _broken(start: str, rest: str) -> str:
    """The rest behind the start, or below it and indented when it does not fit the line."""
    if "\n" not in rest and len(start) + 1 + len(rest) <= WIDTH:
        return f"{start} {rest}"
    return start + "\n  " + rest.replace("\n", "\n  ")


def _hypotheses(items: Sequence[Json]) -> Iterable[Hypothesis]:
    """The hypotheses, with a dagger for each that is hidden by a later one or has no name to use.

    Lean numbers the daggers of one name from the last hypothesis back.
    """
    seen: set[str] = set()
    daggers: dict[str, int] = {}
    made: list[Hypothesis] = []
    for item in reversed(items):
        name, accessible = item["name"], item.get("accessible", True)
        accessible = accessible and name not in seen
        if accessible:
            seen.add(name)
        else:
            number = daggers.get(name, 0)
            daggers[name] = number + 1
            name += "✝" + (str(number).translate(SUPERSCRIPTS) if number else "")
        made.append(_hypothesis(item, name, accessible))
    return reversed(made)


def _hypothesis(item: Json, name: str, accessible: bool) -> Hypothesis:
    return Hypothesis(
        name=name,
        type=item["type"],
        head=item["head"],
        is_proposition=item["proposition"],
        value=item.get("value"),
        accessible=accessible,
        constructors=item.get("constructors"),
        recursive=item.get("recursive", False),
    )
