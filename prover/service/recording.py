"""The graph of a search under way, for those who watch it grow."""

from __future__ import annotations

from typing import Any

from prover.page.exploring import Recorder
from prover.search.events import Event
from prover.search.trace import GraphBuilder

GROWING = {
    "states": ("goals", "found", "depth"),
    "tactics": ("state", "step", "text", "logprob", "outcome", "message", "children"),
    "expansions": ("state", "cost", "waiting"),
}
"""Lists whose entries don't change once they are there; others are given whole."""


class Recording:
    """Takes in the events of one search, and gives its graph as far as it has come."""

    def __init__(self) -> None:
        self._replay = GraphBuilder()
        self._recorder = Recorder()

    def take(self, event: Event) -> None:
        """Takes in one event."""
        self._replay.take(event)
        if self._replay.graph is not None:
            self._recorder.note(event, self._replay.graph)

    def rows(self, since: dict[str, int]) -> dict[str, Any] | None:
        """The graph as `prover.page.exploring.explored` has it, None before there is one.

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
