"""Kills a batch run and its Lean workers, again and again, until it has nothing left to do.

A run is started as users start it, in a folder of its own. Limits are counted in tactics, so that
what it proves does not depend on when it was killed.
"""

from __future__ import annotations

import contextlib
import json
import random
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import psutil

from prover.bench.attempt import Attempt
from prover.bench.problem import Problem
from prover.bench.results import attempts

PROGRAM = (sys.executable, "-m", "prover", "bench")
LIMITS = ("limit.tactic.seconds=60", "limit.minimise_seconds=1", "limit.verify_seconds=120")
STEP_SECONDS = 0.05


@dataclass
class Killing:
    """One run, killed at moments that a seed decides."""

    folder: Path
    problems: Path
    tactics: int
    workers: int
    random: random.Random
    runner_kills: int = 0
    worker_kills: int = 0

    def start(self) -> subprocess.Popen[str]:
        """The run, begun or gone on with."""
        limits = [word for limit in LIMITS for word in ("--set", limit)]
        limits += ["--seconds", "3600", "--tactics", str(self.tactics)]
        where = ["--run", str(self.folder), "--workers", str(self.workers), "--json"]
        return subprocess.Popen(
            [*PROGRAM, str(self.problems), *limits, *where],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def undisturbed(self) -> None:
        """Runs it to its end."""
        with self.start() as run:
            assert self._end(run) == 0

    def disturbed(self, runners: int, workers: int, patience: float) -> None:
        """Kills so many times the runner and a Lean worker, then lets it end, and runs
        it again until no attempt has ended in an error.

        Each kill comes within `patience` seconds after a Lean runs.
        """
        deaths = ["runner"] * runners + ["worker"] * workers
        self.random.shuffle(deaths)
        for _ in range(runners + workers + 2):
            with self.start() as run:
                while deaths and _wait_for_lean(run):
                    _sleep(run, self.random.uniform(0, patience))
                    if run.poll() is None and self._kill(run, deaths.pop()) == "runner":
                        break
                else:
                    if self._end(run) == 0:
                        return
        raise AssertionError("it did not come to an end")

    def _kill(self, run: subprocess.Popen[str], what: str) -> str:
        if what == "runner":
            self.runner_kills += 1
            run.kill()
        elif workers := _workers(run):
            with contextlib.suppress(psutil.NoSuchProcess):
                self.random.choice(workers).kill()
                self.worker_kills += 1
        return what

    def _end(self, run: subprocess.Popen[str]) -> int:
        """How many problems ended in an error; all where Lean was killed before anything began."""
        output, _ = run.communicate(timeout=600)
        if run.returncode == 3 and "Lean did not start" in output:
            return self.problems.read_bytes().count(b"\n")
        assert run.returncode in (0, 1), output
        return int(json.loads(output.splitlines()[-1])["errors"])


def write(path: Path, problems: Sequence[Problem]) -> None:
    """Problems as a file."""
    text = "".join(json.dumps(asdict(problem)) + "\n" for problem in problems)
    path.write_text(text, encoding="utf-8")


def written(folder: Path) -> list[Attempt]:
    """Every line of the results, those too that later ones have replaced."""
    return list(attempts(folder / "results.jsonl"))


def proved(attempts: Sequence[Attempt]) -> set[str]:
    """The names of what was proved."""
    return {attempt.name for attempt in attempts if attempt.proved}


def _workers(run: subprocess.Popen[str]) -> list[psutil.Process]:
    try:
        return psutil.Process(run.pid).children(recursive=True)
    except psutil.NoSuchProcess:
        return []


def _wait_for_lean(run: subprocess.Popen[str]) -> bool:
    """Waits until a Lean runs; whether the run lives then."""
    while run.poll() is None and not _workers(run):
        time.sleep(STEP_SECONDS)
    return run.poll() is None


def _sleep(run: subprocess.Popen[str], seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while run.poll() is None and time.monotonic() < deadline:
        time.sleep(STEP_SECONDS)
