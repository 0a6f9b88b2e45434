"""The graph of a search, built again from its events, without Lean.

With another configuration the same outcomes are scored anew: what the search would have known.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator

from prover.errors import InputProblem
from prover.lean.interface import Closed, Progress
from prover.search.configuration import Configuration
from prover.search.events import Accepted, Event, Expanded, Opened, Verified
from prover.search.graph import ProofGraph
from prover.search.script import shortest_proof
from prover.search.structure import Standing


def replay(
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
    replayed = Replay(configuration)
    for event in events:
        replayed.take(event)
        yield event, replayed.graph


class Replay:
    """Builds the graph from events that are given to it one by one."""

    def __init__(self, configuration: Configuration | None = None) -> None:
        self._given = configuration is not None
        self._how = configuration or Configuration()
        self.graph: ProofGraph | None = None
        """None before the theorem was opened."""

    def take(self, event: Event) -> None:
        """Takes in one event. Raises `InputProblem` when it can't come after those before it."""
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


HINT = "Lines are missing from it: record the search again."


def _expand(graph: ProofGraph, event: Expanded) -> None:
    key = event.state.key
    if key not in graph.nodes:
        raise InputProblem("the trace has tactics run on a state that was never found", HINT)
    for trial in event.trials:
        if graph.nodes[key].standing is not Standing.OPEN:
            return
        match trial.outcome:
            case Progress(states):
                graph.insert(key, trial.candidate, states)
            case Closed():
                graph.insert(key, trial.candidate, ())
    if graph.nodes[key].standing is not Standing.OPEN:
        return
    if event.next is None:
        graph.finish(key)
    else:
        graph.postpone(key, event.next)
