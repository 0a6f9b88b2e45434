"""Events as a response: one JSON object a line, as they come."""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator, AsyncIterator, Collection
from contextlib import aclosing

from starlette.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from prover.service.runs import Json, Run

MEDIA_TYPE = "application/x-ndjson"


class EventStream(StreamingResponse):
    """The events of a run. If the client owns it and goes away, the run is cancelled."""

    def __init__(self, run: Run, *, owned: bool, omit: Collection[str] = ()) -> None:
        headers = {"Cache-Control": "no-store", "Prover-Run": run.id}
        super().__init__(lines(run.follow(), omit), headers=headers, media_type=MEDIA_TYPE)
        self._run = run
        self._owned = owned

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Sends the events until the last, or until the client is gone."""
        try:
            await super().__call__(scope, receive, send)
        finally:
            if self._owned:
                self._run.cancel()


async def lines(events: AsyncGenerator[Json, None], omit: Collection[str]) -> AsyncIterator[bytes]:
    """The events that are not to be left out, as lines."""
    async with aclosing(events):
        async for event in events:
            if event["event"] not in omit:
                yield line(event)


def line(event: Json) -> bytes:
    """One event."""
    return json.dumps(event, ensure_ascii=False).encode(errors="replace") + b"\n"
