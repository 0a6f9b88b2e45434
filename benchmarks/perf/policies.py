"""Policies side by side: one search, one Lean, equal limits of tactic runs.

    python benchmarks/perf/policies.py builtin hf:models/tiny mix:hf:models/tiny*3+builtin
        [--problems FILE] [--every 1] [--first 0] [--tactics 60] [--seconds 20] [--seeds 1]
        [--template NAME] [--results FILE] [--quick]

A policy is written as in a configuration file, so also as `{name: llemma, repair: 1}`. All are open
at once, each with a model of its own. A search stops at the limit of tactic runs or of seconds,
whichever it reaches first; a tactic runs once on a state for all searches for one theorem, and
each of them is charged what it took (`remembered.py`). A proof counts when the verifier has
accepted it. What is in `--results` already is not run again. The last line is JSON.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
from collections.abc import Sequence
from contextlib import AsyncExitStack
from itertools import product
from pathlib import Path

import yaml

from benchmarks.perf.comparison import CORE, Case, Problem, Run, figures, run_all, table
from prover.policy.factory import open_policy
from prover.policy.model_options import ModelOptions
from prover.policy.spec import spec_from_yaml
from prover.search.budget import Limit
from prover.search.configuration import Configuration

# Called by its path, a script finds only what lies beside it.
sys.path.append(str(Path(__file__).resolve().parents[2]))

QUICK_STEP, QUICK_TACTICS = 80, 30


async def compare(problems: Sequence[Problem], options: argparse.Namespace) -> list[Run]:
    """Every policy on every problem with every seed, but for what was run before."""
    limit = Limit(seconds=options.seconds, tactics=options.tactics, minimise_seconds=1e-3)
    async with AsyncExitStack() as stack:
        cases: list[Case] = []
        for name, seed in product(options.policies, range(options.seeds)):
            how = ModelOptions(template=options.template, seed=seed)
            opening = open_policy(spec_from_yaml(yaml.safe_load(name)), how)
            policy = await stack.enter_async_context(opening)
            cases.append(Case(name, seed, policy, limit, Configuration()))
        return await run_all(problems, cases, 1, options.results)


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
    runs = asyncio.run(compare(problems, options))
    rows = figures(options.policies, runs)
    print(table(rows))
    print(json.dumps({"tactics": options.tactics, "seconds_each": options.seconds, "rows": rows}))


if __name__ == "__main__":
    main()
