"""How many problems the search proves, beside seven closing tactics without a search.

    python benchmarks/perf/prove.py [PROBLEMS] [--header FILE] [--seconds 60] [--workers 2]
        [--policy builtin | portfolio] [--quick] [--results FILE] [--traces FILE]

`--header` is a Lean file that takes the place of every problem's own header. Every proof is checked
by the verifier. A problem that Lean can't read is counted apart. The last line is JSON.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import statistics
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TextIO

from prover.lean.embedded.embedded_lean import EmbeddedLean
from prover.lean.pool import LeanPool
from prover.policy.builtin.builtin_policy import BuiltinPolicy
from prover.policy.policy import Candidate, Policy, Question
from prover.search.budget import Limit
from prover.search.engine import search
from prover.search.events import Opened
from prover.search.result import Counters, Result, Status
from prover.theorem import Theorem
from prover.verifier import Verifier

CORE = Path(__file__).parents[1] / "problems" / "core.jsonl"
CLOSERS = ("rfl", "omega", "decide", "simp", "simp_all", "grind", "bv_decide")
QUICK_STEP, QUICK_SECONDS = 40, 5.0


class Portfolio:
    """Each closer alone after `intros`, on the theorem itself only."""

    name = "portfolio"
    premises_wanted = 0

    async def propose(self, questions: Sequence[Question], count: int) -> list[list[Candidate]]:
        """The closers for a theorem, nothing for other states."""
        tried = [Candidate(f"intros\n{closer}", -1.0) for closer in CLOSERS]
        return [[] if question.path else tried[:count] for question in questions]


POLICIES: dict[str, Policy] = {"builtin": BuiltinPolicy(), "portfolio": Portfolio()}


@dataclass(frozen=True)
class Attempt:
    """How one problem went."""

    problem: dict[str, str]
    result: Result
    opened: bool
    """Whether Lean could read the statement."""

    @property
    def proved(self) -> bool:
        """Whether the verifier accepted a proof."""
        return self.result.status is Status.PROVED

    def to_json(self) -> dict[str, Any]:
        """A line of `--results`."""
        kept = {key: self.problem.get(key, "") for key in ("name", "topic", "difficulty")}
        return {**kept, "opened": self.opened, **self.result.to_json()}


async def attempt(
    pool: LeanPool, problem: dict[str, str], policy: Policy, limit: Limit, traces: TextIO | None
) -> Attempt:
    """Searches for a proof of one problem."""
    theorem = Theorem.from_statement(
        problem["name"], problem["statement"], header=problem["header"]
    )
    opened = False
    async with pool.session(alone=True) as session:
        events = search(theorem, session, policy, Verifier(pool), limit=limit)
        async for event in events:
            opened = opened or isinstance(event, Opened)
            if traces is not None:
                line = {"theorem": theorem.name, **event.to_json()}
                traces.write(json.dumps(line, ensure_ascii=False) + "\n")
    assert isinstance(event, Result)
    return Attempt(problem, event, opened)


async def attempt_all(
    problems: Sequence[dict[str, str]], options: argparse.Namespace
) -> list[Attempt]:
    """All problems, `options.workers` at a time; progress on standard output."""
    limit = Limit(seconds=options.seconds, candidates=options.candidates)
    done: list[Attempt] = []
    waiting = iter(problems)
    async with LeanPool(EmbeddedLean.find().worker_command(), workers=options.workers) as pool:

        async def work() -> None:
            for problem in waiting:
                policy = POLICIES[options.policy]
                done.append(await attempt(pool, problem, policy, limit, options.traces))
                if options.results:
                    line = json.dumps(done[-1].to_json(), ensure_ascii=False)
                    options.results.write(line + "\n")
                    options.results.flush()
                if len(done) % 20 == 0:
                    proved = sum(item.proved for item in done)
                    print(f"{len(done)} of {len(problems)} done, {proved} proved", flush=True)

        await asyncio.gather(*(work() for _ in range(options.workers)))
    return done


def figures(done: Sequence[Attempt], seconds: float, workers: int) -> dict[str, Any]:
    """The numbers of the table."""
    read = [item for item in done if item.opened]
    spent = [item.result.seconds for item in read]
    searched = sum(time.total - time.verify for time in spent)
    outside = searched - sum(time.lean for time in spent)
    counters = sum((item.result.counters for item in read), Counters())
    proved = [item for item in read if item.proved]
    return {
        "attempted": len(read),
        "unreadable": len(done) - len(read),
        "proved": len(proved),
        "by_difficulty": by_difficulty(read),
        "median_seconds_to_prove": statistics.median(
            [p.result.seconds.total for p in proved] or [0]
        ),
        "tactics": counters.tactics,
        "tactics_per_second_per_worker": counters.tactics / max(searched, 1e-9),
        "share_outside_lean": outside / max(searched, 1e-9),
        "refused_by_the_gate": counters.refused,
        "wall_seconds": seconds,
        "workers": workers,
    }


def by_difficulty(read: Sequence[Attempt]) -> dict[str, list[int]]:
    """For each difficulty how many were proved, of how many."""
    attempted = Counter(item.problem.get("difficulty", "all") for item in read)
    proved = Counter(item.problem.get("difficulty", "all") for item in read if item.proved)
    return {name: [proved[name], count] for name, count in attempted.items()}


def options_of(arguments: Sequence[str] | None = None) -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("problems", type=Path, nargs="?", default=CORE)
    parser.add_argument("--header", type=Path, help="takes the place of every problem's header")
    parser.add_argument("--seconds", type=float, default=60.0, help="for each problem")
    parser.add_argument("--candidates", type=int, default=Limit().candidates)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--policy", choices=sorted(POLICIES), default="builtin")
    parser.add_argument("--quick", action="store_true", help="a few problems, 5 seconds each")
    parser.add_argument("--results", type=argparse.FileType("w"), help="a line a problem")
    parser.add_argument("--traces", type=argparse.FileType("w"), help="all events, for learning")
    return parser.parse_args(arguments)


def main() -> None:
    options = options_of()
    problems = [json.loads(line) for line in options.problems.read_text("utf-8").splitlines()]
    if options.header:
        problems = [{**item, "header": options.header.read_text("utf-8")} for item in problems]
    if options.quick:
        problems, options.seconds = problems[::QUICK_STEP], QUICK_SECONDS
    began = time.perf_counter()
    done = asyncio.run(attempt_all(problems, options))
    found = figures(done, time.perf_counter() - began, options.workers)
    for name, (proved, attempted) in found["by_difficulty"].items():
        print(f"{name:8} {proved:4} of {attempted:4}  {proved / attempted:6.1%}")
    print(f"{'all':8} {found['proved']:4} of {found['attempted']:4}")
    print(json.dumps({"policy": options.policy, "seconds_each": options.seconds, **found}))


if __name__ == "__main__":
    main()
