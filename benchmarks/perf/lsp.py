"""What the proxy for Lean's language server costs, as an editor sees it.

    python benchmarks/perf/lsp.py [--quick] [--conversation FILE]

The server is `cat`, which says all that it hears, so every message passes there and back. Each
number is measured with `prover lsp -- cat` and with `cat` alone, in turn. `overhead_ms` is the
median of what a message of the conversation takes there and back with the proxy, less that without,
so it is for two passes; `typing_ms` is the same for a change of a file of 2,000 lines.
`megabytes_per_second` is what goes there and back, in messages of 1 MB that are sent without
waiting. `identical` says whether every byte of the conversation came back as it was. Left out of it
are the requests whose answers the proxy changes. A conversation has one JSON object a line, with
the `message`.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import statistics
import sys
import time
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

CONVERSATION = Path(__file__).parents[2] / "tests" / "lsp" / "conversation.jsonl"
PROXY = (sys.executable, "-m", "prover", "lsp", "--", "cat")
DIRECT = ("cat",)
CHANGED = ("initialize", "textDocument/codeAction")
MEGABYTE = 10**6
URI = "file:///project/Large.lean"

Json = dict[str, Any]


def frame(message: Json) -> bytes:
    """A message on the wire."""
    body = json.dumps(message, ensure_ascii=False).encode()
    return b"Content-Length: %d\r\n\r\n%s" % (len(body), body)


def typing(changes: int) -> tuple[bytes, list[bytes]]:
    """A large file that is opened, and changes of one character."""
    text = "theorem 𝔸 (n : Nat) : n + 0 = n := by\n  sorry\n" * 1000
    item = {"uri": URI, "languageId": "lean4", "version": 1, "text": text}
    opened = {"jsonrpc": "2.0", "method": "textDocument/didOpen", "params": {"textDocument": item}}
    place = {"line": 1000, "character": 8}
    change = {"range": {"start": place, "end": place}, "text": "x"}
    params = [
        {"textDocument": {"uri": URI, "version": 2 + number}, "contentChanges": [change]}
        for number in range(changes)
    ]
    method = "textDocument/didChange"
    return frame(opened), [
        frame({"jsonrpc": "2.0", "method": method, "params": one}) for one in params
    ]


@asynccontextmanager
async def started(command: Sequence[str]) -> AsyncIterator[Process]:
    """A process that repeats what it is told, ready."""
    child = await asyncio.create_subprocess_exec(*command, stdin=PIPE, stdout=PIPE)
    try:
        await there_and_back(child, frame({"jsonrpc": "2.0", "method": "ready"}))
        yield child
    finally:
        assert child.stdin is not None
        child.stdin.close()
        await child.wait()


async def there_and_back(child: Process, content: bytes) -> bytes:
    """What comes back for so many bytes."""
    assert child.stdin is not None
    assert child.stdout is not None
    child.stdin.write(content)
    back = await child.stdout.readexactly(len(content))
    await child.stdin.drain()
    return back


async def milliseconds(child: Process, frames: Sequence[bytes]) -> float:
    """The median of what a message takes."""
    took = []
    for one in frames:
        began = time.perf_counter()
        await there_and_back(child, one)
        took.append(1000 * (time.perf_counter() - began))
    return statistics.median(took)


async def rate(child: Process, megabytes: int) -> float:
    """Megabytes in a second."""
    one = frame({"jsonrpc": "2.0", "method": "x", "params": "ℝ" * (MEGABYTE // 3)})
    began = time.perf_counter()
    await there_and_back(child, one * megabytes)
    return len(one) * megabytes / MEGABYTE / (time.perf_counter() - began)


async def measure(conversation: Sequence[bytes], quick: bool) -> Json:
    """All numbers."""
    rounds, changes, megabytes = (5, 50, 20) if quick else (30, 300, 200)
    opened, typed = typing(changes)
    async with started(PROXY) as proxy, started(DIRECT) as direct:
        content = b"".join(conversation)
        identical = await there_and_back(proxy, content) == content
        through, alone = [], []
        for _ in range(rounds):
            through.append(await milliseconds(proxy, conversation))
            alone.append(await milliseconds(direct, conversation))
        for child in (proxy, direct):
            await there_and_back(child, opened)
        typing_ms = await milliseconds(proxy, typed) - await milliseconds(direct, typed)
        return {
            "messages": len(conversation),
            "identical": identical,
            "overhead_ms": round(statistics.median(through) - statistics.median(alone), 3),
            "direct_ms": round(statistics.median(alone), 3),
            "typing_ms": round(typing_ms, 3),
            "megabytes_per_second": round(await rate(proxy, megabytes), 1),
            "direct_megabytes_per_second": round(await rate(direct, megabytes), 1),
        }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--quick", action="store_true", help="fewer repetitions, less data")
    parser.add_argument("--conversation", type=Path, default=CONVERSATION)
    options = parser.parse_args()
    lines = options.conversation.read_text(encoding="utf-8").splitlines()
    messages = [json.loads(line)["message"] for line in lines]
    conversation = [frame(one) for one in messages if one.get("method") not in CHANGED]
    numbers = asyncio.run(measure(conversation, options.quick))
    for name, number in numbers.items():
        print(f"{name:30}{number!s:>10}")
    print(json.dumps(numbers))


if __name__ == "__main__":
    main()
