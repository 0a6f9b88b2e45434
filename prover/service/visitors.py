"""Who may use the web page: browsers that came by an address that was good once.

A browser that comes by such an address gets two secrets. The cookie goes with every request, and no
script can read it; but cookies know no ports, so that a server on another port of this machine may
be sent it too. The key is kept by the page for its own origin, ports included, and goes with what
the page's scripts ask for. Either alone opens nothing that is worth having.
"""

from __future__ import annotations

import hmac
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from http.cookies import CookieError, SimpleCookie

from starlette.datastructures import Headers
from starlette.types import Scope

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
class Visitor:
    """A browser that was let in."""

    cookie: str = field(default_factory=_secret)
    key: str = field(default_factory=_secret)


class Visitors:
    """Invitations that are open, and the browsers that have taken one up."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._invitations: dict[str, float] = {}
        self._visitors: list[Visitor] = []

    def invite(self, port: int) -> str:
        """An address that lets one browser in, once, within ten minutes."""
        invitation = _secret()
        self._invitations[invitation] = self._clock() + INVITATION_SECONDS
        for oldest in list(self._invitations)[:-MOST]:
            del self._invitations[oldest]
        return f"http://127.0.0.1:{port}{OPEN}{invitation}"

    def admit(self, invitation: str) -> Visitor | None:
        """The visitor that an invitation makes; None when it was used, is too old, or is none."""
        known = [one for one in self._invitations if same(one, invitation)]
        if not known or self._invitations.pop(known[0]) < self._clock():
            return None
        self._visitors = [*self._visitors[1 - MOST :], Visitor()]
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
