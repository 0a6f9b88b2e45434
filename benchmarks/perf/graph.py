"""What the search graph itself costs: time for each inserted outcome, and memory for each state.

    python benchmarks/perf/graph.py [--quick]

A best-first search with made-up outcomes, so no Lean and no policy. A third of the states are
barren: no tactic works on them. On each other state 2 turns of 4 tactics leave outcomes: 30 %
leave a known state, 15 % leave a second state that is easy, and every fifth tactic closes an easy
state. Times are processor time of all that the engine asks of the graph and the strategy; memory
is what Python has allocated for these two, without the states and the tactics themselves.
"""

from __future__ import annotations

import argparse
import gc
import json
import random
import statistics
import time
import tracemalloc
from dataclasses import asdict, astuple, dataclass, field

from prover.lean.base import Goal, State
from prover.policy.base import Candidate
from prover.search.graph import ProofGraph
from prover.search.strategy import best_first

SIZES = (1_000, 50_000)
TACTICS = 4
BARREN, KNOWN, SPLIT, CLOSED = 1 / 3, 0.3, 0.15, 0.2
MICROSECONDS = 1e6


@dataclass(frozen=True)
class Cost:
    """What the graph costs at one size."""

    microseconds_per_outcome: float
    """The mean, with the choice of the state and the pauses of Python's garbage collector."""
    turn_p99_microseconds: float
    """All but one of 100 turns, each of up to 4 outcomes, take no longer."""
    slowest_turn_microseconds: float
    """With a large graph: the collector's longest pause."""
    bytes_per_state: float


@dataclass
class World:
    """Makes up what tactics leave. Easy states have odd numbers, so that the root stays open."""

    rng: random.Random
    states: list[State] = field(default_factory=list)
    found: dict[bool, list[State]] = field(default_factory=lambda: {False: [], True: []})

    def new(self, *, easy: bool) -> State:
        """A state that is easy or not."""
        number = 2 * len(self.states) + easy
        state = State(number, (Goal((), "p", "p", str(number), "⊢ p"),), f"{number:016x}")
        self.states.append(state)
        self.found[easy].append(state)
        return state

    def leave(self, parent: State) -> list[State]:
        """What a tactic leaves of a state."""
        easy = bool(parent.handle % 2)
        if easy and self.rng.random() < CLOSED:
            return []
        known = self.rng.random() < KNOWN
        left = [self.rng.choice(self.found[easy]) if known else self.new(easy=easy)]
        if self.rng.random() < SPLIT:
            left.append(self.new(easy=True))
        return left

    def turn(self, parent: State) -> list[tuple[Candidate, list[State]]]:
        """A turn's tactics with what they leave."""
        tactics = [Candidate("simp", -self.rng.expovariate(0.5)) for _ in range(TACTICS)]
        return [(tactic, self.leave(parent)) for tactic in tactics]


class Search:
    """A search without Lean."""

    def __init__(self, seed: int) -> None:
        self.world = World(random.Random(seed))
        self.graph = ProofGraph(self.world.new(easy=False))
        self.outcomes = 0
        self._strategy = best_first()

    def choose(self) -> str:
        """The state whose turn it is."""
        self._strategy.changed(self.graph, self.graph.take_changed())
        if (key := self._strategy.choose(self.graph)) is None:
            raise SystemExit("the made-up search has come to its end, which a seed must not do")
        return key

    def turn(self) -> float:
        """Runs one turn; the seconds of processor time that it took."""
        began = time.process_time()
        key = self.choose()
        chosen = time.process_time()
        node = self.graph.nodes[key]
        first = node.delay == 0
        barren = first and key != self.graph.root and self.world.rng.random() < BARREN
        tactics = [] if barren else self.world.turn(node.state)
        self.outcomes += len(tactics)
        made = time.process_time()
        for candidate, states in tactics:
            self.graph.insert(key, candidate, states)
        if barren or not first:
            self.graph.finish(key)
        else:
            self.graph.postpone(key, tactics[-1][0])
        return chosen - began + time.process_time() - made

    def grow(self, size: int) -> list[float]:
        """Runs turns until the graph has so many states; the seconds of each."""
        seconds = []
        while len(self.graph.nodes) < size:
            seconds.append(self.turn())
        return seconds


def times(size: int, seed: int) -> tuple[float, float, float]:
    """Microseconds for an outcome, of the 99th percentile of turns, and of the slowest turn.

    From half the size up to the size.
    """
    search = Search(seed)
    search.grow(size // 2)
    before = search.outcomes
    seconds = search.grow(size)
    mean = sum(seconds) / (search.outcomes - before)
    p99 = statistics.quantiles(seconds, n=100)[-1]
    return mean * MICROSECONDS, p99 * MICROSECONDS, max(seconds) * MICROSECONDS


def memory(size: int, seed: int) -> float:
    """Bytes for each state, found by letting the graph go and keeping all that it was given."""
    tracemalloc.start()
    search = Search(seed)
    search.grow(size)
    gc.collect()
    whole, _ = tracemalloc.get_traced_memory()
    world = search.world
    states = len(search.graph.nodes)
    candidates = [application.candidate for application in search.graph.applications]
    del search
    gc.collect()
    without, _ = tracemalloc.get_traced_memory()
    del world, candidates
    tracemalloc.stop()
    return (whole - without) / states


def measure(size: int, repetitions: int) -> Cost:
    """The median of several searches, each with a seed of its own."""
    measured = [times(size, seed) for seed in range(repetitions)]
    mean, p99, slowest = (statistics.median(column) for column in zip(*measured, strict=True))
    return Cost(mean, p99, slowest, memory(size, seed=0))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--quick", action="store_true", help="1 search a size instead of 5")
    options = parser.parse_args()
    costs = {size: measure(size, 1 if options.quick else 5) for size in SIZES}
    names = ("states", "µs an outcome", "µs turn p99", "µs slowest turn", "bytes a state")
    print("".join(f"{name:>17}" for name in names))
    for size, cost in costs.items():
        print(f"{size:17}" + "".join(f"{figure:17.1f}" for figure in astuple(cost)))
    print(json.dumps({f"states_{size}": asdict(cost) for size, cost in costs.items()}))


if __name__ == "__main__":
    main()
