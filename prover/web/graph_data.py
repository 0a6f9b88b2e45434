"""The graph of a search as pages draw it: lists of equal length, one entry a state or
a tactic, so that it packs well and is read fast.

A step is the number of an expansion, from 1; what the opening of the theorem made has step 0.
"""

from __future__ import annotations

import base64
import gzip
import json
import math
from collections.abc import Iterable
from typing import Any

from prover.lean.interface import Closed, Outcome, Progress, Rejected, TacticError, Timeout
from prover.search.and_or_graph import NodeStatus
from prover.search.events import Event, Expanded
from prover.search.graph import ProofGraph
from prover.search.proof import shortest_proof
from prover.search.trace import GraphBuilder, steps

LONGEST_GOALS, LONGEST_TACTIC, LONGEST_MESSAGE = 3000, 1000, 600
"""Characters that the page shows of each."""
LEVEL = 6
"""Of compression: the highest takes five times as long and saves 2 %."""
STANDINGS = [*NodeStatus]
OUTCOMES: dict[type[Outcome], str] = {
    Progress: "progress",
    Closed: "closed",
    TacticError: "error",
    Timeout: "timeout",
    Rejected: "rejected",
}
WORKED = (OUTCOMES[Progress], OUTCOMES[Closed])

Json = dict[str, Any]


class GraphRecorder:
    """Takes in the events of a search, and what the graph was after each."""

    def __init__(self) -> None:
        self.states: dict[str, list[Any]] = {
            name: [] for name in ("goals", "found", "settled", "standing", "depth", "problem")
        }
        self.tactics: dict[str, list[Any]] = {
            name: []
            for name in ("state", "step", "text", "logprob", "outcome", "message", "children")
        }
        self.expansions: dict[str, list[Any]] = {"state": [], "cost": [], "waiting": []}
        self._numbers: dict[str, int] = {}
        self._open: set[int] = set()
        self._messages: dict[str, int] = {}

    def note(self, event: Event, graph: ProofGraph) -> None:
        """Takes in one event."""
        for key in list(graph.nodes)[len(self._numbers) :]:
            self._find(key, graph)
        if isinstance(event, Expanded):
            self._expand(event)
        self._settle(graph)

    def _find(self, key: str, graph: ProofGraph) -> None:
        node = graph.nodes[key]
        self._numbers[key] = len(self._numbers)
        self._open.add(self._numbers[key])
        # The event that found it is being taken in, so the number of expansions is one behind.
        step = len(self.expansions["state"]) + 1 if self._numbers[key] else 0
        row = [cut(node.state.pretty, LONGEST_GOALS), step, None, 0, node.depth, ""]
        for column, value in zip(self.states.values(), row, strict=True):
            column.append(value)

    def _expand(self, event: Expanded) -> None:
        number = self._numbers[event.state.key]
        row = [number, rounded(event.cost), event.waiting]
        for column, value in zip(self.expansions.values(), row, strict=True):
            column.append(value)
        self.states["problem"][number] = cut(event.problem, LONGEST_MESSAGE)
        for trial in event.trials:
            self._try(number, trial.candidate.tactic, trial.candidate.logprob, trial.outcome)

    def _try(self, number: int, tactic: str, logprob: float, outcome: Outcome) -> None:
        message, children = "", []
        match outcome:
            case Progress(states):
                # A trial after the one that settled its state left states that the graph lacks.
                if all(state.key in self._numbers for state in states):
                    children = [self._numbers[state.key] for state in states]
            case TacticError(text) | Timeout(text) | Rejected(text):
                message = cut(text, LONGEST_MESSAGE)
        place = self._messages.setdefault(message, len(self._messages))
        step = len(self.expansions["state"])
        kind = OUTCOMES[type(outcome)]
        text = cut(tactic, LONGEST_TACTIC)
        row = [number, step, text, rounded(logprob), kind, place, children]
        for column, value in zip(self.tactics.values(), row, strict=True):
            column.append(value)

    def _settle(self, graph: ProofGraph) -> None:
        """Notes which states have become proved or failed, or open again."""
        nodes = list(graph.nodes.values())
        for number in list(self._open):
            if nodes[number].standing is not NodeStatus.OPEN:
                self._open.discard(number)
                self.states["settled"][number] = len(self.expansions["state"])

    def data(self, graph: ProofGraph) -> Json:
        """All that the page needs, as far as the search has come."""
        nodes = list(graph.nodes.values())
        self.states["standing"] = [STANDINGS.index(node.standing) for node in nodes]
        for number, node in enumerate(nodes):
            if node.standing is NodeStatus.OPEN:
                # It may have been settled before, and become open again.
                self.states["settled"][number] = None
                self._open.add(number)
        return {
            "states": dict(self.states),
            "tactics": dict(self.tactics),
            "expansions": dict(self.expansions),
            "messages": list(self._messages),
            "waiting": waiting(graph),
            "proof": self._proof(graph),
            "needed": [int(node.length < math.inf) for node in nodes],
        }

    def _proof(self, graph: ProofGraph) -> dict[int, int]:
        """For each state of the shortest proof the tactic that proves it, both by number."""
        if not graph.proved:
            return {}
        used = {
            (self._numbers[key], cut(step.tactic, LONGEST_TACTIC))
            for key, step in shortest_proof(graph).steps.items()
        }
        columns = (self.tactics[name] for name in ("state", "text", "outcome"))
        found: dict[int, int] = {}
        for place, (state, text, outcome) in enumerate(zip(*columns, strict=True)):
            if outcome in WORKED and (state, text) in used:
                found.setdefault(state, place)
        return found


def recorded_graph(events: Iterable[Event]) -> Json | None:
    """The graph of a recorded search for the page; None when its theorem was never opened.

    - `states`: `goals` as text, `found` and `settled` as steps, `standing` (0 open, 1 proved, 2
      failed), `depth`, `problem` if it was given up for one;
    - `tactics`, in the order they were run: on which `state` at which `step`, `outcome`, which of
      the `messages`, and `children` as numbers of states;
    - `expansions`: which `state` at what `cost`, and how many candidates are `waiting` since;
    - `waiting`: states that were in the frontier at the end with their costs, next one first;
    - `proof`: by each state that the shortest proof uses, the number of the tactic that proves it;
    - `needed`: whether a proof of the theorem could still have used the state.

    Raises `InputError` for events that can't be replayed.
    """
    recorder, last = GraphRecorder(), None
    for event, graph in steps(events):
        if graph is not None:
            recorder.note(event, graph)
            last = graph
    return recorder.data(last) if last else None


def waiting(graph: ProofGraph) -> list[tuple[int, float | None]]:
    """States of the frontier by number, and their costs, cheapest first."""
    costs = sorted((graph.cost(key), graph.nodes[key].number) for key in graph.frontier)
    return [(number, rounded(cost)) for cost, number in costs]


def packed(data: Json) -> str:
    """The data as base64 of gzip of JSON: about a tenth of its size, and safe inside of HTML."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    return base64.b64encode(gzip.compress(text.encode(errors="replace"), LEVEL, mtime=0)).decode()


def cut(text: str, longest: int) -> str:
    """The text, or its beginning and an ellipsis."""
    return text if len(text) <= longest else text[:longest].rstrip() + " …"


def rounded(number: float) -> float | None:
    """With three digits behind the point; None for what JSON does not have."""
    return round(number, 3) if math.isfinite(number) else None


GROWING = {
    "states": ("goals", "found", "depth"),
    "tactics": ("state", "step", "text", "logprob", "outcome", "message", "children"),
    "expansions": ("state", "cost", "waiting"),
}
"""Lists whose entries don't change once they are there; others are given whole."""


class LiveGraph:
    """Takes in the events of one search, and gives its graph as far as it has come."""

    def __init__(self) -> None:
        self._replay = GraphBuilder()
        self._recorder = GraphRecorder()

    def take(self, event: Event) -> None:
        """Takes in one event."""
        self._replay.take(event)
        if self._replay.graph is not None:
            self._recorder.note(event, self._replay.graph)

    def rows(self, since: dict[str, int]) -> dict[str, Any] | None:
        """The graph as `prover.web.graph_data.recorded_graph` has it, None before there is one.

        Of what only grows come the entries from `since` on: so many `states`, `tactics`,
        `expansions` and `messages` are known already.
        """
        if self._replay.graph is None:
            return None
        data = self._recorder.data(self._replay.graph)
        for part, columns in GROWING.items():
            fresh = {name: data[part][name][since[part] :] for name in columns}
            data[part] = {**data[part], **fresh}
        return {**data, "messages": data["messages"][since["messages"] :], "since": since}
