"""Searches side by side: each case on each problem, and the table of what came of it."""

from __future__ import annotations

import asyncio
import json
import statistics
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from benchmarks.perf.remembered import Remembered, Verdicts
from prover.lean.embedded.embedded_lean import EmbeddedLean
from prover.lean.interface import Verify
from prover.lean.pool import LeanPool
from prover.policy.policy import Policy
from prover.search.budget import Limit
from prover.search.configuration import Configuration
from prover.search.engine import search
from prover.search.events import Opened
from prover.search.result import Result, Status
from prover.theorem import Theorem
from prover.verifier import Verifier

CORE = Path(__file__).parents[1] / "problems" / "core.jsonl"
Problem = dict[str, str]
VERIFY_SECONDS = 600.0
"""For a check, which runs beside other searches: no proof is to be lost to what else goes on."""


@dataclass(frozen=True)
class Case:
    """What is compared with others, under a name, with a seed."""

    name: str
    seed: int
    policy: Policy
    limit: Limit
    configuration: Configuration


@dataclass(frozen=True)
class Run:
    """How one search went."""

    configuration: str
    """The name of its case."""
    seed: int
    problem: str
    opened: bool
    proved: bool
    tactics: int
    seconds: float
    """Of searching; the verifier's are not in it."""
    steps: int
    """Of the proof; 0 without one."""


async def run_all(
    problems: Sequence[Problem], cases: Sequence[Case], workers: int, results: Path | None
) -> list[Run]:
    """Every case on every problem, but for what is in the results already.

    Problem by problem, so that an interrupted run has compared something.
    """
    done = {(run.configuration, run.seed, run.problem): run for run in before(results)}
    waiting = iter(problems)
    async with LeanPool(EmbeddedLean.find().worker_command(), workers=workers) as pool:
        verify = Verdicts(Verifier(pool, seconds=VERIFY_SECONDS))

        async def work() -> None:
            for problem in waiting:
                name = problem["name"]
                left = [case for case in cases if (case.name, case.seed, name) not in done]
                if not left:
                    continue
                async with pool.session(alone=True) as alone:
                    session = Remembered(alone)
                    for case in left:
                        run = await run_one(session, verify, case, problem)
                        done[run.configuration, run.seed, run.problem] = run
                        keep(run, results)

        await asyncio.gather(*(work() for _ in range(workers)))
    names, wanted = {case.name for case in cases}, {problem["name"] for problem in problems}
    return [run for run in done.values() if run.configuration in names and run.problem in wanted]


async def run_one(session: Remembered, verify: Verify, case: Case, problem: Problem) -> Run:
    """One search for a proof of one problem."""
    theorem = Theorem.from_statement(
        problem["name"], problem["statement"], header=problem["header"]
    )
    opened = False
    found = search(
        theorem,
        session,
        case.policy,
        verify,
        limit=replace(case.limit, verify_seconds=VERIFY_SECONDS),
        configuration=case.configuration,
        clock=session.clock,
    )
    async for event in found:
        opened = opened or isinstance(event, Opened)
    assert isinstance(event, Result)
    return Run(
        case.name,
        case.seed,
        theorem.name,
        opened,
        event.status is Status.PROVED,
        event.counters.tactics,
        event.seconds.total - event.seconds.verify,
        event.proof.length if event.proof else 0,
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
