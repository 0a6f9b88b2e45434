"""Ways of searching side by side: one policy, one Lean, equal limits, several seeds.

    python benchmarks/perf/search.py [PROBLEMS] [--header FILE] [--tactics 200] [--seconds 20]
        [--seeds 3] [--every 1] [--offset 0] [--names FILE] [--ablations] [--workers 2]
        [--results FILE] [--quick]

Compared are the default and the baselines, which do what published systems do, or with
`--ablations` the default with one thing changed at a time. Each search has one worker, and stops at
the limit of tactic runs or of seconds, whichever it reaches first. The baselines try as many
candidates on a state as their systems do (`CANDIDATES`). A tactic runs once on a state for all
searches for one theorem, and each of them is charged what it took (`remembered.py`). A proof counts
when the gate has accepted it; scripts are not minimised. What is in `--results` already is not run
again, so that a run that was interrupted goes on. The last line is JSON.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import statistics
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from benchmarks.perf.remembered import Remembered, Verdicts
from prover.lean.embedded import EmbeddedLean
from prover.lean.pool import LeanPool
from prover.policy.builtin import BuiltinPolicy
from prover.search.configuration import CONFIGURATIONS, WHOLE, Configuration
from prover.search.engine import search
from prover.search.events import Opened
from prover.search.limit import Limit
from prover.search.result import Result, Status
from prover.theorem import Theorem
from prover.verify.base import Verify
from prover.verify.gate import Gate

CORE = Path(__file__).parents[1] / "problems" / "core.jsonl"
DEFAULT = Configuration()
ABLATIONS = [
    DEFAULT,
    replace(DEFAULT, name="whole states", split=False),
    replace(DEFAULT, name="a tree of whole states", split=False, merge=False),
    replace(DEFAULT, name="no re-scoring", rescore=False),
    replace(DEFAULT, name="no irrelevance", irrelevance=False),
    replace(DEFAULT, name="all candidates at once", turn=WHOLE),
    replace(DEFAULT, name="8 candidates at a time", turn=8),
    replace(DEFAULT, name="2 candidates at a time", turn=2),
    replace(DEFAULT, name="1 candidate at a time", turn=1),
    *(replace(DEFAULT, name=f"{most} at first", root_turn=most) for most in (4, 12, 16, 24, 64)),
    replace(DEFAULT, name="sum", score="sum"),
    replace(DEFAULT, name="progress; alpha 1", alpha=1.0),
    replace(DEFAULT, name="progress; alpha 2", alpha=2.0),
    replace(DEFAULT, name="whole budgets at once", first_share=1.0),
    replace(DEFAULT, name="proofs reused", reuse_proofs=True),
    replace(DEFAULT, name="depth; alpha 0.5", score="depth", alpha=0.5),
    replace(DEFAULT, name="uniform", score="uniform"),
    replace(DEFAULT, name="critic: size", critic="size", critic_weight=0.5),
    replace(DEFAULT, name="depth-first", strategy="depth-first"),
    replace(DEFAULT, name="breadth-first", strategy="breadth-first"),
    replace(DEFAULT, name="beam of 8", strategy="beam"),
    replace(DEFAULT, name="mcts", strategy="mcts"),
]
CANDIDATES = {
    "baseline-llemma": 32,
    "baseline-reprover": 64,
    "baseline-bfs-prover": 32,
    "baseline-mcts": 32,
}
QUICK_STEP, QUICK_TACTICS, QUICK_SECONDS = 60, 40, 3.0


@dataclass(frozen=True)
class Run:
    """How one search went."""

    configuration: str
    seed: int
    problem: str
    opened: bool
    proved: bool
    tactics: int
    seconds: float
    """Of searching; the gate's are not in it."""
    steps: int
    """Of the proof; 0 without one."""


async def run_one(
    session: Remembered,
    verify: Verify,
    configuration: Configuration,
    seed: int,
    theorem: Theorem,
    limit: Limit,
) -> Run:
    """One search for a proof of one problem."""
    opened = False
    found = search(
        theorem,
        session,
        BuiltinPolicy(seed=seed),
        verify,
        limit=limit,
        configuration=configuration,
        clock=session.clock,
    )
    async for event in found:
        opened = opened or isinstance(event, Opened)
    assert isinstance(event, Result)
    return Run(
        configuration.name,
        seed,
        theorem.name,
        opened,
        event.status is Status.PROVED,
        event.counters.tactics,
        event.seconds.total - event.seconds.verify,
        event.proof.length if event.proof else 0,
    )


async def run_all(
    configurations: Sequence[Configuration],
    problems: Sequence[dict[str, str]],
    options: argparse.Namespace,
) -> list[Run]:
    """Every configuration on every problem with every seed, but for what was run before.

    Problem by problem, so that an interrupted run has compared something.
    """
    done = {(run.configuration, run.seed, run.problem): run for run in before(options.results)}
    waiting = iter(problems)
    async with LeanPool(EmbeddedLean.find().worker_command(), workers=options.workers) as pool:
        verify = Verdicts(Gate(pool))

        async def work() -> None:
            for problem in waiting:
                theorem = theorem_of(problem)
                wanted = [
                    (configuration, seed)
                    for seed in range(options.seeds)
                    for configuration in configurations
                    if (configuration.name, seed, theorem.name) not in done
                ]
                if not wanted:
                    continue
                async with pool.session(alone=True) as alone:
                    session = Remembered(alone)
                    for configuration, seed in wanted:
                        limit = limit_of(configuration, options)
                        run = await run_one(session, verify, configuration, seed, theorem, limit)
                        done[run.configuration, run.seed, run.problem] = run
                        keep(run, options.results)

        await asyncio.gather(*(work() for _ in range(options.workers)))
    names = {configuration.name for configuration in configurations}
    wanted = {problem["name"] for problem in problems}
    return [run for run in done.values() if run.configuration in names and run.problem in wanted]


def theorem_of(problem: dict[str, str]) -> Theorem:
    """The problem as a theorem to be proved."""
    return Theorem.from_statement(problem["name"], problem["statement"], header=problem["header"])


def limit_of(configuration: Configuration, options: argparse.Namespace) -> Limit:
    """The same for all, but for the candidates."""
    return Limit(
        seconds=options.seconds,
        tactics=options.tactics,
        candidates=CANDIDATES.get(configuration.name, Limit.candidates),
        minimise_seconds=1e-3,
    )


def before(results: Path | None) -> list[Run]:
    """What was run before."""
    if results is None or not results.exists():
        return []
    return [Run(**json.loads(line)) for line in results.read_text("utf-8").splitlines()]


def keep(run: Run, results: Path | None) -> None:
    """Adds a line to the results."""
    if results is not None:
        with results.open("a", encoding="utf-8") as lines:
            lines.write(json.dumps(asdict(run)) + "\n")


def figures(names: Iterable[str], runs: Sequence[Run]) -> list[dict[str, Any]]:
    """The rows of the table. `common` is what every configuration proved with that seed, `longer`
    what of it takes every configuration more than one tactic."""
    by_name: dict[str, dict[tuple[int, str], Run]] = defaultdict(dict)
    for run in runs:
        if run.opened:
            by_name[run.configuration][run.seed, run.problem] = run
    proved = {
        name: {key for key, run in found.items() if run.proved} for name, found in by_name.items()
    }
    common = set.intersection(*proved.values()) if proved else set()
    longer = {key for key in common if all(found[key].steps > 1 for found in by_name.values())}
    return [
        row(name, by_name[name], proved[name], common, longer) for name in names if name in by_name
    ]


def row(
    name: str,
    runs: dict[tuple[int, str], Run],
    proved: set[tuple[int, str]],
    common: set[tuple[int, str]],
    longer: set[tuple[int, str]],
) -> dict[str, Any]:
    """What there is to say of one configuration."""
    seeds = sorted({seed for seed, _ in runs})
    return {
        "name": name,
        "solved": len(proved),
        "attempted": len(runs),
        "solved_by_seed": [sum(key[0] == seed for key in proved) for seed in seeds],
        "tactic_runs": sum(run.tactics for run in runs.values()),
        "seconds": sum(run.seconds for run in runs.values()),
        "median_seconds": statistics.median([runs[key].seconds for key in proved] or [0.0]),
        "common": len(common),
        "common_tactic_runs": sum(runs[key].tactics for key in common),
        "common_seconds": sum(runs[key].seconds for key in common),
        "longer": len(longer),
        "longer_tactic_runs": sum(runs[key].tactics for key in longer),
    }


def table(rows: Sequence[dict[str, Any]]) -> str:
    """The rows in Markdown."""
    lines = [
        "| | solved | by seed | tactic runs | seconds | median s to solve | tactic runs on what "
        "all solve | on what of it takes several steps | seconds on what all solve |",
        "|---|--:|--:|--:|--:|--:|--:|--:|--:|",
    ]
    for item in rows:
        by_seed = " ".join(map(str, item["solved_by_seed"]))
        lines.append(
            f"| {item['name']} | {item['solved']} of {item['attempted']} | {by_seed} "
            f"| {item['tactic_runs']:,} | {item['seconds']:,.0f} | {item['median_seconds']:.2f} "
            f"| {item['common_tactic_runs']:,} | {item['longer_tactic_runs']:,} "
            f"| {item['common_seconds']:,.0f} |"
        )
    return "\n".join(lines)


def options_of(arguments: Sequence[str] | None = None) -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("problems", type=Path, nargs="?", default=CORE)
    parser.add_argument("--header", type=Path, help="takes the place of every problem's header")
    parser.add_argument("--tactics", type=int, default=200, help="for each search")
    parser.add_argument("--seconds", type=float, default=20.0, help="for each search")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--every", type=int, default=1, help="only every so-manieth problem")
    parser.add_argument("--offset", type=int, default=0, help="the first of them, from 0")
    parser.add_argument(
        "--names", type=Path, help="only the problems named in this file, a line each"
    )
    parser.add_argument("--ablations", action="store_true", help="the default, varied")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--results", type=Path, help="a line a search; what is there is kept")
    parser.add_argument("--quick", action="store_true", help="a few problems, one seed")
    options = parser.parse_args(arguments)
    if options.quick:
        options.every, options.seeds = QUICK_STEP, 1
        options.tactics, options.seconds = QUICK_TACTICS, QUICK_SECONDS
    return options


def main() -> None:
    options = options_of()
    problems = [json.loads(line) for line in options.problems.read_text("utf-8").splitlines()]
    if options.header:
        problems = [{**item, "header": options.header.read_text("utf-8")} for item in problems]
    if options.names:
        names = set(options.names.read_text("utf-8").split())
        problems = [item for item in problems if item["name"] in names]
    problems = problems[options.offset :: options.every]
    configurations = ABLATIONS if options.ablations else list(CONFIGURATIONS.values())
    runs = asyncio.run(run_all(configurations, problems, options))
    rows = figures((configuration.name for configuration in configurations), runs)
    print(table(rows))
    limits = {"tactics": options.tactics, "seconds_each": options.seconds, "seeds": options.seeds}
    print(json.dumps({**limits, "configurations": rows}))


if __name__ == "__main__":
    main()
