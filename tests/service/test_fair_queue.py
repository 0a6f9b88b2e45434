"""The queue: bounded, and fair between clients."""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prover.lean.interface import State
from prover.service.fair_queue import FairQueue, QueueFullError, Ticket
from prover.theorem import Theorem
from tests.search.scripted import Lean
from tests.service.scripted_service import THEOREM, TREE, Scripted, StuckLean, events_of, serving


@dataclass
class HeldLean(Lean):
    """A Lean that opens nothing before it is released."""

    released: asyncio.Event = field(default_factory=asyncio.Event)

    async def open(self, theorem: Theorem) -> State:
        await self.released.wait()
        return await super().open(theorem)


def served_order(turns: FairQueue, tickets: list[Ticket]) -> list[Ticket]:
    """The tickets in the order in which they have their turn, the oldest leaving first."""
    order = [ticket for ticket in tickets if ticket.called.is_set()]
    for ticket in order:
        turns.leave(ticket)
        order += [one for one in tickets if one.called.is_set() and one not in order]
    return order


async def test_clients_take_turns() -> None:
    turns = FairQueue(slots=1, most=64)
    tickets = [turns.ticket(client) for client in "aaaabbc"]
    assert [turns.position(ticket) for ticket in tickets] == [0, 1, 4, 6, 2, 5, 3]
    order = served_order(turns, tickets)
    assert "".join(ticket.client for ticket in order) == "aabcaba"


@given(st.text(alphabet="abcd", max_size=25), st.integers(min_value=1, max_value=4))
def test_everybody_is_served_as_was_foretold(clients: str, slots: int) -> None:
    async def check() -> None:
        turns = FairQueue(slots, most=64)
        tickets = [turns.ticket(client) for client in clients]
        foretold = {ticket: turns.position(ticket) for ticket in tickets}
        waiting = [ticket for ticket in tickets if not ticket.called.is_set()]
        assert turns.running == min(slots, len(clients))
        order = served_order(turns, tickets)
        late = [ticket for ticket in order if ticket in waiting]
        assert [foretold[ticket] for ticket in late] == list(range(1, len(late) + 1))
        assert (turns.running, turns.waiting) == (0, 0)

    asyncio.run(check())


@given(st.lists(st.tuples(st.sampled_from("abc"), st.booleans()), max_size=40))
def test_no_turn_is_lost(steps: list[tuple[str, bool]]) -> None:
    async def check() -> None:
        turns = FairQueue(2, most=8)
        known: list[Ticket] = []
        for client, leaves in steps:
            if leaves and known:
                turns.leave(known.pop(len(known) // 2))
            else:
                try:
                    known.append(turns.ticket(client))
                except QueueFullError:
                    assert turns.waiting >= 4
            assert turns.running == min(2, len(known))
            assert turns.running + turns.waiting == len(known)
            assert sum(ticket.called.is_set() for ticket in known) == turns.running

    asyncio.run(check())


async def test_one_client_can_not_fill_the_queue() -> None:
    turns = FairQueue(slots=1, most=4)
    for _ in range(3):
        turns.ticket("greedy")
    with pytest.raises(QueueFullError, match="of yours wait already"):
        turns.ticket("greedy")
    turns.ticket("modest")
    turns.ticket("other")
    with pytest.raises(QueueFullError, match="4 requests wait already") as caught:
        turns.ticket("late")
    assert caught.value.seconds >= 1


async def test_a_full_queue_answers_429_with_when_to_come_back() -> None:
    lean = StuckLean(TREE)
    async with serving(Scripted(lean=lean).opened, waiting=2) as served:
        names = ["a", "b", "c"]
        requests = [asyncio.create_task(served.post("/v1/prove", THEOREM, name)) for name in names]
        await served.until(lambda: len(served.service.runs.alive) == 3)
        refused = await served.post("/v1/prove", THEOREM, "d")
        assert refused.status_code == 429
        assert int(refused.headers["retry-after"]) >= 1
        assert "Try again in" in refused.json()["hint"]
        checked = await served.events("/v1/check", {**THEOREM, "script": "x"})
        assert checked[-1]["status"] == "accepted", "checks have a queue of their own"
        for run in served.service.runs.alive:
            run.cancel()
        answers = await asyncio.gather(*requests)
    assert Counter(events_of(answer)[-1]["status"] for answer in answers) == {"cancelled": 3}


async def test_a_modest_client_is_not_kept_waiting_by_a_greedy_one() -> None:
    lean = HeldLean(TREE)
    async with serving(Scripted(lean=lean).opened) as served:
        ended: list[str] = []

        async def ask(client: str) -> None:
            await served.events("/v1/prove", THEOREM, client)
            ended.append(client)

        greedy = [asyncio.create_task(ask("greedy")) for _ in range(12)]
        await served.until(lambda: len(served.service.runs.alive) == 12)
        modest = asyncio.create_task(ask("modest"))
        await served.until(lambda: len(served.service.runs.alive) == 13)
        lean.released.set()
        await asyncio.gather(modest, *greedy)
    assert ended.index("modest") < 10
