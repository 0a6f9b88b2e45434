"""The paths of the service, and events as a stream of JSON lines.

Each path asks the `Service`, and knows nothing of how it works.
"""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator, AsyncIterator, Collection
from contextlib import aclosing
from http import HTTPStatus
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query, Request
from prometheus_client import CONTENT_TYPE_LATEST
from pydantic import BaseModel
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, PlainTextResponse, Response, StreamingResponse
from starlette.types import Receive, Scope, Send

from prover.service.http.problem_details import MEDIA_TYPE, ProblemBody, ProblemDetails
from prover.service.runs import Run
from prover.service.schemas import (
    CheckRequest,
    GenerateRequest,
    GenerateResponse,
    GoalsRequest,
    Json,
    ProveRequest,
    SuggestRequest,
)
from prover.service.service import Service

JSON_LINES = "application/x-ndjson"


class EventStream(StreamingResponse):
    """The events of a run. If the client owns it and goes away, the run is cancelled."""

    def __init__(self, run: Run, *, owned: bool, omit: Collection[str] = ()) -> None:
        headers = {"Cache-Control": "no-store", "Prover-Run": run.id}
        super().__init__(lines(run.follow(), omit), headers=headers, media_type=JSON_LINES)
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


CLIENT = "prover-client"
"""The header in which a client says who it is, for its share of the turns."""
PROBLEM = {"content": {MEDIA_TYPE: {"schema": ProblemBody.model_json_schema()}}}
EVENTS: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "Events, one JSON object a line; the last is `result`.",
        "content": {JSON_LINES: {}},
    },
}
REFUSALS: dict[int | str, dict[str, Any]] = {
    "4XX": {"description": "The request was refused.", **PROBLEM},
    "503": {"description": "The service can't do it now.", **PROBLEM},
}

router = APIRouter(responses=REFUSALS)


class StatusBody(BaseModel):
    """How the service stands."""

    version: str
    ready: bool
    problem: str
    """Why it can't become ready; empty while there is hope."""
    policy: str
    lean: str
    """The version of Lean."""
    workers: int
    running: int
    waiting: int
    seconds: float
    """Since it was started."""
    runs: list[RunBody]
    """Those that have not ended."""


class RunBody(BaseModel):
    """A run."""

    run: str
    kind: str
    status: str
    seconds: float


class GraphBody(RunBody):
    """A run with its events, without `expanded`, and with its graph."""

    events: list[dict[str, Any]]
    graph: dict[str, Any] | None
    """As reports have it, see `prover.web.graph_data`; null where there is none, or none was
    asked for."""


class Health(BaseModel):
    """That it is there."""

    status: str


def service_of(request: Request) -> Service:
    """The service behind the application."""
    service: Service = request.app.state.service
    if service.runs.closed:
        raise HTTPException(HTTPStatus.SERVICE_UNAVAILABLE, "the service is being stopped")
    return service


def client_of(request: Request) -> str:
    """Who asks: the name that the client gives itself, or where it is."""
    host = request.client.host if request.client else ""
    return request.headers.get(CLIENT, "")[:100] or host


Asked = Annotated[Service, Depends(service_of)]
Client = Annotated[str, Depends(client_of)]


@router.post("/v1/prove", response_class=StreamingResponse, responses=EVENTS)
async def prove(body: ProveRequest, service: Asked, client: Client) -> Response:
    """Search for a proof. The search ends when the client goes away, unless it may `linger`."""
    return EventStream(service.prove(body, client), owned=not body.linger, omit=body.omit)


@router.post("/v1/suggest", response_class=StreamingResponse, responses=EVENTS)
async def suggest(body: SuggestRequest, service: Asked, client: Client) -> Response:
    """Suggest next tactics, each tried in Lean."""
    return EventStream(service.suggest(body, client), owned=True, omit=body.omit)


@router.post("/v1/check", response_class=StreamingResponse, responses=EVENTS)
async def check(body: CheckRequest, service: Asked, client: Client) -> Response:
    """Check a file, or a script for a theorem, in a fresh Lean."""
    return EventStream(service.check(body, client), owned=True, omit=body.omit)


@router.post("/v1/goals", response_class=StreamingResponse, responses=EVENTS)
async def goals(body: GoalsRequest, service: Asked, client: Client) -> Response:
    """Check a file that is being written; the result has the goals at the position."""
    return EventStream(service.goals(body, client), owned=True, omit=body.omit)


def known_run(run: Annotated[str, Path(max_length=100)], request: Request) -> Run:
    """The run of a path."""
    service: Service = request.app.state.service
    if (found := service.runs.get(run)) is None:
        raise HTTPException(HTTPStatus.NOT_FOUND, "no such run, or it ended long ago")
    return found


Known = Annotated[Run, Depends(known_run)]
Since = Annotated[int, Query(ge=0, le=10**9)]


@router.get("/v1/runs/{run}", response_class=StreamingResponse, responses=EVENTS)
async def follow(found: Known) -> Response:
    """The events of a run so far, and those to come; without `expanded` of the past."""
    return EventStream(found, owned=False)


@router.get("/v1/runs/{run}/graph", response_model=GraphBody)
async def graph(
    found: Known, states: Since = 0, tactics: Since = 0, expansions: Since = 0, messages: Since = 0
) -> Any:
    """How a run stands, and its search graph; so many rows of it are known already."""
    found.seen()
    since = {
        "states": states,
        "tactics": tactics,
        "expansions": expansions,
        "messages": messages,
    }
    rows = found.recording.rows(since) if found.recording else None
    return {**found.to_json(), "events": found.told, "graph": rows}


@router.delete("/v1/runs/{run}", response_model=RunBody)
async def cancel(found: Known) -> Any:
    """Cancel a run; answers when it has ended."""
    found.cancel()
    await found.ended.wait()
    return found.to_json()


@router.get("/v1/status", response_model=StatusBody)
async def status(service: Asked) -> Any:
    """How the service stands."""
    return service.status()


@router.get("/healthz", response_model=Health)
async def healthz() -> Any:
    """Whether it is alive."""
    return {"status": "alive"}


@router.get("/readyz", response_model=Health)
async def readyz(service: Asked) -> Any:
    """Whether the policy is loaded and Lean has proved something."""
    if service.opening.ready is not None:
        return {"status": "ready"}
    problem = service.opening.problem
    detail = problem.message if problem else "the policy or Lean is being loaded"
    hint = problem.hint if problem else "Requests are taken already, and wait for it."
    headers = {"Retry-After": "1"}
    return ProblemDetails(HTTPStatus.SERVICE_UNAVAILABLE, detail, hint, headers).response()


@router.get("/metrics", response_class=PlainTextResponse)
async def metrics(service: Asked) -> Response:
    """Counters, in Prometheus' text format."""
    return Response(service.measured(), media_type=CONTENT_TYPE_LATEST)


@router.post("/generate", response_model=GenerateResponse)
async def generate(body: GenerateRequest, service: Asked, client: Client) -> Response:
    """What LeanCopilot asks of an external generator."""
    run = service.generate(body, client)
    try:
        async for event in run.follow():
            if event["event"] == "result" and "outputs" in event:
                return JSONResponse({"outputs": event["outputs"]})
    finally:
        run.cancel()
    return ProblemDetails(
        HTTPStatus.SERVICE_UNAVAILABLE, event["message"], event.get("hint", "")
    ).response()
