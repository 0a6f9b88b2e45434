"""One state's candidates on several workers at once, when there is no other state to work on.

That is so at the start of every search: the candidates for the theorem itself are tried before
there is anything else.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence

from prover.lean.base import Closed, Outcome
from prover.search.expansion import Attempt

Run = Callable[[Sequence[Attempt]], Awaitable[list[Outcome]]]
"""The outcomes of attempts, up to one that closes the state; fewer when the time is up."""


async def side_by_side(
    attempts: Sequence[Attempt], run: Run, lanes: int
) -> tuple[list[Attempt], list[Outcome]]:
    """Runs the attempts, each when a lane is free, until one closes the state.

    The outcomes that there are, one that closes the state last, and all attempts in their order;
    those without an outcome come after the others.
    """
    waiting = deque(range(len(attempts)))
    outcomes: dict[int, Outcome] = {}

    async def lane() -> None:
        while waiting and Closed() not in outcomes.values():
            place = waiting.popleft()
            found = await run([attempts[place]])
            if not found:
                return
            outcomes[place] = found[0]

    running = {asyncio.create_task(lane()) for _ in range(lanes)}
    try:
        while running and Closed() not in outcomes.values():
            ended, running = await asyncio.wait(running, return_when=asyncio.FIRST_COMPLETED)
            for task in ended:
                task.result()
    finally:
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)
    done = sorted(outcomes, key=lambda place: (outcomes[place] == Closed(), place))
    left = [place for place in range(len(attempts)) if place not in outcomes]
    return [attempts[place] for place in [*done, *left]], [outcomes[place] for place in done]
