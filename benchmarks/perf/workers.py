"""How much faster one search is with several Lean workers than with one.

    python benchmarks/perf/workers.py [--workers 2] [--quick]

One search after the other for proofs of the same theorems, with the built-in policy. None of them
is proved, so that each goes on for as many tactic runs as it is allowed (a tenth with `--quick`).
Beside it as many searches at once as there are workers, with one each: these have nothing to do
with each other, so what they reach together is what the machine's cores can give. The last line is
JSON.

Each worker works on the same theorems before the clock starts: Node compiles what is much used in
the background, in each process anew, so that a worker that has just started is slower by half and
takes time of the other's core.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from prover.lean.embedded.embedded_lean import EmbeddedLean
from prover.lean.pool import LeanPool
from prover.policy.builtin.builtin_policy import BuiltinPolicy
from prover.search.budget import Limit
from prover.search.engine import search
from prover.search.result import Result
from prover.theorem import Theorem
from prover.verifier import Verifier

MOST_SECONDS = 600.0
TACTICS = {
    "(n : Nat) : (n + 1) ^ 4 + 1 ≤ n ^ 5 * 2": 500,
    "(a b c : Int) (h : a ^ 3 + b ^ 3 = c ^ 3) : a * b * c = 0": 400,
    "(f : Nat → Nat) (h : ∀ n, f (f n) < f (n + 1)) : ∀ n, f n = n": 60,
    "(xs ys : List Nat) (h : xs.length = ys.length) : xs ++ ys = ys ++ xs": 80,
}
"""How many tactics to run for each theorem; some take milliseconds, some a second."""
QUICK = 10


@asynccontextmanager
async def warm(workers: int, part: int) -> AsyncIterator[LeanPool]:
    """A pool whose workers have all worked on the theorems."""
    async with LeanPool(EmbeddedLean.find().worker_command(), workers, spare=False) as pool:
        await at_once(pool, workers, part)
        yield pool


async def at_once(pool: LeanPool, searches: int, part: int) -> float:
    """The seconds of so many searches for each theorem that have nothing to do with each other."""
    began = time.perf_counter()
    await asyncio.gather(*(in_turn(pool, part, alone=True) for _ in range(searches)))
    return time.perf_counter() - began


async def in_turn(pool: LeanPool, part: int, *, alone: bool = False) -> float:
    """The seconds of the searches for the theorems, one after the other."""
    return sum([await searched(pool, text, TACTICS[text] // part, alone) for text in TACTICS])


async def searched(pool: LeanPool, statement: str, tactics: int, alone: bool) -> float:
    """The seconds of the search for one theorem, which runs so many tactics."""
    limit = Limit(seconds=MOST_SECONDS, tactics=tactics)
    async with pool.session(alone=alone) as session:
        found = search(theorem(statement), session, BuiltinPolicy(), Verifier(pool), limit=limit)
        *_, result = [event async for event in found]
    assert isinstance(result, Result)
    assert result.counters.tactics == tactics, result
    return result.seconds.total


def theorem(statement: str) -> Theorem:
    """One of the theorems."""
    return Theorem.from_statement("t", f"theorem t {statement} := by")


async def measure(workers: int, part: int) -> dict[str, float]:
    """Tactic runs, and the seconds for them with one worker and with several."""
    async with warm(1, part) as pool:
        one = await in_turn(pool, part)
    async with warm(workers, part) as pool:
        several = await in_turn(pool, part)
        apart = await at_once(pool, workers, part)
    return {
        "workers": workers,
        "tactic_runs": sum(count // part for count in TACTICS.values()),
        "one_seconds": one,
        "several_seconds": several,
        "apart_seconds": apart,
        "ratio": one / several,
        "ratio_apart": workers * one / apart,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--quick", action="store_true", help="a tenth of the tactic runs")
    options = parser.parse_args()
    found = asyncio.run(measure(options.workers, QUICK if options.quick else 1))
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
