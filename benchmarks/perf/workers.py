"""How much faster one search is with several Lean workers than with one.

    python benchmarks/perf/workers.py [--seconds 20] [--workers 2] [--quick]

One search after the other for proofs of the same theorems, with the built-in policy. None of them
is proved: with one worker each search lasts so many seconds, and then as many tactic runs as that
were are timed with several workers. (Within the same time several workers would come to deeper
states, where tactics take longer.) Beside it as many searches at once as there are workers, with
one each: these have nothing to do with each other, so what they reach together is what the
machine's cores can give. The last line is JSON.

Each worker works on the same theorems before the clock starts: Node compiles what is much used in
the background, in each process anew, so that a worker that has just started is slower by half and
takes time of the other's core.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from prover.lean.embedded import EmbeddedLean
from prover.lean.pool import LeanPool
from prover.search.limit import Limit
from prover.search.result import Result, Status
from prover.searching import searching
from prover.theorem import Theorem

STATEMENTS = (
    "(n : Nat) : (n + 1) ^ 4 + 1 ≤ n ^ 5 * 2",
    "(a b c : Int) (h : a ^ 3 + b ^ 3 = c ^ 3) : a * b * c = 0",
    "(f : Nat → Nat) (h : ∀ n, f (f n) < f (n + 1)) : ∀ n, f n = n",
    "(xs ys : List Nat) (h : xs.length = ys.length) : xs ++ ys = ys ++ xs",
)
WARM_SECONDS = 15.0
QUICK_SECONDS = 4.0
MOST_SECONDS = 600.0


@asynccontextmanager
async def warm(workers: int) -> AsyncIterator[LeanPool]:
    """A pool whose workers have all worked on the theorems."""
    async with LeanPool(EmbeddedLean.find().worker_command(), workers, spare=False) as pool:
        async with asyncio.TaskGroup() as warming:
            for _ in range(workers):
                warming.create_task(searched(pool, [Limit(seconds=WARM_SECONDS)] * len(STATEMENTS)))
        yield pool


async def searched(pool: LeanPool, limits: Sequence[Limit]) -> list[Result]:
    """How the searches for the theorems went, one after the other, each with its limit."""
    results = []
    for statement, limit in zip(STATEMENTS, limits, strict=True):
        search = searching(pool, limit=limit)
        *_, result = [event async for event in search(theorem(statement))]
        assert isinstance(result, Result)
        assert result.status is Status.LIMIT, result
        results.append(result)
    return results


def theorem(statement: str) -> Theorem:
    """One of the theorems."""
    return Theorem.from_statement("t", f"theorem t {statement} := by")


def seconds_of(results: Sequence[Result]) -> float:
    """How long all of them took."""
    return sum(result.seconds.total for result in results)


async def measure(workers: int, seconds: float) -> dict[str, float]:
    """Tactic runs, and the seconds for them with one worker and with several."""
    async with warm(1) as pool:
        results = await searched(pool, [Limit(seconds=seconds)] * len(STATEMENTS))
    counts = [result.counters.tactics for result in results]
    limits = [Limit(seconds=MOST_SECONDS, tactics=count) for count in counts]
    async with warm(workers) as pool:
        several = seconds_of(await searched(pool, limits))
        began = time.perf_counter()
        await asyncio.gather(*(searched(pool, limits) for _ in range(workers)))
        apart = time.perf_counter() - began
    one = seconds_of(results)
    return {
        "workers": workers,
        "tactic_runs": sum(counts),
        "one_seconds": one,
        "several_seconds": several,
        "apart_seconds": apart,
        "ratio": one / several,
        "ratio_apart": workers * one / apart,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--seconds", type=float, default=20.0, help="for each search")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--quick", action="store_true", help=f"{QUICK_SECONDS:g} seconds each")
    options = parser.parse_args()
    seconds = QUICK_SECONDS if options.quick else options.seconds
    found = asyncio.run(measure(options.workers, seconds))
    workers, runs = options.workers, found["tactic_runs"]
    print(f"1 worker: {found['one_seconds']:.1f} s for {runs} tactic runs")
    print(
        f"{workers} workers: {found['several_seconds']:.1f} s, {found['ratio']:.2f} times as fast"
    )
    print(f"{workers} searches at once, {runs} tactic runs each: {found['apart_seconds']:.1f} s,")
    print(f"together {found['ratio_apart']:.2f} times as fast")
    print(json.dumps(found))


if __name__ == "__main__":
    main()
