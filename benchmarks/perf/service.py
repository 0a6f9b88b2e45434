"""What the service adds and costs, as a client on its Unix socket sees it.

    python benchmarks/perf/service.py [--quick] [--workers N] [--requests N]

Starts `prover serve` with the built-in policy and the embedded Lean, then measures one thing after
another; times are medians unless they say otherwise. `first_event` is from the request to the first
line of the answer, `prove` from the request for a proof of one step, three seconds after the last
one, to its result, `prove_in_a_row` the same without a pause. `cancel` is from the end of a
client's connection until the service has let go of the search and of its Lean. Then 20 clients send
200 requests for a suggestion (40 with `--quick`) as fast as they are answered; `lost` counts those
that got no result. Memory is the service's own, and that of its Leans, before and after them.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing
from pathlib import Path
from typing import Any

import httpx2
import psutil

from prover.service.client import KEPT

EASY = {"theorem": {"statement": "theorem t (a b : Nat) (h : a ≤ b) : a < b + 1 := by"}}
GOAL = {"goal": "p q : Prop\nhp : p\nhq : q\n⊢ p ∧ q", "top": 1}
HARD = {
    "theorem": {
        "statement": "theorem t (f : Nat → Nat) (h : ∀ n, f (n + 1) > f (f n)) : ∀ n, f n = n := by"
    }
}
CLIENTS = 20
PAUSE_SECONDS = 3.0
TACTICS_SECONDS = 0.5

Json = dict[str, Any]


async def events(
    client: httpx2.AsyncClient, path: str, body: Json, name: str = ""
) -> AsyncGenerator[Json, None]:
    """The events of a request, which is repeated as long as the queue is full."""
    while True:
        headers = {"Prover-Client": name}
        async with client.stream("POST", path, json=body, headers=headers) as answer:
            if answer.status_code != 429:
                async for line in answer.aiter_lines():
                    yield json.loads(line)
                return
            seconds = int(answer.headers["retry-after"])
        await asyncio.sleep(seconds)


async def until(client: httpx2.AsyncClient, path: str, body: Json, event: str) -> float:
    """Milliseconds from a request to the first such event; the rest is read too."""
    began, took = time.perf_counter(), 0.0
    async with aclosing(events(client, path, body)) as found:
        async for one in found:
            if one["event"] == event and not took:
                took = 1000 * (time.perf_counter() - began)
    if not took:
        raise SystemExit(f"{path} gave no {event}")
    return took


async def cancelled(client: httpx2.AsyncClient) -> float:
    """Milliseconds from the end of a connection until nothing is under way any more."""
    began = 0.0
    async with aclosing(events(client, "/v1/prove", HARD)) as found:
        async for one in found:
            if one["event"] == "opened":
                # By then Lean is running tactics.
                await asyncio.sleep(TACTICS_SECONDS)
                began = time.perf_counter()
                break
    while (await client.get("/v1/status")).json()["running"]:
        await asyncio.sleep(0.005)
    return 1000 * (time.perf_counter() - began)


async def crowd(client: httpx2.AsyncClient, requests: int) -> tuple[int, float]:
    """How many of the requests of many clients had no result, and the seconds for all."""
    answered = 0

    async def one_client(name: str) -> None:
        nonlocal answered
        for _ in range(requests // CLIENTS):
            async with aclosing(events(client, "/v1/suggest", GOAL, name)) as found:
                async for event in found:
                    answered += event["event"] == "result" and event["status"] == "limit"

    began = time.perf_counter()
    await asyncio.gather(*(one_client(f"client {number}") for number in range(CLIENTS)))
    return requests - answered, time.perf_counter() - began


async def repeated(
    measure: Callable[[], Awaitable[float]], times: int, pause_seconds: float = 0.0
) -> list[float]:
    """What each of so many measurements gave."""
    found = []
    for _ in range(times):
        await asyncio.sleep(pause_seconds)
        found.append(await measure())
    return found


def memory(service: psutil.Process) -> dict[str, float]:
    """Mebibytes of the service and of its Leans."""
    leans = sum(child.memory_info().rss for child in service.children(recursive=True))
    return {"memory": service.memory_info().rss / 2**20, "lean_memory": leans / 2**20}


async def measure(
    client: httpx2.AsyncClient, service: psutil.Process, quick: bool, requests: int
) -> Json:
    """All numbers."""
    few, many = (3, 8) if quick else (5, 20)
    began = time.perf_counter()
    while (await client.get("/readyz")).status_code != 200:
        await asyncio.sleep(0.02)
    ready = 1000 * (time.perf_counter() - began)
    await until(client, "/v1/prove", EASY, "result")
    first = await repeated(lambda: until(client, "/v1/suggest", GOAL, "queued"), few)
    suggestion = await repeated(lambda: until(client, "/v1/suggest", GOAL, "suggestion"), few)
    proof = await repeated(lambda: until(client, "/v1/prove", EASY, "result"), few, PAUSE_SECONDS)
    in_a_row = await repeated(lambda: until(client, "/v1/prove", EASY, "result"), many)
    cancel = sorted(await repeated(lambda: cancelled(client), many))
    await asyncio.sleep(PAUSE_SECONDS)
    before = memory(service)
    lost, seconds = await crowd(client, requests)
    await asyncio.sleep(PAUSE_SECONDS)
    after = memory(service)
    return {
        "ready_ms": round(ready),
        "first_event_ms": round(statistics.median(first), 1),
        "first_suggestion_ms": round(statistics.median(suggestion), 1),
        "prove_ms": round(statistics.median(proof)),
        "prove_in_a_row_ms": round(statistics.median(in_a_row)),
        "cancel_ms": round(statistics.median(cancel), 1),
        "cancel_ms_p95": round(cancel[-1 - len(cancel) // 20], 1),
        "requests": requests,
        "requests_seconds": round(seconds, 1),
        "lost": lost,
        **{f"{name}_before_mib": round(size, 1) for name, size in before.items()},
        **{f"{name}_after_mib": round(size, 1) for name, size in after.items()},
    }


async def run(socket: Path, service: psutil.Process, quick: bool, requests: int) -> Json:
    """Measures the service on this socket."""
    transport = httpx2.AsyncHTTPTransport(uds=str(socket), limits=KEPT)
    async with httpx2.AsyncClient(
        transport=transport, base_url="http://localhost", timeout=600
    ) as client:
        return await measure(client, service, quick, requests)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--quick", action="store_true", help="fewer repetitions and requests")
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--requests", type=int, help="of the 20 clients together")
    options = parser.parse_args()
    requests = options.requests or (40 if options.quick else 200)
    with tempfile.TemporaryDirectory(prefix="ps") as folder:
        socket = Path(folder) / "serve.sock"
        argv = [sys.executable, "-m", "prover", "serve", "--socket", str(socket)]
        argv += ["--workers", str(options.workers)]
        with subprocess.Popen(argv, stdout=subprocess.PIPE, text=True) as child:
            try:
                assert child.stdout is not None
                if not child.stdout.readline():
                    raise SystemExit("the service did not start")
                service = psutil.Process(child.pid)
                numbers = asyncio.run(run(socket, service, options.quick, requests))
            finally:
                child.terminate()
    for name, number in numbers.items():
        print(f"{name:24}{number:>10}")
    print(json.dumps(numbers))


if __name__ == "__main__":
    main()
