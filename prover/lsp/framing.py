"""Messages on a stream, as the base protocol of LSP frames them, kept byte for byte.

What is no message is not repaired: `Unframed` has the bytes, so that they can be passed on.
"""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass
from typing import Any

Json = dict[str, Any]

BUFFER = 2**20
"""Bytes that are read ahead; also the most that the header of a message may have."""
MOST_BYTES = 2**30
"""A body that says it is larger is taken for a mistake."""
END = b"\r\n\r\n"


class Unframed(Exception):
    """What came is no message, or the stream has ended; `rest` is what was read of it."""

    def __init__(self, rest: bytes) -> None:
        super().__init__(f"{len(rest)} bytes that are no message")
        self.rest = rest


@dataclass(frozen=True)
class Message:
    """A message as it came, header and all."""

    raw: bytes
    start: int
    """Where its body begins."""

    def json(self) -> Json | None:
        """The object in the body; None when it is no JSON object."""
        try:
            found = json.loads(self.raw[self.start :])
        except (ValueError, RecursionError):
            return None
        return found if isinstance(found, dict) else None


def encoded(message: Json) -> bytes:
    """A message of our own, with its header."""
    # Half a surrogate pair can be sent as an escape only.
    try:
        body = json.dumps(message, ensure_ascii=False, separators=(",", ":")).encode()
    except UnicodeEncodeError:
        body = json.dumps(message, separators=(",", ":")).encode()
    return b"Content-Length: %d%s" % (len(body), END) + body


async def read(reader: asyncio.StreamReader) -> Message:
    """The next message. Raises `Unframed`, without any bytes when the stream ends between two."""
    try:
        header = await reader.readuntil(END)
    except asyncio.IncompleteReadError as error:
        raise Unframed(error.partial) from None
    except asyncio.LimitOverrunError as error:
        raise Unframed(await reader.readexactly(error.consumed)) from None
    if (length := _length(header)) is None:
        raise Unframed(header)
    try:
        body = await reader.readexactly(length)
    except asyncio.IncompleteReadError as error:
        raise Unframed(header + error.partial) from None
    return Message(header + body, len(header))


def _length(header: bytes) -> int | None:
    """The number of bytes that the body has, as the header says."""
    for field in header.split(b"\r\n"):
        name, _, value = field.partition(b":")
        if name.strip().lower() == b"content-length" and value.strip().isdigit():
            length = int(value) if len(value) < 20 else MOST_BYTES + 1
            return length if length <= MOST_BYTES else None
    return None
