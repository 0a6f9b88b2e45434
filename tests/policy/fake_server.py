"""A server on this machine that behaves as badly as it is told to."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Self


@dataclass(frozen=True)
class Request:
    """What a client asked."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: Any


@dataclass(frozen=True)
class Answer:
    """What it is told to answer."""

    body: str | bytes = ""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    delay: float = 0.0
    """Seconds before it begins."""
    cut: int | None = None
    """After how many bytes of the body it hangs up."""
    drip: float | None = None
    """Seconds between the bytes, sent one at a time."""


Handler = Callable[[Request], Answer]


def answered(body: Any, **how: Any) -> Answer:
    """Answers with an object."""
    return Answer(json.dumps(body), **how)


def choice(text: str, *logprobs: Any, tokens: Sequence[str] = ()) -> dict[str, Any]:
    """A choice as vLLM gives it; without log-probabilities if there are none."""
    if not logprobs:
        return {"text": text, "logprobs": None}
    texts = list(tokens) or [""] * len(logprobs)
    return {"text": text, "logprobs": {"tokens": texts, "token_logprobs": list(logprobs)}}


def choices(*entries: dict[str, Any]) -> Answer:
    """An answer of `/v1/completions`."""
    return answered({"choices": list(entries)})


def said(content: str) -> Answer:
    """An answer of `/v1/chat/completions`."""
    return answered({"choices": [{"message": {"role": "assistant", "content": content}}]})


def models(**windows: int | None) -> Answer:
    """An answer of `/v1/models`."""
    entries = [
        {"id": name} | ({"max_model_len": window} if window else {})
        for name, window in windows.items()
    ]
    return answered({"object": "list", "data": entries})


class FakeServer:
    """Answers a path with what was scripted for it, in turn, and then with its last answer.

    What is not scripted: the model `tiny` with a window of 1000 tokens, and `n` times `simp`.
    """

    def __init__(self) -> None:
        self.requests: list[Request] = []
        self.busy = 0
        self.busiest = 0
        """How many requests were under way at once at most."""
        self.abandoned = 0
        """How many clients hung up before they had their answer."""
        self._scripts: dict[str, list[Answer | Handler]] = {
            "/v1/models": [models(tiny=1000)],
            "/v1/completions": [
                lambda request: choices(*[choice("simp", -0.5)] * request.body.get("n", 1))
            ],
        }

    def script(self, path: str, *answers: Answer | Handler) -> None:
        """What to answer under `/v1/`."""
        self._scripts[f"/v1/{path}"] = list(answers)

    def sent(self, path: str) -> list[Any]:
        """The bodies of the requests under `/v1/`, but for those that only see what is offered."""
        return [
            request.body
            for request in self.requests
            if request.path == f"/v1/{path}" and request.body.get("max_tokens") != 1
        ]

    @property
    def url(self) -> str:
        """Where it is."""
        return f"http://127.0.0.1:{self._port}"

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._connected, "127.0.0.1", 0)
        self._port = self._server.sockets[0].getsockname()[1]
        self._connections: set[asyncio.Task[None]] = set()
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        for task in self._connections:
            task.cancel()
        await asyncio.gather(*self._connections, return_exceptions=True)

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._connections.add(task)
        try:
            while (request := await _read(reader)) and await self._serve(request, reader, writer):
                pass
        except (ConnectionError, asyncio.CancelledError):
            # Whoever listened is gone, or the test is over.
            pass
        finally:
            self._connections.discard(task)
            writer.close()

    async def _serve(
        self, request: Request, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> bool:
        """Answers; whether the connection stays open."""
        self.requests.append(request)
        self.busy += 1
        self.busiest = max(self.busiest, self.busy)
        try:
            answer = self._next(request)
            if answer.delay and await _hangs_up(reader, answer.delay):
                self.abandoned += 1
                return False
            return await _write(answer, writer)
        finally:
            self.busy -= 1

    def _next(self, request: Request) -> Answer:
        script = self._scripts.get(request.path, [Answer("no such path", 404)])
        answer = script.pop(0) if len(script) > 1 else script[0]
        return answer if isinstance(answer, Answer) else answer(request)


async def _hangs_up(reader: asyncio.StreamReader, seconds: float) -> bool:
    """Whether the client, which should be waiting, is gone within the time."""
    try:
        async with asyncio.timeout(seconds):
            return await reader.read(1) == b""
    except TimeoutError:
        return False


async def _read(reader: asyncio.StreamReader) -> Request | None:
    """The next request; None when the client has hung up."""
    try:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
    except asyncio.IncompleteReadError:
        return None
    first, *lines = head.strip().split("\r\n")
    method, path, _ = first.split(" ")
    headers = {
        name.lower(): value for name, value in (line.split(": ", maxsplit=1) for line in lines)
    }
    body = await reader.readexactly(int(headers.get("content-length", 0)))
    return Request(method, path, headers, json.loads(body) if body else {})


async def _write(answer: Answer, writer: asyncio.StreamWriter) -> bool:
    body = answer.body if isinstance(answer.body, bytes) else answer.body.encode()
    headers = {"Content-Type": "application/json", "Content-Length": len(body), **answer.headers}
    lines = [f"{name}: {value}" for name, value in headers.items()]
    head = "\r\n".join([f"HTTP/1.1 {answer.status} As told", *lines, "", ""])
    writer.write(head.encode())
    for place in range(len(body)) if answer.drip is not None else ():
        writer.write(body[place : place + 1])
        await writer.drain()
        await asyncio.sleep(answer.drip or 0.0)
    if answer.drip is None:
        writer.write(body[: answer.cut])
    await writer.drain()
    return answer.cut is None
