"""How many tactics a second one search runs with one Lean worker, and with several.

    python benchmarks/perf/workers.py [--seconds 30] [--workers 2] [--quick]

One search after the other for proofs of the same theorems, with the built-in policy. None of them
is proved in the time, so that every search lasts as long. Beside it as many searches at once as
there are workers, with one each: these have nothing to do with each other, so what they reach
together is what the machine's cores can give. The last line is JSON.
"""

from __future__ import annotations

import argparse
import asyncio
import json
from collections.abc import Sequence

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
WARM_SECONDS = 8.0
QUICK_SECONDS = 4.0


async def tactics_per_second(workers: int, seconds: float, searches: int = 1) -> float:
    """Over all the theorems, with so many seconds for each; Lean's start is left out."""
    async with LeanPool(EmbeddedLean.find().worker_command(), workers, spare=False) as pool:
        # Each worker starts, and collects the premises of the environment, before the clock does.
        async with asyncio.TaskGroup() as warming:
            for _ in range(workers):
                warming.create_task(tactics_in_turn(pool, WARM_SECONDS, STATEMENTS[:1]))
        counts = await asyncio.gather(
            *(tactics_in_turn(pool, seconds, STATEMENTS) for _ in range(searches))
        )
    return sum(counts) / (seconds * len(STATEMENTS))


async def tactics_in_turn(pool: LeanPool, seconds: float, statements: Sequence[str]) -> int:
    """How many tactics the searches for these theorems ran, one search after the other."""
    search = searching(pool, limit=Limit(seconds=seconds))
    tactics = 0
    for statement in statements:
        *_, result = [event async for event in search(theorem(statement))]
        assert isinstance(result, Result)
        assert result.status is Status.LIMIT, result
        tactics += result.counters.tactics
    return tactics


def theorem(statement: str) -> Theorem:
    """One of the theorems."""
    return Theorem.from_statement("t", f"theorem t {statement} := by")


async def measure(workers: int, seconds: float) -> dict[str, float]:
    """Tactics a second with one worker, with several, and of as many searches at once."""
    one = await tactics_per_second(1, seconds)
    several = await tactics_per_second(workers, seconds)
    apart = await tactics_per_second(workers, seconds, searches=workers)
    return {
        "workers": workers,
        "one": one,
        "several": several,
        "apart": apart,
        "ratio": several / one,
        "ratio_apart": apart / one,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--seconds", type=float, default=30.0, help="for each search")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--quick", action="store_true", help=f"{QUICK_SECONDS:g} seconds each")
    options = parser.parse_args()
    seconds = QUICK_SECONDS if options.quick else options.seconds
    found = asyncio.run(measure(options.workers, seconds))
    print(f"1 worker: {found['one']:.1f} tactics a second")
    print(f"{options.workers} workers: {found['several']:.1f}, {found['ratio']:.2f} times as many")
    print(f"{options.workers} searches: {found['apart']:.1f}, {found['ratio_apart']:.2f} times")
    print(json.dumps(found))


if __name__ == "__main__":
    main()
