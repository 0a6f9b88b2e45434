"""Messages on a stream, and what is none."""

from __future__ import annotations

import asyncio

import pytest

from prover.lsp.framing import BUFFER, Unframed, encoded, read


def stream(*pieces: bytes) -> asyncio.StreamReader:
    reader = asyncio.StreamReader(limit=BUFFER)
    for piece in pieces:
        reader.feed_data(piece)
    reader.feed_eof()
    return reader


async def rest(reader: asyncio.StreamReader) -> bytes:
    with pytest.raises(Unframed) as caught:
        await read(reader)
    return caught.value.rest + await reader.read()


async def test_messages_are_kept_as_they_came() -> None:
    plain = b'Content-Length: 8\r\n\r\n{"a": 1}'
    odd = 'content-type: x\r\nCONTENT-LENGTH:  13 \r\n\r\n{ "ℓ" : 1 }'.encode()
    reader = stream(plain[:5], plain[5:] + odd)
    first, second = await read(reader), await read(reader)
    assert (first.raw, first.json()) == (plain, {"a": 1})
    assert (second.raw, second.json()) == (odd, {"ℓ": 1})
    assert await rest(reader) == b""


async def test_large_messages_pass() -> None:
    large = encoded({"text": "ℝ" * 4 * BUFFER})
    message = await read(stream(large))
    assert message.raw == large


@pytest.mark.parametrize(
    "content",
    [
        b"hello\nworld",
        b"Content-Length: x\r\n\r\n{}",
        b"Content-Length: 99999999999999999999999999\r\n\r\n{}",
        b"Content-Type: x\r\n\r\n{}",
        b"Content-Length: 10\r\n\r\n{}",
        b"Content-Length: 10",
        b"x" * (2 * BUFFER),
    ],
)
async def test_what_is_no_message_is_given_back_whole(content: bytes) -> None:
    assert await rest(stream(content)) == content


@pytest.mark.parametrize("body", [b"[1]", b"{", b"\xff\xfe", b"[" * 100_000])
async def test_a_body_that_is_no_object_passes(body: bytes) -> None:
    raw = b"Content-Length: %d\r\n\r\n%s" % (len(body), body)
    message = await read(stream(raw))
    assert (message.raw, message.json()) == (raw, None)


async def test_half_a_surrogate_pair_can_be_sent() -> None:
    message = await read(stream(encoded({"a": "\ud800"})))
    assert message.json() == {"a": "\ud800"}
