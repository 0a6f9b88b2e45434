"""Which states have their turn, and what of the turns is at Lean: as much as it has workers for."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Sequence

from prover.lean.interface import LeanSession
from prover.search.and_or_graph import NodeStatus
from prover.search.budget import Budget, Limit
from prover.search.events import Expanded
from prover.search.expander import Expander
from prover.search.expansion import PartialExpansion, TacticBatch
from prover.search.graph import ProofGraph
from prover.search.strategies import Strategy

Task = asyncio.Task[None]


class Scheduler:
    """The turns that are under way in one search."""

    def __init__(
        self,
        graph: ProofGraph,
        session: LeanSession,
        expander: Expander,
        strategy: Strategy,
        limit: Limit,
        ledger: Budget,
        ahead: int,
    ) -> None:
        """For each worker `ahead` batches are under way."""
        self._graph = graph
        self._session = session
        self._expander = expander
        self._strategy = strategy
        self._limit = limit
        self._ledger = ledger
        self._ahead = ahead
        self._turns: dict[PartialExpansion, Task] = {}
        """Oldest first, each with what prepares it."""
        self._batches: dict[Task, TacticBatch] = {}
        """What of them is under way, oldest first."""
        self._preparing: set[Task] = set()

    @property
    def under_way(self) -> bool:
        """Whether tactics are being run."""
        return bool(self._batches)

    def resume(self) -> None:
        """Sends more of the turns under way; it was promised to them when they began."""
        if self._ledger.left > 0:
            for turn in self._turns:
                self._fill(turn)

    def start(self) -> None:
        """Begins as many turns as there is room for, and asks the policy for all of them at once.

        Where they are fewer than the workers that are idle, these share what is under way, which
        goes on for longer than a turn if need be.
        """
        begun: list[PartialExpansion] = []
        while len(begun) < self._room and (turn := self._chosen(begun)):
            begun.append(turn)
        self._prepare(begun)
        if self._sent + len(begun) < self._session.workers:
            for turn in self._turns:
                turn.shared = True
        for turn in begun:
            # One batch of each, before what is shared takes the room that is left.
            self._send(turn)
        self.resume()
        while self._sent < self._session.workers and (turn := self._extended()):
            self._fill(turn)

    async def next_expanded(self) -> Expanded | None:
        """Waits for a batch of a turn and puts what came of it, if anything, into the graph.

        With one worker, that is the oldest: so the order does not depend on how long the policy
        and Lean take.
        """
        alone = self._session.workers == 1
        wanted = list(self._batches)[: 1 if alone else None]
        # As soon as a turn has its candidates, idle workers can take more of them.
        prepared = () if alone else self._preparing
        done, _ = await asyncio.wait([*wanted, *prepared], return_when=asyncio.FIRST_COMPLETED)
        first = next((task for task in wanted if task in done), None)
        if first is None:
            return None
        turn = self._batches[first].turn
        first.result()
        expanded = await self._expander.insert_outcomes(self._batches.pop(first))
        if self._graph.nodes[turn.key].standing is not NodeStatus.OPEN:
            await self._stop([task for task, batch in self._batches.items() if batch.turn is turn])
        if turn.over:
            self._end(turn)
        return expanded

    async def cancel(self) -> None:
        """Stops what is under way; its states and candidates wait again."""
        await self._stop([*self._preparing, *self._batches])
        for turn in list(self._turns):
            self._end(turn)

    @property
    def _room(self) -> int:
        """For how many batches more."""
        return self._session.workers * self._ahead - self._sent

    @property
    def _left(self) -> int:
        """How many tactics are promised to no turn."""
        promised = sum(turn.most for turn in self._turns)
        return self._limit.tactics - self._ledger.counters.tactics - promised

    @property
    def _sent(self) -> int:
        return sum(batch.most > 0 for batch in self._batches.values())

    def _chosen(self, begun: Sequence[PartialExpansion]) -> PartialExpansion | None:
        """A turn for the next state, unless the limits are used up by those that have begun."""
        left = self._left - sum(turn.most for turn in begun)
        if left <= 0 or self._ledger.limit_reached():
            return None
        self._strategy.changed(self._graph, self._graph.take_changed())
        key = self._strategy.choose(self._graph)
        if key is None:
            return None
        turn = self._expander.turn(key, left)
        self._graph.begin(key)
        self._ledger.count(expansions=turn.first)
        return turn

    def _extended(self) -> PartialExpansion | None:
        """One of the turns, with further candidates beyond what was its due."""
        left = self._left
        if left <= 0 or self._ledger.limit_reached():
            return None
        return next((turn for turn in self._turns if self._expander.extend(turn, left)), None)

    def _prepare(self, begun: Sequence[PartialExpansion]) -> None:
        new = [turn for turn in begun if turn.first]
        asked = self._background(self._expander.ask(new)) if new else None
        for turn in begun:
            preparing = self._expander.prepare(turn, asked if turn.first else None)
            self._turns[turn] = self._background(preparing)

    def _background(self, work: Coroutine[None, None, None]) -> Task:
        task = asyncio.create_task(work)
        self._preparing.add(task)
        task.add_done_callback(self._preparing.discard)
        return task

    def _fill(self, turn: PartialExpansion) -> None:
        """Sends the next batch of a turn if none is under way; of one that is shared, as many as
        there is room for."""
        while turn.left and self._room > 0 and (turn.shared or not turn.batches):
            self._send(turn)

    def _send(self, turn: PartialExpansion) -> None:
        batch = turn.batch()
        running = self._expander.run(batch, self._turns[turn])
        self._batches[asyncio.create_task(running)] = batch

    async def _stop(self, tasks: Sequence[Task]) -> None:
        """Stops tasks; what they were to run waits in its turn again."""
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        for task in reversed(tasks):
            if batch := self._batches.pop(task, None):
                batch.withdraw()

    def _end(self, turn: PartialExpansion) -> None:
        del self._turns[turn]
        self._expander.end(turn)
        self._strategy.ran(self._graph, turn.key)
