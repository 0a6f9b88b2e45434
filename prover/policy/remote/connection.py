"""Requests to one server, made again where that may help."""

from __future__ import annotations

import asyncio
import json
import logging
import random
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

import httpx2

from prover.errors import EnvironmentProblem
from prover.policy.remote.address import Address
from prover.policy.remote.key import Key
from prover.policy.remote.reply import Reply

PASSING = frozenset({408, 429, 500, 502, 503, 504})
"""Statuses that may be others a moment later."""
CONNECT_SECONDS = 10.0


@dataclass(frozen=True)
class Patience:
    """How long a server is waited for."""

    seconds: float = 120.0
    """For one answer."""
    attempts: int = 6
    """How often one thing is asked for."""
    pause: float = 0.5
    """Seconds before the second attempt; twice as many before each further one."""
    longest_pause: float = 60.0
    """Seconds. A server that wants to be left alone for longer is given up."""

    def before(self, attempt: int, wanted: float | None) -> float:
        """Seconds to wait before this attempt, the second being 1. Those who failed together do
        not come back together."""
        backoff = self.pause * 2.0 ** (attempt - 1) * random.uniform(0.5, 1.0)
        return min(self.longest_pause, max(backoff, wanted or 0.0))


@dataclass(frozen=True)
class Failure:
    """Why an attempt failed, and whether another may not."""

    problem: EnvironmentProblem
    again: bool
    after: float | None = None
    """In how many seconds the server wants to be asked again."""


class TooMuch(Exception):
    """An answer was longer than any honest one."""


class Connection:
    """Asks one server, at most so many things at once. Cancelling a call closes its request.

    Redirections are not followed: the key is for this server only.
    """

    def __init__(
        self,
        address: Address,
        key: Key,
        *,
        requests: int = 8,
        patience: Patience | None = None,
        most_bytes: int = 32 * 2**20,
    ) -> None:
        """At most `requests` are under way at once; an answer may have `most_bytes`."""
        if key:
            # It logs the headers of answers, and a server may repeat the key in them.
            logging.getLogger("httpcore2").setLevel(logging.INFO)
        self.address = address
        self.key = key
        self._patience = patience or Patience()
        self._most_bytes = most_bytes
        self._slots = asyncio.Semaphore(requests)
        self._reached = False
        self._client = httpx2.AsyncClient(
            headers={**key.headers, "Accept": "application/json", "Accept-Encoding": "identity"},
            timeout=httpx2.Timeout(self._patience.seconds, connect=CONNECT_SECONDS),
            limits=httpx2.Limits(max_connections=requests),
            follow_redirects=False,
        )

    async def get(self, path: str) -> Reply:
        """What the server answers, unless it fails for good: then raises `EnvironmentProblem`."""
        return await self._persist("GET", path, None)

    async def post(self, path: str, body: Mapping[str, Any]) -> Reply:
        """As `get`, with an object that is sent."""
        return await self._persist("POST", path, json.dumps(body).encode())

    async def close(self) -> None:
        """Closes all connections."""
        await self._client.aclose()

    async def _persist(self, method: str, path: str, content: bytes | None) -> Reply:
        attempt = 1
        while isinstance(result := await self._attempt(method, path, content), Failure):
            asleep = self._patience.longest_pause < (result.after or 0.0)
            if not result.again or asleep or attempt == self._patience.attempts:
                raise result.problem
            await asyncio.sleep(self._patience.before(attempt, result.after))
            attempt += 1
        return result

    async def _attempt(self, method: str, path: str, content: bytes | None) -> Reply | Failure:
        url, seconds = self.address.to(path), self._patience.seconds
        try:
            async with self._slots, asyncio.timeout(seconds):
                reply = await self._exchange(method, url, content)
        except (httpx2.ConnectError, httpx2.ConnectTimeout) as error:
            # What has never answered is not running: no use in asking again.
            return Failure(_unreachable(url, error), again=self._reached)
        except (TimeoutError, httpx2.TimeoutException):
            hint = "Lower the option `samples`, or raise `seconds`."
            late = EnvironmentProblem(f"{url} has not answered in {seconds:g} s", hint)
            return Failure(late, again=False)
        except TooMuch:
            return Failure(_too_much(url, self._most_bytes), again=False)
        except (httpx2.RequestError, httpx2.InvalidURL) as error:
            return Failure(_broken(url, error), again=isinstance(error, httpx2.TransportError))
        self._reached = True
        if reply.status in PASSING and not reply.refuses_several:
            problem = reply.problem(self.key)
            assert isinstance(problem, EnvironmentProblem)
            return Failure(problem, again=True, after=reply.after)
        return reply

    async def _exchange(self, method: str, url: str, content: bytes | None) -> Reply:
        headers = {} if content is None else {"Content-Type": "application/json"}
        stream = self._client.stream(method, url, content=content, headers=headers)
        async with stream as response:
            body = bytearray()
            async for piece in response.aiter_bytes():
                body += piece
                if len(body) > self._most_bytes:
                    raise TooMuch
        return Reply(
            url,
            response.status_code,
            bytes(body),
            response.headers.get("Location", ""),
            _seconds(response.headers.get("Retry-After")),
        )


def _unreachable(url: str, error: Exception) -> EnvironmentProblem:
    return EnvironmentProblem(
        f"{url} can't be reached: {error}",
        "Start the server, or check the address and the port.",
    )


def _broken(url: str, error: Exception) -> EnvironmentProblem:
    return EnvironmentProblem(
        f"{url} breaks off its answers: {error or type(error).__name__}",
        "See what the server writes; it may have crashed.",
    )


def _too_much(url: str, most: int) -> EnvironmentProblem:
    return EnvironmentProblem(
        f"{url} answers with more than {most / 2**20:g} MiB",
        "Lower the options `samples` and `max_tokens`, and check the address.",
    )


def _seconds(header: str | None) -> float | None:
    """What Retry-After says, a number or a date; None when it says nothing."""
    if header is None:
        return None
    if header.isascii() and header.isdigit():
        return float(header)
    try:
        then = parsedate_to_datetime(header)
    except ValueError:
        return None
    if then.tzinfo is None:
        then = then.replace(tzinfo=UTC)
    return max(0.0, (then - datetime.now(UTC)).total_seconds())
