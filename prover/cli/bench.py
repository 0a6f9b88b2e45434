"""`prover bench`: tries many problems and keeps what came of each."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from functools import reduce
from pathlib import Path
from typing import Annotated

import typer

from prover.bench.attempt import jobs
from prover.bench.config import Config, resolved
from prover.bench.environment import environment
from prover.bench.executor import LocalExecutor
from prover.bench.inputs import check_dialect, lean_of, needs_lean, problems_of
from prover.bench.metrics import worker_use
from prover.bench.outcomes import Summary
from prover.bench.ray.cluster import joined
from prover.bench.results import read_run
from prover.bench.runner import Executor, Runner
from prover.bench.settings import Settings
from prover.bench.store import Store
from prover.bench.worker_pool import WorkerPool
from prover.cli import bench_output, options
from prover.cli.console import Exit, messages, write_json
from prover.cli.console import run as run_cancellable
from prover.cli.gpu import find_gpus
from prover.errors import counted
from prover.lean.backend import Backend, describe
from prover.lean.backends import LEANS
from prover.policy.factory import open_policy
from prover.problems.dialect import shared_header
from prover.problems.problem import ProblemSet

EXAMPLES = (
    "Examples: `prover bench smoke` · `prover bench my.yaml --attempts 4` · "
    "`prover bench problems.jsonl --seconds 20 --workers 8 --run runs/first` · "
    "`prover bench core --topic nat --every 5 --set limit.tactic.heartbeats=50000` · "
    "`prover bench minif2f --lean native --project MyProject` · "
    "`prover bench core --cluster ray://node1:10001`. "
    "The same command again goes on where it stopped."
)

FLAGS = {"problems.source": "--problems", "problems.names": "--name"}
"""Those that are not named after their setting."""
Words = list[str] | None


def bench(
    what: Annotated[
        str,
        typer.Argument(
            metavar="CONFIG|PROBLEMS",
            help="A YAML file, the name of a configuration in `benchmarks/configs`, or problems: "
            "a file, or the name of a set.",
            show_default=False,
        ),
    ],
    problems: Annotated[
        str | None,
        typer.Option("--problems", "--data", metavar="SOURCE", help="The problems to try."),
    ] = None,
    names: Annotated[Words, typer.Option("--name", help="Only this one. May be repeated.")] = None,
    split: Annotated[str | None, typer.Option(help="Only this part of the set.")] = None,
    topic: Annotated[str | None, typer.Option(help="Only this topic.")] = None,
    difficulty: Annotated[str | None, typer.Option(help="Only this difficulty.")] = None,
    every: Annotated[int | None, typer.Option(help="Each how-many-th of them.")] = None,
    first: Annotated[int | None, typer.Option(help="So many of them at most.")] = None,
    dialect: Annotated[
        str | None, typer.Option(help="What takes the place of the problems' headers.")
    ] = None,
    lean: Annotated[
        str | None,
        typer.Option(
            metavar="NAME",
            help=f"Which Lean: {', '.join(LEANS)}. By default the native one for problems that lie "
            "in a Lake project whose toolchain is installed, or else the embedded one.",
            show_default=False,
        ),
    ] = None,
    project: options.ProjectOption = None,
    policy: Annotated[
        str | None, typer.Option(help="What proposes tactics, as for `prover prove`.")
    ] = None,
    search: Annotated[
        str | None, typer.Option(help="How to search, as for `prover prove`.")
    ] = None,
    seconds: Annotated[float | None, typer.Option(help="For each attempt.")] = None,
    tactics: Annotated[int | None, typer.Option(help="Tactics run in each attempt.")] = None,
    expansions: Annotated[int | None, typer.Option(help="States expanded in each attempt.")] = None,
    candidates: Annotated[int | None, typer.Option(help="Tactics tried on one state.")] = None,
    attempts: Annotated[
        int | None, typer.Option(help="Tries at each problem until it is proved.")
    ] = None,
    seed: Annotated[int | None, typer.Option(help="Of the first attempt.")] = None,
    workers: Annotated[
        int | None,
        typer.Option(help="Problems tried at once; each needs about 2.5 GB of memory."),
    ] = None,
    cluster: Annotated[
        str | None,
        typer.Option(
            metavar="local|ray://HOST:PORT",
            help="Do the work on the nodes of a Ray cluster, or by a Ray on this machine.",
        ),
    ] = None,
    run: Annotated[Path | None, typer.Option(help="The folder of the results.")] = None,
    settings: Annotated[
        Words,
        typer.Option(
            "--set", metavar="NAME=VALUE", help="Any setting, as `limit.tactic.seconds=20`."
        ),
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="One JSON object at the end.")] = False,
) -> None:
    """Try many problems, all cores busy, and keep each attempt as soon as it ends.

    Settings come from the file, then from `PROVER_*` variables (`PROVER_LIMIT_SECONDS`), then from
    the flags. Results are in `runs/NAME`, or where `--run` says. Ctrl-C lets what is under way
    end, a second one stops it; in any case the same command goes on later.
    """
    flags = {
        "problems.source": problems,
        "problems.names": names,
        "problems.split": split,
        "problems.topic": topic,
        "problems.difficulty": difficulty,
        "problems.every": every,
        "problems.first": first,
        "dialect": dialect,
        "lean": lean,
        "project": project,
        "policy": policy,
        "search": search,
        "limit.seconds": seconds,
        "limit.tactics": tactics,
        "limit.expansions": expansions,
        "limit.candidates": candidates,
        "attempts": attempts,
        "seed": seed,
        "workers": workers,
        "cluster": cluster,
        "run": run and str(run),
    }
    given = [
        Settings.one(tuple(name.split(".")), value, FLAGS.get(name) or f"--{name.split('.')[-1]}")
        for name, value in flags.items()
        if value is not None
    ]
    given += [Settings.assigned(text, "--set") for text in settings or ()]
    name, config = resolved(what, reduce(Settings.under, given, Settings()), os.environ)
    folder = Path(config.run or f"runs/{name}")
    task = Bench(config, folder, json)
    raise typer.Exit(run_cancellable(task.work))


@dataclass(frozen=True)
class Bench:
    """What the user asked for."""

    config: Config
    folder: Path
    json: bool

    async def work(self) -> Exit:
        """Does it; its exit code."""
        config = self.config
        interrupts = Interrupts()
        # What is wrong with what the user gave is told before what is missing here.
        early = None if needs_lean(config) else await problems_of(config, tell=tell)
        workers = 1 if config.cluster else config.workers
        async with lean_of(config, workers=workers, tell=tell, problems=early) as lean:
            check_dialect(config, lean)
            problems = early or await problems_of(config, lean=lean, tell=tell)
            if not config.cluster:
                lean.expected = shared_header(config.dialect)
            which = await describe(lean)
            cards = [str(gpu) for gpu in await find_gpus()]
            made_with = environment(config, problems, lean=which, gpus=cards)
            with Store.opened(self.folder, config, problems, made_with) as store:
                todo = jobs(config, problems, which)
                making = ExecutorFactory(config, lean, which)
                run = Runner(todo, store.add, workers=lambda: making.workers, found=store.found)
                began = time.time()
                with suppress(asyncio.CancelledError):
                    await self._make(run, making, interrupts)
        return self._told(problems, run, began, interrupts)

    async def _make(self, run: Runner, making: ExecutorFactory, interrupts: Interrupts) -> None:
        """Makes the attempts that are still to be made."""
        standing = run.standing
        if standing.ended:
            messages().print(f"going on: {bench_output.sentence(standing)}")
        if not standing.left:
            return
        async with making.ready() as attempt:
            interrupts.may_finish(run)
            async with bench_output.shown(lambda: run.standing):
                await run.work(attempt)

    def _told(
        self, problems: ProblemSet, run: Runner, began: float, interrupts: Interrupts
    ) -> Exit:
        """The exit code, when the table is written."""
        names = [problem.name for problem in problems.problems]
        kept = read_run(self.folder)
        summary = Summary.of(names, kept.attempts, self.config.dialect)
        outcome = {
            "run": str(self.folder),
            **summary.to_json(),
            "seconds": time.time() - began,
            # A cluster says only while it works how many it has.
            "workers": self.config.workers or run.most,
            "worker_use": worker_use(kept.attempts, kept.config.get("workers")),
            "interrupted": interrupts.count > 0,
        }
        if self.json:
            write_json(outcome)
        else:
            bench_output.show(outcome, summary, self.folder)
        if interrupts.count:
            return Exit.INTERRUPTED
        return Exit.PROVED if summary.all_proved else Exit.NOT_PROVED


class ExecutorFactory:
    """Who makes the tries: Lean workers of this process, or the actors of a cluster."""

    def __init__(self, config: Config, lean: Backend, which: str) -> None:
        """`which` is what results call the Lean."""
        self._config = config
        self._lean = lean
        self._which = which
        self._crew: WorkerPool | None = None

    @property
    def workers(self) -> int:
        """How many tries can be made at once, now."""
        if self._crew is None:
            return self._config.workers
        # A try that waits while there is nobody is told if that takes long.
        return max(1, self._crew.size)

    @asynccontextmanager
    async def ready(self) -> AsyncIterator[Executor]:
        """Makes a try, within the block. Raises `SetupError`."""
        config = self._config
        if config.cluster:
            # What was asked of the Lean here is answered.
            await self._lean.close()
            async with joined(config, self._which, tell) as self._crew:
                yield self._crew
            return
        async with open_policy(config.policy) as policy:
            yield LocalExecutor.with_lean(self._lean, policy, config.limit, config.search)


def tell(sentence: str) -> None:
    """Tells the user on standard error."""
    messages().print(sentence)


class Interrupts:
    """Ctrl-C: the first lets what is under way end, the second stops it, and so does SIGTERM."""

    def __init__(self) -> None:
        """From now on, in the task that makes it."""
        task = asyncio.current_task()
        assert task is not None, "made outside a task"
        self._task = task
        self._run: Runner | None = None
        self.count = 0
        loop = asyncio.get_running_loop()
        loop.add_signal_handler(signal.SIGINT, self._interrupt)
        for number in (signal.SIGTERM, signal.SIGHUP):
            loop.add_signal_handler(number, self._stop)

    def may_finish(self, run: Runner) -> None:
        """There is something now that can be let end."""
        self._run = run

    def _interrupt(self) -> None:
        if self.count or self._run is None:
            self._stop()
            return
        self.count += 1
        self._run.finish()
        under_way = counted(self._run.under_way, "attempt")
        messages().print(f"finishing {under_way} under way; Ctrl-C again stops at once")

    def _stop(self) -> None:
        self.count += 1
        self._task.cancel()
