"""From a question to the prompt of a model, less what is too long for it.

The templates are data, `templates.yaml` beside this module, which says where each comes from.
"""

from __future__ import annotations

import math
import re
from bisect import bisect_left
from collections.abc import Callable, Mapping, Set
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Any

import yaml

from prover.errors import lookup
from prover.lean.codec import pretty
from prover.lean.interface import Goal, State
from prover.policy.policy import Prompt, Question

FILE = Path(__file__).with_name("templates.yaml")
LINE = 200
"""Characters of a refused tactic, and of what Lean said of it, that are told."""


@dataclass(frozen=True)
class Template:
    """How a family of models is shown a state. Placeholders stand in braces."""

    name: str
    state: str
    """What is of one state: `{state}`, and `{path}`, `{premises}` and `{refusals}` if the template
    has them."""
    shared: str = ""
    """What comes before, the same for all states."""
    stop: tuple[str, ...] = ()
    premise: str = ""
    """How one premise is listed, `{name}` and `{type}`; empty if the template takes none."""
    premises: str = "{premises}"
    """What stands around the listed premises, where there are any."""
    refusal: str = ""
    """How one refused tactic is told, on a line: `{tactic}`, `{message}`."""
    refusals: str = "{refusals}"
    """What stands around the refused tactics, where there are any."""
    echoes: tuple[str, ...] = ()
    """What the model may put before its tactic."""

    @property
    def takes_path(self) -> bool:
        """Whether the prompt tells the tactics that led to the state."""
        return "{path}" in self.state


@dataclass(frozen=True)
class Prompted:
    """A prompt, and how many hypotheses of the state are not in it."""

    prompt: Prompt
    left_out: int = 0


def named(name: str) -> Template:
    """The template with this name. Raises `InputError` for any other name."""
    return lookup(templates(), name, "template")


@cache
def templates() -> Mapping[str, Template]:
    """All templates, by name."""
    data = _data()
    return {name: _template(name, entry, data) for name, entry in data["templates"].items()}


def default_for(model: str, *, chat: bool = False) -> Template:
    """The template for a model of this name; `chat` says that it is asked in chat form."""
    for pattern, name in _data()["models"]:
        if re.search(pattern, model, re.IGNORECASE):
            return named(name)
    return named("instruct" if chat else "llemma")


def prompted(
    template: Template, question: Question, fits: Callable[[str], bool]
) -> Prompted | None:
    """The prompt for a question; `fits` says whether a prompt is short enough.

    What doesn't fit is left out whole: first premises, the least relevant first, then the oldest
    tactics of the path, then refused tactics, then hypotheses (`prover.policy.prompts`). None
    when not even the targets fit.
    """
    filling = _Filling(template, question)
    dropped = _fewest(filling, lambda number: fits(template.shared + filling.own(number)))
    if dropped > filling.most:
        return None
    prompt = Prompt(template.shared, filling.own(dropped), template.stop, question.seed)
    return Prompted(prompt, filling.left_out(dropped))


def _fewest(filling: _Filling, enough: Callable[[int], bool]) -> int:
    """How many things to leave out so that it is enough; one too many if it never is.

    Searched first without the hypotheses, for the line about them makes the prompt longer again.
    """
    if enough(0):
        return 0
    if enough(filling.before):
        return bisect_left(range(filling.before), True, lo=1, key=enough)
    return bisect_left(range(filling.most + 1), True, lo=filling.before + 1, key=enough)


class _Filling:
    """What goes into a template, less the first few of the things that can be left out."""

    def __init__(self, template: Template, question: Question) -> None:
        self._template = template
        self._state = question.state
        self._premises = question.premises if template.premise else ()
        self._path = question.path if template.takes_path else ()
        self._refused = question.refused
        self.before = len(self._premises) + len(self._path) + len(self._refused)
        """How many things can be left out before hypotheses have to be."""
        self.most = self.before + sum(len(goal.hypotheses) for goal in question.state.goals)
        """How many things can be left out."""

    @cached_property
    def _expendable(self) -> list[Place]:
        return droppable_hypotheses(self._state)

    def left_out(self, dropped: int) -> int:
        """How many hypotheses are among so many things left out."""
        return max(0, dropped - self.before)

    def own(self, dropped: int) -> str:
        """The part of the prompt that is of one state, with so many things left out."""
        kept = max(0, len(self._premises) - dropped)
        forgotten = min(max(0, dropped - len(self._premises)), len(self._path))
        untold = max(0, dropped - len(self._premises) - forgotten)
        left_out = self.left_out(dropped)
        places = set(self._expendable[:left_out]) if left_out else set()
        state, refusals = without(self._state, places), self._told(len(self._refused) - untold)
        if "{refusals}" not in self._template.state:
            # As comments, where the line about hypotheses left out stands too.
            state, refusals = refusals + state, ""
        return _filled(
            self._template.state,
            state=state,
            path="\n".join(self._path[forgotten:]),
            premises=self._listed(kept),
            refusals=refusals,
        )

    def _told(self, kept: int) -> str:
        """The likeliest of the refused tactics with what Lean said of them."""
        if kept <= 0:
            return ""
        lines = "".join(
            _filled(
                self._template.refusal,
                tactic=_line(refusal.candidate.tactic),
                message=_line(refusal.message),
            )
            for refusal in self._refused[:kept]
        )
        return _filled(self._template.refusals, refusals=lines)

    def _listed(self, kept: int) -> str:
        """The best premises, the best of all next to the state."""
        if not kept:
            return ""
        lines = "".join(
            _filled(self._template.premise, name=premise.name, type=premise.type)
            for premise in reversed(self._premises[:kept])
        )
        return _filled(self._template.premises, premises=lines)


def _filled(layout: str, **values: str) -> str:
    """The layout with its placeholders filled; braces in the values mean nothing."""
    return layout.format(**values)


def _line(text: str) -> str:
    """The text on one line, cut off where it is long."""
    line = " ".join(text.split())
    return line if len(line) <= LINE else line[: LINE - 1] + "…"


def _template(name: str, entry: Mapping[str, Any], data: Mapping[str, Any]) -> Template:
    fields = {"refusal": data["refusal"], **entry}
    for key in ("stop", "echoes"):
        fields[key] = tuple(fields.get(key, ()))
    if answer := fields.pop("answer", ""):
        for shot in data["shots"]:
            empty = {"premises": "", "refusals": ""}
            fields["shared"] += _filled(fields["state"], state=shot["state"], **empty)
            fields["shared"] += _filled(answer, tactic=shot["tactic"])
    return Template(name, **fields)


@cache
def _data() -> dict[str, Any]:
    data: dict[str, Any] = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    return data


NAME = re.compile(r"[^\W\d][\w'✝]*")
TARGET = -1

Place = tuple[int, int]
"""Of a hypothesis: the number of its goal and its number there."""


def droppable_hypotheses(state: State) -> list[Place]:
    """All hypotheses, the first to be left out first.

    Of two that are equally far, that of a later goal goes first, then the one that came earlier.
    """
    places = [
        (-distance, -goal_number, number)
        for goal_number, goal in enumerate(state.goals)
        for number, distance in enumerate(distances(goal))
    ]
    return [(-goal_number, number) for _, goal_number, number in sorted(places)]


def distances(goal: Goal) -> list[float]:
    """How far each hypothesis is from the target; infinite where nothing leads there."""
    # Only where it is needed: it takes a while to import.
    import networkx as nx

    numbers = {hypothesis.name: number for number, hypothesis in enumerate(goal.hypotheses)}
    graph: nx.Graph[int] = nx.Graph()
    graph.add_node(TARGET)
    texts = {TARGET: goal.target}
    for number, hypothesis in enumerate(goal.hypotheses):
        texts[number] = f"{hypothesis.type} {hypothesis.value or ''}"
    for number, text in texts.items():
        graph.add_edges_from(
            (number, numbers[name]) for name in NAME.findall(text) if name in numbers
        )
    found = nx.single_source_shortest_path_length(graph, TARGET)
    return [found.get(number, math.inf) for number in range(len(goal.hypotheses))]


def without(state: State, places: Set[Place]) -> str:
    """The state as printed, without the hypotheses at these places."""
    if not places:
        return state.pretty
    goals = [
        pretty(
            [
                hypothesis
                for number, hypothesis in enumerate(goal.hypotheses)
                if (goal_number, number) not in places
            ],
            goal.target,
        )
        for goal_number, goal in enumerate(state.goals)
    ]
    noun = "hypothesis" if len(places) == 1 else "hypotheses"
    return f"-- {len(places)} {noun} left out\n" + "\n\n".join(goals)
