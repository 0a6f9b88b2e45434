"""Requests to one server, made again where that may help."""

from __future__ import annotations

import asyncio
import json
import logging
import random
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

import httpx2

from prover.errors import InputError, ProverError, SetupError
from prover.policy.remote.client_config import VARIABLE, ApiKey, BaseUrl

PASSING = frozenset({408, 429, 500, 502, 503, 504})
"""Statuses that may be others a moment later."""
CONNECT_SECONDS = 10.0


@dataclass(frozen=True)
class RetryPolicy:
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
class RequestFailure:
    """Why an attempt failed, and whether another may not."""

    problem: SetupError
    again: bool
    after: float | None = None
    """In how many seconds the server wants to be asked again."""


class PromptTooLong(Exception):
    """An answer was longer than any honest one."""


class Connection:
    """Asks one server, at most so many things at once. Cancelling a call closes its request.

    Redirections are not followed: the key is for this server only.
    """

    def __init__(
        self,
        address: BaseUrl,
        key: ApiKey,
        *,
        requests: int = 8,
        patience: RetryPolicy | None = None,
        most_bytes: int = 32 * 2**20,
    ) -> None:
        """At most `requests` are under way at once; an answer may have `most_bytes`."""
        if key:
            # It logs the headers of answers, and a server may repeat the key in them.
            logging.getLogger("httpcore2").setLevel(logging.INFO)
        self.address = address
        self.key = key
        self._patience = patience or RetryPolicy()
        self._most_bytes = most_bytes
        self._slots = asyncio.Semaphore(requests)
        self._reached = False
        self._client = httpx2.AsyncClient(
            headers={**key.headers, "Accept": "application/json", "Accept-Encoding": "identity"},
            timeout=httpx2.Timeout(self._patience.seconds, connect=CONNECT_SECONDS),
            limits=httpx2.Limits(max_connections=requests),
            follow_redirects=False,
        )

    async def get(self, path: str) -> ServerReply:
        """What the server answers, unless it fails for good: then raises `SetupError`."""
        return await self._persist("GET", path, None)

    async def post(self, path: str, body: Mapping[str, Any]) -> ServerReply:
        """As `get`, with an object that is sent."""
        return await self._persist("POST", path, json.dumps(body).encode())

    async def close(self) -> None:
        """Closes all connections."""
        await self._client.aclose()

    async def _persist(self, method: str, path: str, content: bytes | None) -> ServerReply:
        attempt = 1
        while isinstance(result := await self._attempt(method, path, content), RequestFailure):
            asleep = self._patience.longest_pause < (result.after or 0.0)
            if not result.again or asleep or attempt == self._patience.attempts:
                raise result.problem
            await asyncio.sleep(self._patience.before(attempt, result.after))
            attempt += 1
        return result

    async def _attempt(
        self, method: str, path: str, content: bytes | None
    ) -> ServerReply | RequestFailure:
        url, seconds = self.address.to(path), self._patience.seconds
        try:
            async with self._slots, asyncio.timeout(seconds):
                reply = await self._exchange(method, url, content)
        except (httpx2.ConnectError, httpx2.ConnectTimeout) as error:
            # What has never answered is not running: no use in asking again.
            return RequestFailure(_unreachable(url, error), again=self._reached)
        except (TimeoutError, httpx2.TimeoutException):
            hint = "Lower the option `samples`, or raise `seconds`."
            late = SetupError(f"{url} has not answered in {seconds:g} s", hint)
            return RequestFailure(late, again=False)
        except PromptTooLong:
            return RequestFailure(_too_much(url, self._most_bytes), again=False)
        except (httpx2.RequestError, httpx2.InvalidURL) as error:
            return RequestFailure(
                _broken(url, error), again=isinstance(error, httpx2.TransportError)
            )
        self._reached = True
        if reply.status in PASSING and not reply.refuses_several:
            problem = reply.problem(self.key)
            assert isinstance(problem, SetupError)
            return RequestFailure(problem, again=True, after=reply.after)
        return reply

    async def _exchange(self, method: str, url: str, content: bytes | None) -> ServerReply:
        headers = {} if content is None else {"Content-Type": "application/json"}
        stream = self._client.stream(method, url, content=content, headers=headers)
        async with stream as response:
            body = bytearray()
            async for piece in response.aiter_bytes():
                body += piece
                if len(body) > self._most_bytes:
                    raise PromptTooLong
        return ServerReply(
            url,
            response.status_code,
            bytes(body),
            response.headers.get("Location", ""),
            _seconds(response.headers.get("Retry-After")),
        )


def _unreachable(url: str, error: Exception) -> SetupError:
    return SetupError(
        f"{url} can't be reached: {error}",
        "Start the server, or check the address and the port.",
    )


def _broken(url: str, error: Exception) -> SetupError:
    return SetupError(
        f"{url} breaks off its answers: {error or type(error).__name__}",
        "See what the server writes; it may have crashed.",
    )


def _too_much(url: str, most: int) -> SetupError:
    return SetupError(
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


NOT_OFFERED = frozenset({404, 405, 501})
"""What is answered to a request that a server does not know."""
WORDS = 300
"""How many characters of a server's own words are repeated."""
LIMITS = (
    # vLLM and OpenAI; SGLang; llama.cpp
    re.compile(r"maximum context length (?:is|of) (\d+)"),
    re.compile(r"context length \((\d+) tokens\)"),
    re.compile(r"\"n_ctx\":\s*(\d+)"),
)
TOO_LONG = re.compile(r"context (?:length|size|window)|exceed_context|context_length", re.I)
SEVERAL = re.compile(r"only one completion|n_cmpl cannot be|\bn must be 1\b", re.I)
"""How servers refuse to give several completions at once: llama.cpp before it could, and now if
they are more than its slots; vLLM where all would be the same."""


@dataclass(frozen=True)
class ServerReply:
    """An answer that has come whole."""

    url: str
    status: int
    body: bytes
    location: str = ""
    """Where a redirection leads."""
    after: float | None = None
    """In how many seconds the server wants to be asked again."""

    def json(self, key: ApiKey) -> dict[str, Any]:
        """The object that was asked for. Raises `ProverError` when there is none."""
        if self.status != 200:
            raise self.problem(key)
        data = _loaded(self.body)
        if not isinstance(data, dict):
            raise SetupError(
                f"{self.url} answers with something that is no JSON object: `{self.words(key)}`",
                "Is it an OpenAI-compatible server? Its address often ends in /v1.",
            )
        return data

    @property
    def refuses_several(self) -> bool:
        """Whether fewer completions would have been given. Older llama.cpp says so with a 500."""
        return self.status >= 400 and bool(SEVERAL.search(self.body.decode(errors="replace")))

    def words(self, key: ApiKey) -> str:
        """What the server says, on one line, without the key."""
        said: Any = _loaded(self.body)
        for name in ("error", "message", "detail"):
            if isinstance(said, dict) and said.get(name):
                said = said[name]
        text = said if isinstance(said, str) else self.body.decode(errors="replace")
        # Hidden before it is cut, so that no part of the key is left at the end.
        line = " ".join("".join(filter(_is_plain, key.hidden_in(text))).split())
        return line if len(line) <= WORDS else line[:WORDS] + "…"

    def problem(self, key: ApiKey) -> ProverError:
        """The error that this answer is, with what to do about it."""
        if 300 <= self.status < 400:
            target = key.hidden_in(self.location)
            return SetupError(
                f"{self.url} sends on to {target or 'another address'}",
                "It is not followed there; give that address if it is the one you mean.",
            )
        if self.status in (401, 403):
            hint = "Check the key in" if key else "Put its key into"
            return SetupError(
                f"{self.url} {'refuses the key' if key else 'asks for a key'}",
                f"{hint} the environment variable {VARIABLE} or the file named by `key_file`.",
            )
        if self.status in (400, 413, 422) and TOO_LONG.search(self.body.decode(errors="replace")):
            return self._too_long(key)
        said = self.words(key)
        words = f": {said}" if said else ""
        return SetupError(
            f"{self.url} answers with status {self.status}{words}", _hint(self.status)
        )

    def _too_long(self, key: ApiKey) -> InputError:
        text = self.body.decode(errors="replace")
        found = next((match[1] for limit in LIMITS if (match := limit.search(text))), None)
        if found is None:
            return InputError(
                f"a prompt is too long for {self.url}: {self.words(key)}",
                "Set the option `window` to the number of tokens that the model takes.",
            )
        return InputError(
            f"a prompt is too long for {self.url}, which takes {found} tokens",
            f"Set the option `window` to {found}.",
        )


def _hint(status: int) -> str:
    if status == 429:
        return "Try again later, or lower the option `requests`."
    if status >= 500:
        return "See what the server writes; it may still be starting, or be out of memory."
    return "Check the address and the name of the model."


def _loaded(body: bytes) -> Any:
    """The JSON that this is; None when it is none."""
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None


def _is_plain(character: str) -> bool:
    return character.isprintable() or character.isspace()
