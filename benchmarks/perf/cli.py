"""How long the command line takes to start: its help, and `prover prove` on a small file.

    python benchmarks/perf/cli.py [--quick] [--beside CHECKOUT]

`worker` is one Lean from its start to its first answer, to which the others are to be compared;
`proof` is `prover prove` from its start to the verified proof, and `prove` to its end. What a
checkout `beside` this one takes is measured in turn with this one. Each figure is the least of all
rounds, as other work on the machine only adds to it. Processor time is that of the whole tree of
processes.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parents[2]
TEXT = "theorem t : 1 + 1 = 2 := by sorry\n"
VERBS = ("prove", "check", "bench", "report", "doctor", "serve")
WORKER = """
import json
from prover.lean.embedded.embedded_lean import EmbeddedLean
command = EmbeddedLean.find().worker_command()
print(json.dumps([command.argv, dict(command.environment), str(command.cwd), command.stack]))
"""
GREETING = json.dumps({"id": 0, "op": "hello", "nonce": "n", "options": ""}) + "\n"


@dataclass(frozen=True)
class Program:
    """A command of one checkout, and what of its output is waited for."""

    argv: tuple[str, ...]
    environment: dict[str, str]
    folder: str
    awaited: str = ""
    given: str = ""
    stack: int = 0


def run(program: Program) -> tuple[float, float, float]:
    """Seconds until what is awaited is there, until the end, and of processor time."""

    def deepen() -> None:
        if program.stack:
            _, most = resource.getrlimit(resource.RLIMIT_STACK)
            resource.setrlimit(resource.RLIMIT_STACK, (program.stack, most))

    began, there = time.perf_counter(), 0.0
    child = subprocess.Popen(
        program.argv,
        cwd=program.folder,
        env=program.environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        preexec_fn=deepen,
    )
    assert child.stdin is not None
    assert child.stdout is not None
    child.stdin.write(program.given)
    child.stdin.close()
    for line in child.stdout:
        if not there and program.awaited in line:
            there = time.perf_counter() - began
    _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode or not there:
        raise SystemExit(f"{program.argv} ended with {child.returncode}")
    return there, time.perf_counter() - began, usage.ru_utime + usage.ru_stime


def programs(checkout: Path, file: Path) -> Iterator[tuple[str, Program]]:
    """What is measured of a checkout."""
    environment = {**os.environ, "PYTHONPATH": str(checkout)}
    python, folder = sys.executable, str(file.parent)
    asked = subprocess.run(
        (python, "-c", WORKER), env=environment, cwd=folder, check=True, capture_output=True
    )
    argv, lean, work, stack = json.loads(asked.stdout)
    yield "worker", Program(tuple(argv), lean, work, "n {", GREETING, stack)
    prover = (python, "-m", "prover")
    prove = (*prover, "prove", str(file), "--json")
    yield "proof", Program(prove, environment, folder, '"accepted": true')
    yield "--help", Program((*prover, "--help"), environment, folder)
    for verb in VERBS:
        yield f"{verb} --help", Program((*prover, verb, "--help"), environment, folder)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--quick", action="store_true", help="1 round instead of 5")
    parser.add_argument("--beside", type=Path, help="another checkout, to be measured in turn")
    options = parser.parse_args()
    checkouts = [HERE, *([options.beside.resolve()] if options.beside else [])]
    least: dict[tuple[str, Path], list[tuple[float, float, float]]] = defaultdict(list)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "One.lean"
        file.write_text(TEXT)
        found = [(checkout, *it) for checkout in checkouts for it in programs(checkout, file)]
        for number in range(2 if options.quick else 6):
            for checkout, name, program in found:
                # The first round fills the caches of files.
                took = run(program)
                if number:
                    least[name, checkout].append(took)
    print(f"{'':14}{'there s':>9}{'end s':>8}{'cpu s':>8}")
    rows = []
    for (name, checkout), all_taken in sorted(least.items()):
        there, end, cpu = (min(column) for column in zip(*all_taken, strict=True))
        print(f"{name:14}{there:9.2f}{end:8.2f}{cpu:8.2f}  {checkout}")
        rows.append([name, str(checkout), there, end, cpu])
    print(json.dumps(rows))


if __name__ == "__main__":
    main()
