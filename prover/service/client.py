"""A client of the service, for front ends in Python: its events, as they come.

    async with connect(name="mine") as client:
        request = ProveRequest.model_validate({"file": {"text": text, "line": 2, "column": 2}})
        async with aclosing(client.prove(request)) as events:
            async for event in events:
                ...

Closing the events closes their connection, which ends the run.
"""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from http import HTTPStatus
from typing import Any

import httpx2

from prover.errors import InputError, ProverError, SetupError, counted
from prover.service.discovery import REST_SECONDS, ServiceAddress, ServiceSocket
from prover.service.runs import SILENCE_SECONDS
from prover.service.schemas import CheckRequest, Json, ProveRequest, Request, SuggestRequest


def progress_text(event: Json) -> str:
    """What there is to say of an event; empty when nothing."""
    match event:
        case {"event": "queued", "position": int(position)} if position:
            return f"waits for {counted(position, 'other')}"
        case {"event": "loading"}:
            return "the policy and Lean are being loaded"
        case {"event": "accepted"}:
            return "searches"
        case {"event": "progress", "tactics": int(tactics), "states": int(states)}:
            return f"{counted(tactics, 'tactic')}, {counted(states, 'state')}"
        case {"event": "suggestion", "tactic": str(tactic)}:
            return tactic
    return ""


CONNECT_SECONDS = 5.0
KEPT = httpx2.Limits(keepalive_expiry=REST_SECONDS / 5)
"""A connection that rests is let go well before the service ends it: no request is sent as it
does."""
SILENT_SECONDS = 15 * SILENCE_SECONDS
"""A service that says nothing for so long is given up: a live one says that it is `waiting`."""
START = "Start it with `prover serve`."


class Client:
    """A connection to a service. Made by `connected`.

    Its methods raise `InputError` for what can't be asked, `SetupError` when the service
    can't do it now or goes away.
    """

    def __init__(self, address: ServiceAddress, http: httpx2.AsyncClient) -> None:
        self.address = address
        self._http = http

    def prove(self, request: ProveRequest) -> AsyncGenerator[Json, None]:
        """The events of a search; the last is its `result`."""
        return self._events("/v1/prove", request)

    def suggest(self, request: SuggestRequest) -> AsyncGenerator[Json, None]:
        """The suggestions as they are found; the last event is the `result`, which has all."""
        return self._events("/v1/suggest", request)

    def check(self, request: CheckRequest) -> AsyncGenerator[Json, None]:
        """What Lean says of a file or a script; the last event is the `result`."""
        return self._events("/v1/check", request)

    async def status(self) -> Json:
        """How the service stands."""
        try:
            answer = await self._http.get("/v1/status")
            if answer.status_code != HTTPStatus.OK:
                raise _refusal(answer)
            status: Json = answer.json()
            return status
        except httpx2.HTTPError as error:
            raise self._gone(error) from error

    async def _events(self, path: str, request: Request) -> AsyncGenerator[Json, None]:
        body = request.model_dump(exclude_unset=True)
        event: Json = {}
        try:
            async with self._http.stream("POST", path, json=body) as answer:
                if answer.status_code != HTTPStatus.OK:
                    await answer.aread()
                    raise _refusal(answer)
                async for line in _lines(answer):
                    event = json.loads(line)
                    yield event
        except httpx2.HTTPError as error:
            raise self._gone(error) from error
        if event.get("event") != "result":
            raise self._gone("it ended its answer without a result")

    def _gone(self, why: Exception | str) -> SetupError:
        reason = str(why) or type(why).__name__
        return SetupError(
            f"the service at {self.address.socket} went away or does not answer: {reason}", START
        )


@asynccontextmanager
async def connect(place: ServiceSocket | None = None, *, name: str = "") -> AsyncIterator[Client]:
    """A client of the service that runs at a place, by default at the usual one.

    Clients of the same `name` share their turns. Raises `SetupError` when none runs there.
    """
    place = place or ServiceSocket.default()
    if (address := place.address()) is None:
        raise SetupError(f"no service runs at {place.socket}", START)
    # Nothing is encrypted on it, and to read the certificates of this machine takes 30 ms.
    transport = httpx2.AsyncHTTPTransport(uds=address.socket, verify=False, limits=KEPT)
    async with httpx2.AsyncClient(
        transport=transport,
        base_url="http://localhost",
        headers={"Prover-Client": name} if name else {},
        timeout=httpx2.Timeout(SILENT_SECONDS, connect=CONNECT_SECONDS),
    ) as http:
        yield Client(address, http)


async def _lines(answer: httpx2.Response) -> AsyncIterator[bytes]:
    """The lines, which end in a line feed and nothing else: proofs may have other line ends."""
    rest = b""
    async for chunk in answer.aiter_bytes():
        *lines, rest = (rest + chunk).split(b"\n")
        for line in lines:
            yield line


def _refusal(answer: httpx2.Response) -> ProverError:
    """What a request that was refused has to be raised as."""
    try:
        problem = answer.json()
        message, hint = str(problem["detail"]), str(problem["hint"])
    except (ValueError, KeyError, TypeError):
        message, hint = f"the service answered with status {answer.status_code}", ""
    ours = answer.status_code in (HTTPStatus.BAD_REQUEST, HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
    return InputError(message, hint) if ours else SetupError(message, hint)


ASK_SECONDS = 5.0


def service_answer(address: ServiceAddress, method: str, path: str) -> dict[str, Any]:
    """What the service answers. Raises `SetupError`."""
    # Only where it is needed: it takes a while to import.
    import httpx2

    transport = httpx2.HTTPTransport(uds=address.socket)
    headers = {"Content-Type": "application/json"}
    try:
        with httpx2.Client(transport=transport, timeout=ASK_SECONDS) as client:
            answer = client.request(method, f"http://localhost{path}", headers=headers)
            found: dict[str, Any] = answer.raise_for_status().json()
            return found
    except httpx2.HTTPError as error:
        raise SetupError(
            f"process {address.pid} does not answer at {address.socket}: {error}",
            "End it with `prover serve --stop`.",
        ) from error
