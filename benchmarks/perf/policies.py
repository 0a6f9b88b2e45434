"""Policies side by side: one search, one Lean, equal limits of tactic runs.

    python benchmarks/perf/policies.py builtin hf:models/tiny mix:hf:models/tiny*3+builtin
        [--problems FILE] [--every 1] [--first 0] [--tactics 60] [--seconds 20] [--seeds 1]
        [--template NAME] [--results FILE] [--quick]

A policy is written as in a configuration file, so also as `{name: llemma, repair: 1}`. All are open
at once, each with a model of its own. A search stops at the limit of tactic runs or of seconds,
whichever it reaches first; a proof counts when the gate has accepted it. What is in `--results`
already is not run again. The last line is JSON.
"""

from __future__ import annotations

import argparse
import asyncio
import json
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import asdict
from itertools import product
from pathlib import Path

import yaml

from benchmarks.perf.search import CORE, Run, Verdicts, before, figures, table
from prover.lean.embedded import EmbeddedLean
from prover.lean.pool import LeanPool
from prover.policy.base import Policy
from prover.policy.choosing import open_policy
from prover.policy.mapping import configured
from prover.policy.options import ModelOptions
from prover.search.engine import search
from prover.search.events import Opened
from prover.search.limit import Limit
from prover.search.result import Result, Status
from prover.theorem import Theorem
from prover.verify.base import Verify
from prover.verify.gate import Gate

QUICK_STEP, QUICK_TACTICS = 80, 30


async def run_one(
    pool: LeanPool, verify: Verify, policy: Policy, problem: dict[str, str], limit: Limit
) -> tuple[bool, Result]:
    """One search: whether Lean could read the statement, and how it ended."""
    theorem = Theorem.from_statement(
        problem["name"], problem["statement"], header=problem["header"]
    )
    opened = False
    async with pool.session(alone=True) as session:
        async for event in search(theorem, session, policy, verify, limit=limit):
            opened = opened or isinstance(event, Opened)
    assert isinstance(event, Result)
    return opened, event


async def run_all(problems: Sequence[dict[str, str]], options: argparse.Namespace) -> list[Run]:
    """Every policy on every problem with every seed, but for what was run before.

    Problem by problem, so that an interrupted run has compared something.
    """
    done = {(run.configuration, run.seed, run.problem): run for run in before(options.results)}
    limit = Limit(seconds=options.seconds, tactics=options.tactics, minimise_seconds=1e-3)
    async with (
        AsyncExitStack() as stack,
        LeanPool(EmbeddedLean.find().worker_command(), workers=1) as pool,
    ):
        verify = Verdicts(Gate(pool))
        policies: dict[tuple[str, int], Policy] = {}
        for name, seed in product(options.policies, range(options.seeds)):
            how = ModelOptions(template=options.template, seed=seed)
            opening = open_policy(configured(yaml.safe_load(name)), how)
            policies[name, seed] = await stack.enter_async_context(opening)
        for problem, ((name, seed), policy) in product(problems, policies.items()):
            key = name, seed, problem["name"]
            if key not in done:
                opened, result = await run_one(pool, verify, policy, problem, limit)
                done[key] = _run(*key, opened, result)
                _keep(done[key], options.results)
    names, wanted = set(options.policies), {problem["name"] for problem in problems}
    return [run for run in done.values() if run.configuration in names and run.problem in wanted]


def _keep(run: Run, results: Path | None) -> None:
    if results:
        with results.open("a") as file:
            file.write(json.dumps(asdict(run)) + "\n")


def _run(name: str, seed: int, problem: str, opened: bool, result: Result) -> Run:
    return Run(
        configuration=name,
        seed=seed,
        problem=problem,
        opened=opened,
        proved=result.status is Status.PROVED,
        tactics=result.counters.tactics,
        seconds=result.seconds.total - result.seconds.verify,
        steps=result.proof.length if result.proof else 0,
    )


def options_of(arguments: Sequence[str] | None = None) -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("policies", nargs="+", help="as in a configuration file")
    parser.add_argument("--problems", type=Path, default=CORE)
    parser.add_argument("--first", type=int, default=0, help="number of the first problem, from 0")
    parser.add_argument("--every", type=int, default=1, help="only every so-manieth problem")
    parser.add_argument("--tactics", type=int, default=60, help="for each search")
    parser.add_argument("--seconds", type=float, default=20.0, help="for each search")
    parser.add_argument("--seeds", type=int, default=1)
    parser.add_argument("--template", help="how language models are shown a state")
    parser.add_argument("--results", type=Path, help="a line a search; what is there is kept")
    parser.add_argument("--quick", action="store_true", help="a few problems")
    options = parser.parse_args(arguments)
    if options.quick:
        options.every, options.tactics = QUICK_STEP, QUICK_TACTICS
    return options


def main() -> None:
    options = options_of()
    problems = [json.loads(line) for line in options.problems.read_text("utf-8").splitlines()]
    problems = problems[options.first :: options.every]
    runs = asyncio.run(run_all(problems, options))
    rows = figures(options.policies, runs)
    print(table(rows))
    print(json.dumps({"tactics": options.tactics, "seconds_each": options.seconds, "rows": rows}))


if __name__ == "__main__":
    main()
