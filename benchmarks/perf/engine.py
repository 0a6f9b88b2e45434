"""What the search itself costs: time for each outcome of a tactic, and memory for each state.

    python benchmarks/perf/engine.py [--quick]

The whole search, with a made-up Lean and policy whose time is left out. A third of the states are
barren: no tactic is proposed for them. For each other state there are 40, in turns of 4, and Lean
accepts every fifth: of these 30 % leave a known state, 15 % leave a second state that is easy, and
every fifth closes an easy state.
Times are processor time from half the size up to the size; memory is what Python has allocated for
the search, without the states and the tactics themselves. The last line is JSON.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import json
import math
import random
import statistics
import time
import tracemalloc
from collections.abc import Iterator, Sequence
from contextlib import aclosing, contextmanager
from dataclasses import asdict, astuple, dataclass, field

from prover.lean.interface import (
    Closed,
    Goal,
    Outcome,
    Premise,
    Progress,
    State,
    TacticError,
    TacticLimit,
    Verification,
)
from prover.policy.policy import Candidate, Question
from prover.search.budget import Limit
from prover.search.configuration import Configuration
from prover.search.engine import search
from prover.search.events import Expanded, Progressed
from prover.search.result import Result
from prover.theorem import Theorem

SIZES = (1_000, 50_000)
TURN, TACTICS = 4, 40
BARREN, ACCEPTED, KNOWN, SPLIT, CLOSED = 1 / 3, 0.2, 0.3, 0.15, 0.2
MICROSECONDS = 1e6
THEOREM = Theorem.from_statement("t", "theorem t : p := by")


@dataclass(frozen=True)
class Cost:
    """What the search costs at one size."""

    microseconds_per_outcome: float
    """The mean, with all that happens between two outcomes, Python's garbage collector included."""
    slowest_turn_microseconds: float
    """With many states: the collector's longest pause."""
    slowest_end_microseconds: float
    """The longest time in which nothing else runs while the search that has ended is freed."""
    bytes_per_state: float


@dataclass
class World:
    """Makes up what a Lean and a policy say. Easy states have odd numbers, the root is not easy.

    Implements `LeanSession` and `Policy`.
    """

    rng: random.Random
    states: list[State] = field(default_factory=list)
    found: dict[bool, list[State]] = field(default_factory=lambda: {False: [], True: []})
    candidates: list[list[Candidate]] = field(default_factory=list)
    seconds: float = 0.0
    """Its own processor time."""
    name: str = "made up"
    premises_wanted: int = 0
    workers: int = 1

    async def open(self, _: Theorem) -> State:
        """The root."""
        return self._new(easy=False)

    async def run(self, state: State, tactics: Sequence[str], _: TacticLimit) -> list[Outcome]:
        """What each tactic leaves, up to one that closes the state."""
        with self._timing():
            outcomes: list[Outcome] = []
            for _tactic in tactics:
                outcomes.append(self._outcome(state))
                if outcomes[-1] == Closed():
                    break
            return outcomes

    async def premises(self, _state: State, _count: int) -> tuple[Premise, ...]:
        """None."""
        return ()

    async def free(self, states: Sequence[State]) -> None:
        """Nothing is held."""

    async def propose(self, questions: Sequence[Question], _: int) -> list[list[Candidate]]:
        """Nothing for barren states, and a few tactics for others."""
        with self._timing():
            self.candidates += (self._proposed(question) for question in questions)
            return self.candidates[-len(questions) :]

    @contextmanager
    def _timing(self) -> Iterator[None]:
        began = time.process_time()
        yield
        self.seconds += time.process_time() - began

    def _proposed(self, question: Question) -> list[Candidate]:
        if question.path and self.rng.random() < BARREN:
            return []
        weights = sorted((self.rng.expovariate(1.0) for _ in range(TACTICS)), reverse=True)
        whole = sum(weights)
        return [Candidate(f"simp {i}", math.log(w / whole)) for i, w in enumerate(weights)]

    def _new(self, *, easy: bool) -> State:
        number = 2 * len(self.states) + easy
        state = State(number, (Goal((), "p", "p", str(number), "⊢ p"),), f"{number:016x}")
        self.states.append(state)
        self.found[easy].append(state)
        return state

    def _outcome(self, parent: State) -> Outcome:
        if self.rng.random() > ACCEPTED:
            return TacticError("no")
        left = self._leave(parent)
        return Progress(tuple(left)) if left else Closed()

    def _leave(self, parent: State) -> list[State]:
        easy = bool(parent.handle % 2)
        if easy and self.rng.random() < CLOSED:
            return []
        known = self.rng.random() < KNOWN
        left = [self.rng.choice(self.found[easy]) if known else self._new(easy=easy)]
        if self.rng.random() < SPLIT:
            left.append(self._new(easy=True))
        return left


async def refuses(_theorem: Theorem, _script: str) -> Verification:
    """A gate that is never asked: the root stays open."""
    raise AssertionError


async def times(size: int, seed: int) -> tuple[float, float, float]:
    """Microseconds for an outcome and of the slowest turn, from half the size up to the size; and
    of the longest wait at the end."""
    world = World(random.Random(seed))
    events = search(THEOREM, world, world, refuses, limit=limits(size), configuration=HOW)
    slowest = outcomes = 0.0
    half: tuple[float, float] | None = None
    waits: list[float] = []
    last = began = time.process_time()
    async with aclosing(events):
        async for event in events:
            if isinstance(event, Result):
                watching = asyncio.create_task(watch(waits))
                await asyncio.sleep(0)
                continue
            now = time.process_time() - world.seconds
            if isinstance(event, Expanded):
                outcomes += len(event.trials)
                slowest = max(slowest, now - last if half else 0.0)
                last = now
            elif isinstance(event, Progressed) and half is None and event.states >= size // 2:
                half = now, outcomes
    await asyncio.sleep(0)
    watching.cancel()
    assert half is not None, f"the made-up search ended after {now - began} seconds"
    mean = (now - half[0]) / (outcomes - half[1])
    return mean * MICROSECONDS, slowest * MICROSECONDS, max(waits) * MICROSECONDS


async def watch(waits: list[float]) -> None:
    """Notes how much processor time goes by between two moments when this may run."""
    last = time.process_time()
    while True:
        await asyncio.sleep(0)
        now = time.process_time()
        waits.append(now - last)
        last = now


async def memory(size: int, seed: int) -> float:
    """Bytes for each state, found by letting the search go and keeping all that it was given."""
    tracemalloc.start()
    world, states = World(random.Random(seed)), 0
    events = search(THEOREM, world, world, refuses, limit=limits(size), configuration=HOW)
    async for event in events:
        if isinstance(event, Progressed) and event.states >= size:
            states = event.states
            break
    del event
    gc.collect()
    whole, _ = tracemalloc.get_traced_memory()
    await events.aclose()
    del events
    gc.collect()
    without, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return (whole - without) / states


HOW = Configuration(turn=TURN)


def limits(size: int) -> Limit:
    """Nothing but the states ends the search."""
    return Limit(seconds=1e6, expansions=10**9, tactics=10**9, states=size)


async def measure(size: int, repetitions: int) -> Cost:
    """The median of several searches, each with a seed of its own."""
    measured = [await times(size, seed) for seed in range(repetitions)]
    mean, turn, end = (statistics.median(column) for column in zip(*measured, strict=True))
    return Cost(mean, turn, end, await memory(size, seed=0))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--quick", action="store_true", help="1 search a size instead of 5")
    options = parser.parse_args()
    repetitions = 1 if options.quick else 5
    costs = {size: asyncio.run(measure(size, repetitions)) for size in SIZES}
    names = ("states", "µs an outcome", "µs slowest turn", "µs slowest end", "bytes a state")
    print("".join(f"{name:>17}" for name in names))
    for size, cost in costs.items():
        print(f"{size:17}" + "".join(f"{figure:17.1f}" for figure in astuple(cost)))
    print(json.dumps({f"states_{size}": asdict(cost) for size, cost in costs.items()}))


if __name__ == "__main__":
    main()
