"""The web page: its files, and the way in to it."""

from __future__ import annotations

import secrets
from http import HTTPStatus
from string import Template

from fastapi import APIRouter, Request
from pydantic import BaseModel
from starlette.exceptions import HTTPException
from starlette.responses import HTMLResponse, JSONResponse, Response

from prover.service.http.access_control import BrowserSessions, cookie_name
from prover.service.http.problem_details import ProblemDetails
from prover.service.http.routes import REFUSALS
from prover.web.assets import EDITOR, SHARED, WEB

KINDS = {".js": "text/javascript", ".css": "text/css"}
FILES = {
    path.relative_to(WEB).as_posix(): path
    for folder in (SHARED, EDITOR)
    for path in folder.iterdir()
    if path.suffix in KINDS
}
"""What the page is made of, by its path; nothing else is handed out."""
HEADERS = {
    "Cache-Control": "no-store",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
NOTHING = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
OWN = "script-src 'self'; connect-src 'self'; img-src data:; style-src 'self' 'nonce-{nonce}'"
"""What the page may load: its own files, and the style elements that have the nonce."""

router = APIRouter()


class PageBody(BaseModel):
    """An address for a browser."""

    address: str


@router.get("/", include_in_schema=False)
async def document() -> Response:
    """The page. CodeMirror makes its own style element, which is what the nonce lets in."""
    nonce = secrets.token_urlsafe(16)
    text = Template((EDITOR / "index.html").read_text("utf-8")).substitute(nonce=nonce)
    policy = f"{NOTHING}; {OWN.format(nonce=nonce)}"
    return HTMLResponse(text, headers={**HEADERS, "Content-Security-Policy": policy})


@router.get("/scripts/{path:path}", include_in_schema=False)
async def script(path: str) -> Response:
    """A script or a style of the page."""
    if path not in FILES:
        raise HTTPException(HTTPStatus.NOT_FOUND, "the page has no such file")
    file = FILES[path]
    return Response(file.read_bytes(), media_type=KINDS[file.suffix], headers=HEADERS)


@router.get("/open/{invitation}", include_in_schema=False)
async def enter(invitation: str, request: Request) -> Response:
    """Lets a browser in; its key goes to the page behind a `#`, which is sent to nobody.

    It is the document that goes on to the page, and no redirect: a cookie that is strict about
    where a request comes from would not go with one if a link elsewhere was followed.
    """
    visitors: BrowserSessions = request.app.state.visitors
    if (visitor := visitors.admit(invitation)) is None:
        hint = "Open the page anew with `prover serve --open`."
        return ProblemDetails(HTTPStatus.GONE, "this address was used already", hint).response()
    text = Template((EDITOR / "enter.html").read_text("utf-8")).substitute(key=visitor.key)
    answer = HTMLResponse(text, headers={**HEADERS, "Content-Security-Policy": NOTHING})
    name = cookie_name(request.scope)
    answer.set_cookie(name, visitor.cookie, httponly=True, samesite="strict")
    return answer


@router.post("/v1/page", responses=REFUSALS, response_model=PageBody)
async def invite(request: Request) -> Response:
    """An address that opens the page in one browser, once, within ten minutes."""
    port: int | None = request.app.state.port
    if port is None:
        hint = "Start it with `prover serve --open`, or with `--tcp`."
        detail = "a browser can't reach the service, which listens on no port"
        return ProblemDetails(HTTPStatus.CONFLICT, detail, hint).response()
    visitors: BrowserSessions = request.app.state.visitors
    return JSONResponse({"address": visitors.invite(port)}, headers={"Cache-Control": "no-store"})
