"""Whose turn it is: a bounded queue, fair between clients.

Clients take turns, whatever the number of requests that each has waiting; the requests of one
client come in their order.
"""

from __future__ import annotations

import asyncio
import math
from collections import deque

from prover.errors import ProverError

FIRST_GUESS = 5.0
"""Seconds that a request is thought to take before any has ended."""
MEMORY = 0.2
"""How much the latest request counts in the mean of what requests take."""


class QueueFullError(ProverError):
    """Too many requests wait already. Come back after so many seconds."""

    def __init__(self, message: str, seconds: int) -> None:
        super().__init__(message, f"Try again in {seconds} s, or start fewer requests at once.")
        self.seconds = seconds


class Ticket:
    """A request's place in the queue."""

    def __init__(self, client: str) -> None:
        self.client = client
        self.called = asyncio.Event()
        """Set when its turn has come."""
        self.since = 0.0
        """When that was, by the loop's clock."""


class FairQueue:
    """At most `slots` requests at once, and `most` waiting, of one client half as many."""

    def __init__(self, slots: int, most: int) -> None:
        self._slots = slots
        self._most = most
        self._held: set[Ticket] = set()
        self._queues: dict[str, deque[Ticket]] = {}
        """Of each client that waits; the next one to be served first."""
        self._seconds = FIRST_GUESS

    @property
    def running(self) -> int:
        """How many requests have their turn."""
        return len(self._held)

    @property
    def waiting(self) -> int:
        """How many requests wait for it."""
        return sum(map(len, self._queues.values()))

    def ticket(self, client: str) -> Ticket:
        """A place for a client's request, to be given up by `leave`. Raises `QueueFullError`."""
        own = len(self._queues.get(client, ()))
        if self.waiting >= self._most:
            raise QueueFullError(
                f"{self.waiting} requests wait already", self._patience(self.waiting)
            )
        if own >= max(1, self._most // 2):
            raise QueueFullError(f"{own} requests of yours wait already", self._patience(own))
        ticket = Ticket(client)
        self._queues.setdefault(client, deque()).append(ticket)
        self._call()
        return ticket

    def position(self, ticket: Ticket) -> int:
        """How many turns it is away; 0 when it is its own."""
        if ticket.called.is_set():
            return 0
        rank = self._queues[ticket.client].index(ticket)
        place = list(self._queues).index(ticket.client)
        before = (
            min(len(queue), rank + (other < place))
            for other, queue in enumerate(self._queues.values())
            if other != place
        )
        return 1 + rank + sum(before)

    def leave(self, ticket: Ticket) -> None:
        """Gives up a place or a turn. Doing it twice is fine."""
        if ticket in self._held:
            self._held.remove(ticket)
            self._seconds += MEMORY * (_now() - ticket.since - self._seconds)
        elif ticket in (queue := self._queues.get(ticket.client, deque())):
            queue.remove(ticket)
            if not queue:
                del self._queues[ticket.client]
        self._call()

    def _call(self) -> None:
        """Gives the turns that are free, each to the client that had none for longest."""
        while self._queues and len(self._held) < self._slots:
            client = next(iter(self._queues))
            queue = self._queues.pop(client)
            ticket = queue.popleft()
            if queue:
                self._queues[client] = queue
            self._held.add(ticket)
            ticket.since = _now()
            ticket.called.set()

    def _patience(self, waiting: int) -> int:
        """Seconds until a place in the queue is likely to be free."""
        return max(1, math.ceil(self._seconds * min(1, waiting / self._slots)))


def _now() -> float:
    return asyncio.get_running_loop().time()
