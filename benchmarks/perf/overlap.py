"""How well the language model and Lean work at the same time when 16 searches run at once.

    python benchmarks/perf/overlap.py [--quick] [--ahead N]

A made-up model takes a fixed time for a batch of at most 16 prompts, however many are in it, behind
the real queue (`prover.policy.local.batching`), and is asked by the real policy. A made-up Lean
takes a fixed time for each tactic; every search has a session with one worker. All else is the real
search. On each state there are 8 tactics, of which 2 make progress, so no search ends by itself.

`share` is the throughput as a share of the slower side's limit: the seconds that this side needs
for what was done if it never waits, over the seconds that it took. For Lean these are the tactics
run, for the model the prompts, 16 a batch. The last line is JSON.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field

from prover.lean.interface import (
    Goal,
    Outcome,
    Premise,
    Progress,
    State,
    TacticError,
    TacticLimit,
    Verification,
)
from prover.policy.language_model import LanguageModelPolicy
from prover.policy.local.batching import DynamicBatcher
from prover.policy.policy import Completion, Policy, Prompt
from prover.policy.prompts import named
from prover.search.budget import Clock, Limit
from prover.search.configuration import Configuration
from prover.search.engine import search
from prover.theorem import Theorem

SEARCHES = BATCH = 16
TACTICS, PROGRESS = 8, 2
THEOREM = Theorem.from_statement("t", "theorem t : p := by")


@dataclass(frozen=True)
class Case:
    """What each side takes, in seconds."""

    name: str
    batch: float
    """For a batch of prompts."""
    tactic: float


CASES = (
    Case("the model is slower", batch=0.6, tactic=0.02),
    Case("Lean is slower", batch=0.1, tactic=0.04),
)


@dataclass(frozen=True)
class Overlap:
    """What was done in one case."""

    name: str
    prompts: int
    batches: int
    tactics: int
    seconds: float
    model_share: float
    """Of the seconds, those in which the model would have done it with full batches."""
    lean_share: float

    @property
    def share(self) -> float:
        """The throughput as a share of the slower side's limit."""
        return max(self.model_share, self.lean_share)


class Model:
    """A generator behind the queue, with a fixed time for a batch."""

    name = "made up"
    window = 4096

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self.batches = DynamicBatcher(self._complete, most=BATCH)
        self.sizes: list[int] = []

    def count_tokens(self, text: str) -> int:
        """A token is a word."""
        return len(text.split())

    async def complete(self, prompts: Sequence[Prompt], count: int) -> list[list[Completion]]:
        """The same tactics for every prompt."""
        return await self.batches.complete(prompts, count)

    def _complete(self, prompts: Sequence[Prompt], count: int) -> list[list[Completion]]:
        self.sizes.append(len(prompts))
        time.sleep(self._seconds)
        return [
            [Completion(f"simp [h{i}]", -1.0 - i / 4, 4) for i in range(min(count, TACTICS))]
            for _ in prompts
        ]


@dataclass
class Lean:
    """A session with one worker and a fixed time for a tactic. Implements `LeanSession`."""

    seconds: float
    workers: int = 1
    made: int = 0
    ran: int = 0
    _free: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def open(self, _: Theorem) -> State:
        """The root."""
        return self._new()

    async def run(self, _: State, tactics: Sequence[str], __: TacticLimit) -> list[Outcome]:
        """The first few numbers make progress."""
        async with self._free:
            await asyncio.sleep(self.seconds * len(tactics))
        self.ran += len(tactics)
        works = {f"simp [h{i}]" for i in range(0, TACTICS, TACTICS // PROGRESS)}
        return [
            Progress((self._new(),)) if tactic in works else TacticError("no") for tactic in tactics
        ]

    async def premises(self, *_: object) -> tuple[Premise, ...]:
        """None."""
        return ()

    async def free(self, states: Sequence[State]) -> None:
        """Nothing is held."""

    def _new(self) -> State:
        self.made += 1
        key = str(self.made)
        return State(self.made, (Goal((), key, "Eq", key, f"⊢ {key}"),), key)


async def refuses(_: Theorem, __: str) -> Verification:
    """A gate; nothing comes to it."""
    return Verification(False, "there is nothing to prove")


async def searches(
    policy: Policy, leans: Sequence[Lean], how: Configuration, seconds: float, clock: Clock
) -> float:
    """A search with each Lean, all at once, for so many seconds; how many they took."""
    limit = Limit(seconds=seconds, expansions=10**9, tactics=10**9, states=10**9)

    async def one(lean: Lean) -> None:
        found = search(THEOREM, lean, policy, refuses, limit=limit, configuration=how, clock=clock)
        async for _ in found:
            pass

    began = clock()
    await asyncio.gather(*map(one, leans))
    return clock() - began


def overlap(case: Case, sizes: Sequence[int], leans: Sequence[Lean], seconds: float) -> Overlap:
    """The figures, from the sizes of the batches and what every Lean ran."""
    prompts, tactics = sum(sizes), sum(lean.ran for lean in leans)
    return Overlap(
        case.name,
        prompts,
        len(sizes),
        tactics,
        seconds,
        model_share=prompts / BATCH * case.batch / seconds,
        lean_share=tactics / len(leans) * case.tactic / seconds,
    )


async def measure(case: Case, how: Configuration, seconds: float) -> Overlap:
    """All searches for so many seconds."""
    model, leans = Model(case.batch), [Lean(case.tactic) for _ in range(SEARCHES)]
    policy = LanguageModelPolicy(model, named("bfs-prover"))
    try:
        took = await searches(policy, leans, how, seconds, time.monotonic)
    finally:
        await model.batches.close()
    return overlap(case, model.sizes, leans, took)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--quick", action="store_true", help="8 seconds a case instead of 30")
    parser.add_argument("--ahead", type=int, default=Configuration.ahead, help="see Configuration")
    options = parser.parse_args()
    how, seconds = Configuration(ahead=options.ahead), 8.0 if options.quick else 30.0
    found: dict[str, object] = {}
    for case in CASES:
        figures = asyncio.run(measure(case, how, seconds))
        print(
            f"{case.name:20} share {figures.share:.2f}  model {figures.model_share:.2f}  "
            f"Lean {figures.lean_share:.2f}  {figures.prompts} prompts in {figures.batches} "
            f"batches, {figures.tactics} tactics in {figures.seconds:.1f} s"
        )
        found[case.name] = {**asdict(figures), "share": figures.share}
    print(json.dumps(found))


if __name__ == "__main__":
    main()
