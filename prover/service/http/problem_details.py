"""Errors as RFC 9457 has them: `application/problem+json`, with a hint that says what to do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse

from prover.errors import closest
from prover.service import schemas
from prover.service.fair_queue import QueueFullError

MEDIA_TYPE = "application/problem+json"
SHOWN = 100
"""Characters that are shown of a wrong name."""
PARTS: Mapping[str, type[BaseModel]] = {
    "theorem": schemas.TheoremPart,
    "file": schemas.FilePart,
    "limit": schemas.LimitPart,
}
REQUESTS: tuple[type[BaseModel], ...] = (
    schemas.ProveRequest,
    schemas.SuggestRequest,
    schemas.CheckRequest,
    schemas.GoalsRequest,
)


class ProblemBody(BaseModel):
    """An error, for the description of the API."""

    title: str
    status: int
    detail: str
    hint: str


@dataclass(frozen=True)
class ProblemDetails:
    """A request that is refused."""

    status: HTTPStatus
    detail: str
    hint: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)

    def response(self) -> JSONResponse:
        """The answer for the client."""
        body = ProblemBody(
            title=self.status.phrase, status=self.status, detail=self.detail, hint=self.hint
        )
        return JSONResponse(
            body.model_dump(), self.status, headers=dict(self.headers), media_type=MEDIA_TYPE
        )


def of_busy(_: Request, busy: Exception) -> JSONResponse:
    """The queue is full."""
    assert isinstance(busy, QueueFullError)
    headers = {"Retry-After": str(busy.seconds)}
    return ProblemDetails(HTTPStatus.TOO_MANY_REQUESTS, busy.message, busy.hint, headers).response()


def of_http(_: Request, error: Exception) -> JSONResponse:
    """No such path, no such method, no JSON."""
    assert isinstance(error, HTTPException)
    hint = {404: "`/openapi.json` describes what there is.", 400: "Send one JSON object."}
    status = HTTPStatus(error.status_code)
    return ProblemDetails(
        status, str(error.detail), hint.get(error.status_code, ""), dict(error.headers or {})
    ).response()


def of_validation(_: Request, error: Exception) -> JSONResponse:
    """The request isn't as it should be."""
    assert isinstance(error, RequestValidationError)
    first = error.errors()[0]
    place = ".".join(str(step)[:SHOWN] for step in first["loc"] if step != "body")
    name = str(first["loc"][-1])[:SHOWN]
    match first["type"]:
        case "json_invalid":
            detail = f"the body is not JSON: {first['ctx']['error']}"
            hint = "Send one JSON object, in UTF-8."
        case "extra_forbidden":
            detail, hint = f"there is no field `{place}`", closest(_beside(place), name)
        case "missing" if not place:
            detail, hint = "the body is empty", "Send one JSON object."
        case _:
            message = first["msg"].removeprefix("Value error, ")
            detail = f"`{place}`: {message}" if place else message
            hint = "`/openapi.json` describes each field."
    clean = detail.encode(errors="replace").decode()
    return ProblemDetails(HTTPStatus.BAD_REQUEST, clean, hint).response()


def _beside(place: str) -> list[str]:
    """The fields that there are where somebody wrote this one."""
    part = place.rpartition(".")[0]
    models = (PARTS[part],) if part in PARTS else REQUESTS
    return sorted({name for model in models for name in model.model_fields})


def of_bug(_: Request, __: Exception) -> JSONResponse:
    """Something that was not foreseen; the log has it."""
    return ProblemDetails(
        HTTPStatus.INTERNAL_SERVER_ERROR, "the service has a bug", "Its log says more: report it."
    ).response()
