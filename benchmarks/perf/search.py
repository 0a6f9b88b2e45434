"""Ways of searching side by side: one policy, one Lean, equal limits, several seeds.

    python benchmarks/perf/search.py [PROBLEMS] [--header FILE] [--tactics 200] [--seconds 20]
        [--seeds 3] [--every 1] [--offset 0] [--names FILE] [--ablations] [--only NAME …]
        [--workers 2] [--results FILE] [--quick]

Compared are the default and the baselines, which do what published systems do, or with
`--ablations` the default with one thing changed at a time. Each search has one worker, and stops at
the limit of tactic runs or of seconds, whichever it reaches first. The baselines try as many
candidates on a state as their systems do (`CANDIDATES`). A tactic runs once on a state for all
searches for one theorem, and each of them is charged what it took (`remembered.py`). A proof counts
when the verifier has accepted it; scripts are not minimised. What is in `--results` already is not
run again, so that a run that was interrupted goes on. The last line is JSON.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

from benchmarks.perf.comparison import CORE, Case, figures, run_all, table
from prover.errors import lookup
from prover.policy.builtin.builtin_policy import BuiltinPolicy
from prover.search.budget import Limit
from prover.search.configuration import CONFIGURATIONS, WHOLE, Configuration

# Called by its path, a script finds only what lies beside it.
sys.path.append(str(Path(__file__).resolve().parents[2]))

DEFAULT = Configuration()
ABLATIONS = [
    DEFAULT,
    replace(DEFAULT, name="whole states", split=False),
    replace(DEFAULT, name="a tree of whole states", split=False, merge=False),
    replace(DEFAULT, name="no re-scoring", rescore=False),
    replace(DEFAULT, name="no irrelevance", irrelevance=False),
    replace(DEFAULT, name="all candidates at once", turn=WHOLE),
    replace(DEFAULT, name="8 candidates at a time", turn=8),
    replace(DEFAULT, name="4 candidates at a time", turn=4),
    replace(DEFAULT, name="1 candidate at a time", turn=1),
    *(replace(DEFAULT, name=f"{most} at first", root_turn=most) for most in (8, 16, 32)),
    replace(DEFAULT, name="sum", score="sum"),
    replace(DEFAULT, name="progress; alpha 1", alpha=1.0),
    replace(DEFAULT, name="progress; alpha 2", alpha=2.0),
    replace(DEFAULT, name="whole budgets at once", first_share=1.0),
    *(replace(DEFAULT, name=f"opener loss {loss:g}", opener_loss=loss) for loss in (0.0, 1.0, 4.0)),
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


def cases_of(configurations: Sequence[Configuration], options: argparse.Namespace) -> list[Case]:
    """Each configuration with each seed."""
    return [
        Case(how.name, seed, BuiltinPolicy(seed=seed), limit_of(how, options), how)
        for seed in range(options.seeds)
        for how in configurations
    ]


def chosen(
    configurations: Iterable[Configuration], options: argparse.Namespace
) -> list[Configuration]:
    """Those that are asked for. Raises `InputError` for a name that none of them has."""
    by_name = {configuration.name: configuration for configuration in configurations}
    names = options.only or by_name
    return [lookup(by_name, name, "configuration") for name in names]


def limit_of(configuration: Configuration, options: argparse.Namespace) -> Limit:
    """The same for all, but for the candidates."""
    return Limit(
        seconds=options.seconds,
        tactics=options.tactics,
        candidates=CANDIDATES.get(configuration.name, Limit.candidates),
        minimise_seconds=1e-3,
    )


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
    parser.add_argument("--only", nargs="+", metavar="NAME", help="of these configurations")
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
    configurations = chosen(ABLATIONS if options.ablations else CONFIGURATIONS.values(), options)
    cases = cases_of(configurations, options)
    runs = asyncio.run(run_all(problems, cases, options.workers, options.results))
    rows = figures((configuration.name for configuration in configurations), runs)
    print(table(rows))
    limits = {"tactics": options.tactics, "seconds_each": options.seconds, "seeds": options.seeds}
    print(json.dumps({**limits, "configurations": rows}))


if __name__ == "__main__":
    main()
