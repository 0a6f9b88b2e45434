"""Who may ask, and how much: every request passes here before anything else looks at it.

A Unix socket is guarded by its folder. On TCP any program and any web page of this machine can try
to connect, so there a request needs the token, and a `Host` that is this machine's own (otherwise a
page whose name is rebound to 127.0.0.1 would be let in). Web pages are refused everywhere, but for
the service's own in a browser that was let in (`prover.service.http.access_control`).
"""

from __future__ import annotations

import asyncio
import base64
import binascii
import hmac
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from http import HTTPStatus
from http.cookies import CookieError, SimpleCookie

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from prover.service.http.problem_details import ProblemDetails

MOST_BYTES = 4 * 2**20
BODY_SECONDS = 10.0
HOSTS = ("127.0.0.1", "localhost", "[::1]")


@dataclass(frozen=True)
class AccessRules:
    """What is let in."""

    token: str = field(default_factory=lambda: secrets.token_urlsafe(32))
    """What a request by TCP must bring."""
    most_bytes: int = MOST_BYTES
    """The largest body."""
    body_seconds: float = BODY_SECONDS
    """How long a body may take to arrive."""


class Gone(Exception):
    """The client has gone away."""


class AccessControl:
    """ASGI middleware; `refused` is told of the status of each request that is not let in."""

    def __init__(
        self,
        app: ASGIApp,
        rules: AccessRules,
        visitors: BrowserSessions,
        refused: Callable[[int], None],
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
            if isinstance(body, ProblemDetails):
                problem = body
            else:
                receive = _replayed(body, receive)
        if problem is None:
            await self._app(scope, receive, send)
            return
        self._refused(problem.status)
        await problem.response()(scope, receive, send)


def objection(scope: Scope, rules: AccessRules, visitors: BrowserSessions) -> ProblemDetails | None:
    """Why a request is not let in, by its headers alone."""
    headers = Headers(scope=scope)
    own_page = by_tcp(scope) and visitors.allows(scope)
    if "origin" in headers and not own_page:
        hint = "Web pages may not use it; a program sends no `Origin`."
        return ProblemDetails(HTTPStatus.FORBIDDEN, "requests of web pages are refused", hint)
    if by_tcp(scope):
        if not _is_own(headers.get("host", "")):
            hint = "Use 127.0.0.1 or localhost as the host."
            return ProblemDetails(
                HTTPStatus.MISDIRECTED_REQUEST, "this host is not known here", hint
            )
        entering = scope["method"] == "GET" and scope["path"].startswith(OPEN)
        if not (own_page or entering or _has_token(headers.get("authorization", ""), rules.token)):
            hint = (
                "Send `Authorization: Bearer TOKEN` with the `token` of the file `serve.json`; "
                "browsers are let in by `prover serve --open`."
            )
            challenge = {"WWW-Authenticate": "Bearer"}
            return ProblemDetails(
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


def _odd_body(headers: Headers, rules: AccessRules) -> ProblemDetails | None:
    media_type = headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type != "application/json":
        hint = "Send `Content-Type: application/json`."
        return ProblemDetails(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "the body must be JSON", hint)
    length = headers.get("content-length", "0")
    if length.isdecimal() and int(length) > rules.most_bytes:
        return _too_large(rules)
    return None


async def _body(receive: Receive, rules: AccessRules) -> bytes | ProblemDetails:
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
        return ProblemDetails(HTTPStatus.REQUEST_TIMEOUT, detail, "Send it at once.", headers)
    return bytes(body)


def _too_large(rules: AccessRules) -> ProblemDetails:
    detail = f"the body is larger than {rules.most_bytes} bytes"
    hint = "Send less of the file, or its `path`."
    headers = {"Connection": "close"}
    return ProblemDetails(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, detail, hint, headers)


def _replayed(body: bytes, receive: Receive) -> Receive:
    """Gives the body that was read, then what the connection gives."""
    messages: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def replayed() -> Message:
        return messages.pop() if messages else await receive()

    return replayed


OPEN = "/open/"
"""Where the addresses lead that are good once."""
KEY_HEADER = "prover-page"
"""The header with the key."""
INVITATION_SECONDS = 600.0
"""How long an address waits to be opened."""
MOST = 100
"""How many browsers, and as many open invitations, are remembered."""
DOCUMENT = "/"
SCRIPTS = "/scripts/"


def _secret() -> str:
    return secrets.token_urlsafe(32)


@dataclass(frozen=True)
class BrowserSession:
    """A browser that was let in."""

    cookie: str = field(default_factory=_secret)
    key: str = field(default_factory=_secret)


class BrowserSessions:
    """Invitations that are open, and the browsers that have taken one up."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._invitations: dict[str, float] = {}
        self._visitors: list[BrowserSession] = []

    def invite(self, port: int) -> str:
        """An address that lets one browser in, once, within ten minutes."""
        invitation = _secret()
        self._invitations[invitation] = self._clock() + INVITATION_SECONDS
        for oldest in list(self._invitations)[:-MOST]:
            del self._invitations[oldest]
        return f"http://127.0.0.1:{port}{OPEN}{invitation}"

    def admit(self, invitation: str) -> BrowserSession | None:
        """The visitor that an invitation makes; None when it was used, is too old, or is none."""
        known = [one for one in self._invitations if same(one, invitation)]
        if not known or self._invitations.pop(known[0]) < self._clock():
            return None
        self._visitors = [*self._visitors[1 - MOST :], BrowserSession()]
        return self._visitors[-1]

    def allows(self, scope: Scope) -> bool:
        """Whether a request comes from the page of a visitor, or is for the page itself.

        What else a browser sends with the cookie, asked to by a page from anywhere else, is not.
        """
        headers, path = Headers(scope=scope), scope["path"]
        given = cookie_of(scope)
        found = [one for one in self._visitors if same(one.cookie, given)]
        origin = headers.get("origin", "")
        if not found or origin not in ("", f"http://{headers.get('host', '')}"):
            return False
        site = headers.get("sec-fetch-site", "")
        if path == DOCUMENT:
            return scope["method"] == "GET" and site in ("none", "same-origin")
        if site != "same-origin":
            return False
        return path.startswith(SCRIPTS) or same(found[0].key, headers.get(KEY_HEADER, ""))


def cookie_name(scope: Scope) -> str:
    """What the cookie is called; services on several ports have one each."""
    server = scope.get("server")
    return f"prover-{server[1] if server else 0}"


def cookie_of(scope: Scope) -> str:
    """The cookie that came with a request; empty where there is none."""
    name = cookie_name(scope)
    try:
        cookies = SimpleCookie(Headers(scope=scope).get("cookie", ""))
    except CookieError:
        return ""
    return cookies[name].value if name in cookies else ""


def same(first: str, second: str) -> bool:
    """Compares secrets in constant time."""
    return hmac.compare_digest(first.encode(), second.encode(errors="replace"))
