"""The way in to the web page, a test for each rule, over real sockets."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass

import httpx2
import pytest
import pytest_asyncio

from prover.service.http import access_control
from prover.service.http.access_control import BrowserSessions
from prover.service.http.page_routes import FILES
from tests.service.scripted_service import THEOREM, Served, serving


@dataclass
class Guest:
    """A browser that was let in."""

    served: Served
    cookie: str
    key: str

    @property
    def headers(self) -> dict[str, str]:
        """What it sends with a request of the page's own scripts."""
        return {
            "Cookie": self.cookie,
            "Prover-Page": self.key,
            "Origin": f"http://127.0.0.1:{self.served.address.port}",
            "Sec-Fetch-Site": "same-origin",
        }

    async def get(self, path: str, **changed: str | None) -> httpx2.Response:
        """A request with some headers changed (`_` stands for `-`), or left out."""
        fresh = {name.replace("_", "-"): value for name, value in changed.items()}
        headers = {**self.headers, **fresh}
        sent = {name: value for name, value in headers.items() if value is not None}
        return await self.served.tcp.get(path, headers=sent)


@pytest_asyncio.fixture(scope="module")
async def running() -> AsyncIterator[Served]:
    async with serving() as served:
        yield served


@pytest.fixture
def served(running: Served) -> Served:
    """The service, for a browser that has not been there."""
    running.tcp.cookies.clear()
    return running


@pytest_asyncio.fixture
async def guest(served: Served) -> Guest:
    address = (await served.post("/v1/page", {})).json()["address"]
    answer = await served.tcp.get(address)
    served.tcp.cookies.clear()
    key = re.search(r"#key=([\w-]+)", answer.text)
    assert answer.status_code == 200
    assert key is not None
    return Guest(served, answer.headers["set-cookie"].partition(";")[0], key[1])


async def test_an_address_lets_one_browser_in_once(served: Served) -> None:
    address = (await served.post("/v1/page", {})).json()["address"]
    assert address.startswith(f"http://127.0.0.1:{served.address.port}/open/")
    first, second = await served.tcp.get(address), await served.tcp.get(address)
    assert (first.status_code, second.status_code) == (200, 410)
    assert "prover serve --open" in second.json()["hint"]
    assert "set-cookie" not in second.headers


async def test_the_cookie_is_strict_and_no_script_reads_it(served: Served) -> None:
    address = (await served.post("/v1/page", {})).json()["address"]
    _, *rules = (await served.tcp.get(address)).headers["set-cookie"].lower().split("; ")
    assert {"httponly", "samesite=strict", "path=/"} <= set(rules)


async def test_only_who_has_the_token_or_the_socket_invites(served: Served) -> None:
    assert (await served.tcp.post("/v1/page", json={})).status_code == 401
    headers = {"Authorization": f"Bearer {served.address.token}"}
    assert (await served.tcp.post("/v1/page", json={}, headers=headers)).status_code == 200


async def test_the_page_of_a_guest_may_ask(guest: Guest) -> None:
    assert (await guest.get("/v1/status")).status_code == 200
    prove = await guest.served.tcp.post("/v1/prove", json=THEOREM, headers=guest.headers)
    assert prove.status_code == 200
    assert '"proved"' in prove.text
    assert not [name for name in prove.headers if name.lower().startswith("access-control")]


@pytest.mark.parametrize(
    ("changed", "status"),
    [
        # Another server on this machine is sent the cookie, as cookies know no ports.
        ({"Prover_Page": None}, 403),
        ({"Prover_Page": "guess", "Origin": None}, 401),
        ({"Cookie": None}, 403),
        ({"Cookie": None, "Origin": None}, 401),
        ({"Cookie": "prover-1=guess", "Origin": None}, 401),
        ({"Origin": "https://evil.example"}, 403),
        ({"Origin": "http://127.0.0.1:1"}, 403),
        ({"Origin": "null"}, 403),
        ({"Sec_Fetch_Site": "same-site", "Origin": None}, 401),
        ({"Sec_Fetch_Site": "cross-site", "Origin": None}, 401),
        ({"Sec_Fetch_Site": "none", "Origin": None}, 401),
        ({"Sec_Fetch_Site": None, "Origin": None}, 401),
        ({"Host": "evil.example", "Origin": "http://evil.example"}, 421),
    ],
)
async def test_whatever_is_missing_or_wrong_is_refused(
    guest: Guest, changed: dict[str, str | None], status: int
) -> None:
    assert (await guest.get("/v1/status", **changed)).status_code == status


async def test_no_page_is_let_in_over_the_unix_socket(guest: Guest) -> None:
    answer = await guest.served.unix.get("/v1/status", headers=guest.headers)
    assert answer.status_code == 403


@pytest.mark.parametrize("site", ["none", "same-origin"])
async def test_the_document_lets_no_inline_script_run_and_nobody_frame_it(
    guest: Guest, site: str
) -> None:
    answer = await guest.get("/", Sec_Fetch_Site=site, Origin=None, Prover_Page=None)
    assert answer.status_code == 200
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "script-src 'self';" in policy
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert answer.headers["cache-control"] == "no-store"
    for attributes, text in re.findall(r"<script([^>]*)>(.*?)</script>", answer.text, re.DOTALL):
        assert "src=" in attributes
        assert not text
    assert not re.search(r"\son\w+=|\sstyle=|javascript:", answer.text)
    again = await guest.get("/", Sec_Fetch_Site=site, Origin=None)
    assert again.headers["content-security-policy"] != policy


@pytest.mark.parametrize("site", ["cross-site", "same-site", None])
async def test_the_document_is_not_for_other_sites(guest: Guest, site: str | None) -> None:
    answer = await guest.get("/", Sec_Fetch_Site=site, Origin=None)
    assert answer.status_code == 401


async def test_without_the_cookie_there_is_nothing(served: Served) -> None:
    for path in ("/", "/scripts/editor/main.js"):
        answer = await served.tcp.get(path, headers={"Sec-Fetch-Site": "same-origin"})
        assert answer.status_code == 401
        assert "prover serve --open" in answer.json()["hint"]


async def test_all_files_of_the_page_are_handed_out_and_no_others(guest: Guest) -> None:
    for name in FILES:
        answer = await guest.get(f"/scripts/{name}", Prover_Page=None, Origin=None)
        assert answer.status_code == 200
        assert answer.headers["content-type"].startswith(("text/javascript", "text/css"))
    for name in (
        "assets.py",
        "editor/build.mjs",
        "shared/../assets.py",
        "..%2ferrors.py",
    ):
        assert (await guest.get(f"/scripts/{name}")).status_code == 404


async def test_an_invitation_does_not_wait_for_ever() -> None:
    now = 0.0
    known = BrowserSessions(clock=lambda: now)
    first, second = (known.invite(1).rpartition("/")[2] for _ in range(2))
    now = access_control.INVITATION_SECONDS - 1
    assert known.admit(first)
    now = access_control.INVITATION_SECONDS + 1
    assert known.admit(second) is None
    assert known.admit("") is None


async def test_the_oldest_invitations_are_forgotten() -> None:
    known = BrowserSessions()
    first = known.invite(1).rpartition("/")[2]
    for _ in range(access_control.MOST):
        last = known.invite(1).rpartition("/")[2]
    assert known.admit(first) is None
    assert known.admit(last)
