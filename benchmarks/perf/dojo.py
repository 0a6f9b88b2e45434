"""How fast LeanDojo's terminal is, as it is and with the settings that the prover gives it.

LeanDojo's own `Dojo` runs tactics against a program that answers at once, over a real terminal:
what is measured is the transport alone. The last line is JSON.

    python benchmarks/perf/dojo.py
"""

from __future__ import annotations

import json
import statistics
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pexpect
from lean_dojo import Dojo, TacticState
from lean_dojo.interaction.dojo import kill_descendants

from prover.lean.leandojo.dojo_server import tune_terminal

STAND_IN = Path(__file__).parents[2] / "tests" / "lean" / "stand_in_repl.py"
SIZES = (500, 2_000, 10_000)
TIMES = {False: 5, True: 200}
"""How often each reply is asked for, without and with the settings."""
TACTIC_BYTES = 10_000
NEEDED = 20.0
"""How many times faster a reply of 2,000 characters has to be."""


class BenchDojo(Dojo):  # type: ignore[misc]
    """LeanDojo's `Dojo`, with a program of ours in the place of Lean."""

    def __init__(self) -> None:
        self.timeout = 60
        self.is_successful = False


@contextmanager
def entered(quick: bool) -> Iterator[BenchDojo]:
    """Starts the program as LeanDojo starts Lean."""
    dojo = BenchDojo()
    dojo.proc = pexpect.spawn(
        f"{sys.executable} {STAND_IN}", timeout=60, maxread=1, encoding="utf-8", echo=False
    )
    try:
        dojo._read_next_line()
        if quick:
            tune_terminal(dojo.proc)
        yield dojo
    finally:
        kill_descendants(dojo.proc.pid)
        dojo.proc.close(force=True)


def milliseconds(dojo: BenchDojo, characters: int, times: int) -> float:
    """The median time of a tactic that is answered by so many characters."""
    root = TacticState("⊢ root", 0)
    taken = []
    for _ in range(times):
        started = time.perf_counter()
        result = dojo.run_tac(root, f"reply {characters}")
        taken.append(time.perf_counter() - started)
        assert isinstance(result, TacticState), result
        assert len(result.pp) == characters
    return statistics.median(taken) * 1000


def arrives_whole(dojo: BenchDojo) -> bool:
    """Whether a tactic of `TACTIC_BYTES` bytes comes through as it was sent."""
    tactic = "length ".ljust(TACTIC_BYTES, "x")
    line = len(json.dumps({"sid": 0, "cmd": tactic}))
    result: Any = dojo.run_tac(TacticState("⊢ root", 0), tactic)
    return isinstance(result, TacticState) and result.pp == f"⊢ {line} = {TACTIC_BYTES}"


def main() -> None:
    measured: dict[bool, dict[int, float]] = {}
    for quick in (False, True):
        with entered(quick) as dojo:
            measured[quick] = {size: milliseconds(dojo, size, TIMES[quick]) for size in SIZES}
            whole = quick and arrives_whole(dojo)
    print("| characters in the reply | LeanDojo as it is | with the settings | times faster |")
    print("|---|---|---|---|")
    for size in SIZES:
        before, after = measured[False][size], measured[True][size]
        print(f"| {size:,} | {before:.0f} ms | {after:.2f} ms | {before / after:.0f} |")
    faster = measured[False][2_000] / measured[True][2_000]
    print(
        json.dumps(
            {
                "milliseconds_before": {str(s): round(measured[False][s], 1) for s in SIZES},
                "milliseconds_after": {str(s): round(measured[True][s], 3) for s in SIZES},
                "times_faster_at_2000": round(faster, 1),
                "fast_enough": faster >= NEEDED,
                "tactic_bytes": TACTIC_BYTES,
                "tactic_arrives_whole": whole,
            }
        )
    )


if __name__ == "__main__":
    main()
