"""Who may ask, and how much: every request passes here before anything else looks at it.

A Unix socket is guarded by its folder. On TCP any program and any web page of this machine can try
to connect, so there a request needs the token, and a `Host` that is this machine's own (otherwise a
page whose name is rebound to 127.0.0.1 would be let in). Web pages are refused everywhere, but for
the service's own in a browser that was let in (`prover.service.visitors`).
"""

from __future__ import annotations

import asyncio
import base64
import binascii
import hmac
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from http import HTTPStatus

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from prover.service.problems import Problem
from prover.service.visitors import OPEN, Visitors

MOST_BYTES = 4 * 2**20
BODY_SECONDS = 10.0
HOSTS = ("127.0.0.1", "localhost", "[::1]")


@dataclass(frozen=True)
class Rules:
    """What is let in."""

    token: str = field(default_factory=lambda: secrets.token_urlsafe(32))
    """What a request by TCP must bring."""
    most_bytes: int = MOST_BYTES
    """The largest body."""
    body_seconds: float = BODY_SECONDS
    """How long a body may take to arrive."""


class Gone(Exception):
    """The client has gone away."""


class Guard:
    """ASGI middleware; `refused` is told of the status of each request that is not let in."""

    def __init__(
        self, app: ASGIApp, rules: Rules, visitors: Visitors, refused: Callable[[int], None]
    ) -> None:
        self._app = app
        self._rules = rules
        self._visitors = visitors
        self._refused = refused

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers itself, or lets the request through with its body read."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        problem = objection(scope, self._rules, self._visitors)
        if problem is None and scope["method"] == "POST":
            try:
                body = await _body(receive, self._rules)
            except Gone:
                return
            if isinstance(body, Problem):
                problem = body
            else:
                receive = _replayed(body, receive)
        if problem is None:
            await self._app(scope, receive, send)
            return
        self._refused(problem.status)
        await problem.response()(scope, receive, send)


def objection(scope: Scope, rules: Rules, visitors: Visitors) -> Problem | None:
    """Why a request is not let in, by its headers alone."""
    headers = Headers(scope=scope)
    own_page = by_tcp(scope) and visitors.allows(scope)
    if "origin" in headers and not own_page:
        hint = "Web pages may not use it; a program sends no `Origin`."
        return Problem(HTTPStatus.FORBIDDEN, "requests of web pages are refused", hint)
    if by_tcp(scope):
        if not _is_own(headers.get("host", "")):
            hint = "Use 127.0.0.1 or localhost as the host."
            return Problem(HTTPStatus.MISDIRECTED_REQUEST, "this host is not known here", hint)
        entering = scope["method"] == "GET" and scope["path"].startswith(OPEN)
        if not (own_page or entering or _has_token(headers.get("authorization", ""), rules.token)):
            hint = (
                "Send `Authorization: Bearer TOKEN` with the `token` of the file `serve.json`; "
                "browsers are let in by `prover serve --open`."
            )
            challenge = {"WWW-Authenticate": "Bearer"}
            return Problem(
                HTTPStatus.UNAUTHORIZED, "the token is missing or wrong", hint, challenge
            )
    if scope["method"] == "POST":
        return _odd_body(headers, rules)
    return None


def by_tcp(scope: Scope) -> bool:
    """Whether the request came by TCP; a Unix socket has no port."""
    server = scope.get("server")
    return server is None or server[1] is not None


def _is_own(host: str) -> bool:
    name, colon, port = host.rpartition(":")
    known = name if colon and port.isdecimal() else host
    return known.lower() in HOSTS


def _has_token(authorization: str, token: str) -> bool:
    """Whether the token is there: as a bearer's, or as the password in an address."""
    scheme, _, given = authorization.partition(" ")
    if scheme.lower() == "basic":
        try:
            given = base64.b64decode(given, validate=True).decode().rpartition(":")[2]
        except (binascii.Error, ValueError):
            return False
    elif scheme.lower() != "bearer":
        return False
    return hmac.compare_digest(given.strip().encode(), token.encode())


def _odd_body(headers: Headers, rules: Rules) -> Problem | None:
    media_type = headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type != "application/json":
        hint = "Send `Content-Type: application/json`."
        return Problem(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "the body must be JSON", hint)
    length = headers.get("content-length", "0")
    if length.isdecimal() and int(length) > rules.most_bytes:
        return _too_large(rules)
    return None


async def _body(receive: Receive, rules: Rules) -> bytes | Problem:
    """The whole body, or why it is not taken. Raises `Gone`."""
    body = bytearray()
    try:
        async with asyncio.timeout(rules.body_seconds):
            more = True
            while more:
                message = await receive()
                if message["type"] == "http.disconnect":
                    raise Gone
                body += message.get("body", b"")
                if len(body) > rules.most_bytes:
                    return _too_large(rules)
                more = message.get("more_body", False)
    except TimeoutError:
        detail = f"the body did not arrive within {rules.body_seconds:g} seconds"
        headers = {"Connection": "close"}
        return Problem(HTTPStatus.REQUEST_TIMEOUT, detail, "Send it at once.", headers)
    return bytes(body)


def _too_large(rules: Rules) -> Problem:
    detail = f"the body is larger than {rules.most_bytes} bytes"
    hint = "Send less of the file, or its `path`."
    headers = {"Connection": "close"}
    return Problem(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, detail, hint, headers)


def _replayed(body: bytes, receive: Receive) -> Receive:
    """Gives the body that was read, then what the connection gives."""
    messages: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def replayed() -> Message:
        return messages.pop() if messages else await receive()

    return replayed
