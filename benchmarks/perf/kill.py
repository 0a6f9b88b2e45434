"""Kills a batch run at random, again and again, and compares what came of it with a calm one.

    python benchmarks/perf/kill.py [--kills 20] [--workers 2] [--seed 7] [--cluster] [--quick]

Killed by `kill -9` are the runner, Lean processes and, with `--cluster`, actors and nodes of a Ray
cluster on this machine; the runner is started again, a node is replaced. Limits are counted in
tactics, so that what is proved does not depend on when something died. The last line is JSON; the
exit code is 1 unless the results are those of the calm run, nothing twice and nothing missing.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import random
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import psutil

from benchmarks.perf.nodes import Nodes
from prover.bench.attempt import Attempt
from prover.bench.results import attempts, latest
from prover.problems.problem import Problem

# Called by its path, a script finds only what lies beside it.
sys.path.append(str(Path(__file__).resolve().parents[2]))

PROGRAM = (sys.executable, "-m", "prover", "bench")
LIMITS = ("limit.tactic.seconds=600", "limit.minimise_seconds=1", "limit.verify_seconds=120")
TACTICS = 12
STEP_SECONDS = 0.05
END_SECONDS = 1800.0
CALM_RUNS = 3
STATEMENTS = (
    "(a b : Nat) : a + b = b + a",
    "(p q : Prop) (h : p ∧ q) : q ∧ p",
    "(n : Nat) (h : 0 < n) : 1 ≤ n",
    "(x : Int) (h : x * x = x) : x = 0 ∨ x = 1",
    "(xs : List Nat) : xs.reverse.reverse = xs",
    "(a b c : Nat) (h : a < b) : a + c < b + c",
    "(x y : Nat) : x ^ 5 + y ^ 5 ≠ 7 * x * y + 11",
    "(f : Nat → Nat) (h : ∀ n, f n = n) : f 3 = 3",
    "(a b : Nat) (h : a ∣ b) : a ∣ b * b",
    "(x : Some.Real) : x = x",
)


@dataclass
class Killing:
    """One run, killed at moments that a seed decides."""

    folder: Path
    problems: Path
    workers: int
    random: random.Random
    nodes: Nodes | None = None
    kills: Counter[str] = field(default_factory=Counter)

    def start(self) -> subprocess.Popen[str]:
        """The run, begun or gone on with."""
        limits = [word for limit in LIMITS for word in ("--set", limit)]
        limits += ["--seconds", "3600", "--tactics", str(TACTICS)]
        where = ["--run", str(self.folder), "--workers", str(self.workers), "--json"]
        where += ["--cluster", self.nodes.address] if self.nodes else []
        return subprocess.Popen(
            [*PROGRAM, str(self.problems), *limits, *where],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def undisturbed(self) -> None:
        """Runs it until no attempt has ended in an error, as on a busy machine some do."""
        for _ in range(CALM_RUNS):
            with self.start() as run:
                if self._end(run) == 0:
                    return
        raise AssertionError(f"errors in {CALM_RUNS} runs that nothing disturbed")

    def disturbed(self, deaths: Sequence[str], patience: float) -> None:
        """Kills these in any order (`runner`, `worker`, `node`), then lets the run end, and runs it
        again until no attempt has ended in an error.

        Each kill comes within `patience` seconds after a Lean runs.
        """
        left = list(deaths)
        self.random.shuffle(left)
        for _ in range(len(left) + 2):
            with self.start() as run:
                while left and self._wait_for_lean(run):
                    _sleep(run, self.random.uniform(0, patience))
                    if run.poll() is None and self._kill(run, left[-1]) and left.pop() == "runner":
                        break
                else:
                    if self._end(run) == 0:
                        return
        raise AssertionError("it did not come to an end")

    def _kill(self, run: subprocess.Popen[str], what: str) -> bool:
        """Whether there was one to kill."""
        victims = self._leans(run) if what == "worker" else []
        try:
            if what == "runner":
                run.kill()
            elif what == "node" and self.nodes:
                self.nodes.kill(self.random.choice(self.nodes.raylets))
                self.nodes.add()
            elif victims:
                self.random.choice(victims).kill()
            else:
                return False
        except psutil.NoSuchProcess:
            return False
        self.kills[what] += 1
        return True

    def _leans(self, run: subprocess.Popen[str]) -> list[psutil.Process]:
        """The Lean processes of a run, and what starts them in a cluster."""
        above = [raylet.pid for raylet in self.nodes.raylets] if self.nodes else [run.pid]
        return [each for pid in above for each in _below(pid) if _is_lean(each)]

    def _wait_for_lean(self, run: subprocess.Popen[str]) -> bool:
        """Waits until a Lean runs; whether the run lives then."""
        while run.poll() is None and not self._leans(run):
            time.sleep(STEP_SECONDS)
        return run.poll() is None

    def _end(self, run: subprocess.Popen[str]) -> int:
        """How many problems ended in an error; all where Lean was killed before anything began."""
        output, _ = run.communicate(timeout=END_SECONDS)
        if run.returncode == 3 and "Lean did not start" in output:
            return self.problems.read_bytes().count(b"\n")
        if run.returncode not in (0, 1):
            raise AssertionError(output)
        return int(json.loads(output.splitlines()[-1])["errors"])


def differences(calm: Path, wild: Path) -> dict[str, list[str]]:
    """What of one run's results is missing, twice or otherwise in the other; by problem."""
    expected = {one.key: one for one in latest(calm / "results.jsonl")}
    found = {one.key: one for one in latest(wild / "results.jsonl")}
    lines = attempts(wild / "results.jsonl")
    counts = Counter(one.key for one in lines if ended(one))
    traces = {path.name.removesuffix(".jsonl.gz") for path in (wild / "traces").iterdir()}
    return {
        "missing": [one.name for key, one in expected.items() if key not in found],
        "unknown": [one.name for key, one in found.items() if key not in expected],
        "twice": [one.name for key, one in found.items() if counts[key] > 1],
        "errors": [one.name for one in found.values() if not ended(one)],
        "other": [
            one.name
            for key, one in found.items()
            if key in expected and outcome(one) != outcome(expected[key])
        ],
        "traceless": [one.name for key, one in found.items() if key not in traces],
    }


def ended(attempt: Attempt) -> bool:
    """Whether it is not made again."""
    return not attempt.applicable or attempt.result["status"] != "error"


def outcome(attempt: Attempt) -> tuple[bool, bool]:
    """What must not depend on what was killed."""
    return attempt.applicable, attempt.proved


def problems(count: int) -> list[Problem]:
    """So many, of which some are proved, some are not, and some can't be read."""
    texts = (STATEMENTS[place % len(STATEMENTS)] for place in range(count))
    return [Problem(f"t{at}", f"theorem t{at} {text} := by") for at, text in enumerate(texts)]


def write(path: Path, each: Sequence[Problem]) -> None:
    """Problems as a file."""
    text = "".join(json.dumps(asdict(problem)) + "\n" for problem in each)
    path.write_text(text, encoding="utf-8")


def _below(pid: int) -> list[psutil.Process]:
    try:
        return psutil.Process(pid).children(recursive=True)
    except psutil.NoSuchProcess:
        return []


def _is_lean(process: psutil.Process) -> bool:
    try:
        line = " ".join(process.cmdline())
    except psutil.Error:
        return False
    return "lean.js" in line or "LeanActor" in line


def _sleep(run: subprocess.Popen[str], seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while run.poll() is None and time.monotonic() < deadline:
        time.sleep(STEP_SECONDS)


def measure(options: argparse.Namespace, folder: Path) -> dict[str, Any]:
    """A calm run, a wild one, and how they differ."""
    kills = 4 if options.quick else options.kills
    file, chance = folder / "problems.jsonl", random.Random(options.seed)
    write(file, problems(4 if options.quick else 30))
    kinds = ("runner", "worker", "node") if options.cluster else ("runner", "worker")
    deaths = [kinds[place % len(kinds)] for place in range(kills)]
    began = time.monotonic()
    Killing(folder / "calm", file, options.workers, chance).undisturbed()
    calm = time.monotonic() - began
    with Nodes.started() if options.cluster else contextlib.nullcontext() as nodes:
        wild = Killing(folder / "wild", file, options.workers, chance, nodes)
        # On average a kill comes after half of it: all of them take as long as the calm run.
        wild.disturbed(deaths, options.patience or 2 * calm / kills)
    found = differences(folder / "calm", folder / "wild")
    results = latest(folder / "wild" / "results.jsonl")
    return {
        "same": not any(found.values()),
        **found,
        "kills": dict(wild.kills),
        "problems": len(results),
        "proved": sum(one.proved for one in results),
        "calm_seconds": calm,
        "wild_seconds": time.monotonic() - began - calm,
    }


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--seed", type=int, default=7, help="decides what is killed, and when")
    parser.add_argument(
        "--patience", type=float, help="seconds to a kill at most; by default as spreads them out"
    )
    parser.add_argument("--cluster", action="store_true", help="on a Ray cluster of this machine")
    parser.add_argument("--quick", action="store_true", help="four kills, four problems")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        found = measure(options, Path(folder))
    for what, count in found["kills"].items():
        print(f"{count:3} × {what} killed")
    print("the results are the same" if found["same"] else "the results differ")
    print(json.dumps(found))
    return 0 if found["same"] else 1


if __name__ == "__main__":
    sys.exit(main())
