"""Reads back what a search told in events, and builds its graph again from them, without Lean.

With another configuration the same outcomes are scored anew: what the search would have known.
"""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from prover.errors import InputError
from prover.lean.interface import (
    Closed,
    Goal,
    Outcome,
    Progress,
    Rejected,
    State,
    TacticError,
    TacticLimit,
    Timeout,
    Verification,
)
from prover.policy.policy import LEAST, Candidate
from prover.search.and_or_graph import NodeStatus
from prover.search.budget import Limit
from prover.search.configuration import Configuration, configured
from prover.search.events import Accepted, Event, Expanded, Opened, Trial, Verified
from prover.search.graph import ProofGraph
from prover.search.proof import shortest_proof

Json = dict[str, Any]


def parse_events(lines: Iterable[str], source: str, theorem: str | None = None) -> Iterator[Event]:
    """As `read`, from lines; `source` is what errors call them."""
    search: tuple[Any, ...] | None = None
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        json_of = _object(line, f"{source}:{number}")
        this = tuple(map(json_of.get, ("theorem", "line", "column")))
        if search is None and json_of.get("event") == "accepted":
            search = this if theorem in (None, this[0]) else None
        if search is None or this != search or json_of["event"] not in READERS:
            continue
        try:
            yield READERS[json_of["event"]](json_of)
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            what = f"{source}:{number}: the event `{json_of['event']}` is broken"
            raise InputError(f"{what} ({error!r})", HINT) from error
        except InputError as problem:
            message = f"{source}:{number}: {problem.message}"
            raise InputError(message, problem.hint) from problem
    if search is None:
        what = f"no search for `{theorem}`" if theorem else "no search"
        raise InputError(f"{source} has {what} in it", HINT)


HINT = "Give a file that was written by `prover prove --json`, or a trace of `prover bench`."


def _object(line: str, place: str) -> Json:
    try:
        parsed = json.loads(line)
    except ValueError as error:
        raise InputError(f"{place}: this line is not JSON: {error}", HINT) from error
    if not isinstance(parsed, dict):
        raise InputError(f"{place}: this line is not a JSON object", HINT)
    return parsed


def _accepted(event: Json) -> Accepted:
    limit = event["limit"]
    bounds = Limit(**{**limit, "tactic": TacticLimit(**limit["tactic"])})
    return Accepted(event["theorem"], event["policy"], configured(event["configuration"]), bounds)


def _opened(event: Json) -> Opened:
    return Opened(_state(event["state"]), event["seconds"])


def _expanded(event: Json) -> Expanded:
    trials = (Trial(_candidate(entry), _outcome(entry)) for entry in event["candidates"])
    return Expanded(
        state=_state(event["state"]),
        cost=event["cost"],
        depth=event["depth"],
        trials=tuple(trials),
        waiting=event["waiting"],
        next=_candidate(event["next"]) if event["next"] else None,
        problem=event["problem"],
        policy_seconds=event["policy_seconds"],
        lean_seconds=event["lean_seconds"],
    )


def _verified(event: Json) -> Verified:
    verification = Verification(
        event["accepted"],
        event["reason"],
        tuple(event["axioms"]),
        # What follows was not told before there was a field for it.
        trusted=event.get("trusted", 0),
        whole=event.get("whole", True),
        note=event.get("note", ""),
        seconds=event["seconds"],
    )
    return Verified(event["script"], verification)


READERS: dict[str, Callable[[Json], Event]] = {
    "accepted": _accepted,
    "opened": _opened,
    "expanded": _expanded,
    "verified": _verified,
}


def _state(state: Json) -> State:
    goals = tuple(Goal((), "", "", "", pretty) for pretty in state["goals"])
    return State(handle=0, goals=goals, key=state["key"])


def _candidate(entry: Json) -> Candidate:
    logprob = LEAST if entry["logprob"] is None else float(entry["logprob"])
    return Candidate(entry["tactic"], logprob, int(entry["tokens"]), entry["policy"])


def _outcome(entry: Json) -> Outcome:
    seconds = float(entry["seconds"])
    match entry["outcome"]:
        case "progress":
            return Progress(tuple(map(_state, entry["states"])), seconds=seconds)
        case "closed":
            return Closed(seconds=seconds)
        case "error":
            return TacticError(entry["message"], seconds=seconds)
        case "timeout":
            return Timeout(entry["message"], seconds=seconds)
        case "rejected":
            return Rejected(entry["message"], seconds=seconds)
    raise ValueError(f"unknown outcome {entry['outcome']!r}")


def build_graph(
    events: Iterable[Event], configuration: Configuration | None = None
) -> ProofGraph | None:
    """The graph that the search had after these events; None before its theorem was opened.

    Its costs are those of the search's configuration unless another one is given.
    """
    last = deque(steps(events, configuration), maxlen=1)
    return last[0][1] if last else None


def steps(
    events: Iterable[Event], configuration: Configuration | None = None
) -> Iterator[tuple[Event, ProofGraph | None]]:
    """Each event, and the graph as it is after it: the same one each time, which changes."""
    replayed = GraphBuilder(configuration)
    for event in events:
        replayed.take(event)
        yield event, replayed.graph


class GraphBuilder:
    """Builds the graph from events that are given to it one by one."""

    def __init__(self, configuration: Configuration | None = None) -> None:
        self._given = configuration is not None
        self._how = configuration or Configuration()
        self.graph: ProofGraph | None = None
        """None before the theorem was opened."""

    def take(self, event: Event) -> None:
        """Takes in one event. Raises `InputError` when it can't come after those before it."""
        match event:
            case Accepted() if not self._given:
                self._how = event.configuration
            case Opened():
                self.graph = self._how.make_graph(event.state)
            case Expanded() if self.graph is not None:
                _expand(self.graph, event)
            case Verified() if self.graph is not None and not event.verification.accepted:
                proof = shortest_proof(self.graph)
                self.graph.refuse(self.graph.applications[proof.latest])


REBUILD_HINT = "Lines are missing from it: record the search again."


def _expand(graph: ProofGraph, event: Expanded) -> None:
    key = event.state.key
    if key not in graph.nodes:
        raise InputError("the trace has tactics run on a state that was never found", REBUILD_HINT)
    for trial in event.trials:
        if graph.nodes[key].standing is not NodeStatus.OPEN:
            return
        match trial.outcome:
            case Progress(states):
                graph.insert(key, trial.candidate, states)
            case Closed():
                graph.insert(key, trial.candidate, ())
    if graph.nodes[key].standing is not NodeStatus.OPEN:
        return
    if event.next is None:
        graph.finish(key)
    else:
        graph.postpone(key, event.next)
