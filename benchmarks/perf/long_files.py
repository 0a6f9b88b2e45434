"""What a long file costs, beside one elaboration of it.

    python benchmarks/perf/long_files.py [--seconds 15] [--rounds 3] [--service]

`one` has 250 short theorems and one `sorry` at its end, `many` 1,000 lines with 20 of them.
`elaboration` is a Lean that starts, reads the file and does nothing else. `first` and `last` are
from the start of `prover prove` until the verifier has accepted its first and its last proof, `all`
until the program has ended; with `--service`, a running service is asked for a proof of the last
`sorry`. Processor time is that of the whole tree of processes, until the end. All are medians.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import AsyncExitStack
from pathlib import Path

from prover import api
from prover.lean.backends import LeanSpec
from prover.lean.embedded.embedded_lean import EmbeddedLean
from prover.lean.worker import Worker
from prover.policy.factory import open_policy
from prover.policy.spec import parse
from prover.search.budget import Limit
from prover.service import handlers
from prover.service.schemas import FilePart, ProveRequest

PROVED = (
    "theorem add_{0} (n : Nat) : n + {0} = {0} + n := by omega\n",
    "theorem length_{0} (xs ys : List Nat) : (xs ++ ys).length + {0} ="
    " ys.length + xs.length + {0} := by\n  simp [Nat.add_comm]\n",
    "theorem through_{0} (p q r : Prop) (h : p → q) (g : q → r) : p → r := by\n"
    "  intro x\n  exact g (h x)\n",
    "theorem less_{0} (a b c : Nat) (h : a < b) (g : b < c) : a + {0} < c + {0} := by grind\n",
    "theorem zero_{0} (n : Nat) : 0 + n = n := by\n"
    "  induction n with\n  | zero => rfl\n  | succ n ih => simp\n",
)
OPEN = "theorem open_{0} (a b : Nat) (h : a = b) : b + {0} = a + {0} := by\n  sorry\n"
LIMIT_SECONDS = 600.0


def one() -> str:
    """250 theorems, and a `sorry` after them."""
    return "".join(map(proved, range(250))) + OPEN.format(250)


def many() -> str:
    """20 `sorry`s among 450 theorems."""
    theorems = map(proved, range(450))
    return "".join(
        text + (OPEN.format(number) if number % 22 == 21 else "")
        for number, text in enumerate(theorems)
    )


def proved(number: int) -> str:
    """A theorem with its proof."""
    return PROVED[number % len(PROVED)].format(number)


FILES: dict[str, Callable[[], str]] = {"one": one, "many": many}


async def elaboration(text: str) -> float:
    """Seconds of wall-clock time for one Lean to start and read the text."""
    began = time.perf_counter()
    worker = await Worker.start(EmbeddedLean.find().worker_command())
    try:
        fields = {"header": text, "milliseconds": round(LIMIT_SECONDS * 1000)}
        await worker.request("header", fields, seconds=LIMIT_SECONDS)
        return time.perf_counter() - began
    finally:
        await worker.close()


def events(file: Path, seconds: float) -> Iterator[tuple[float, dict[str, object]]]:
    """The events of `prover prove`, each with the seconds since it was started."""
    began = time.perf_counter()
    argv = [sys.executable, "-m", "prover", "prove", str(file), "--json"]
    with subprocess.Popen(
        [*argv, "--seconds", str(seconds)],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as child:
        assert child.stdout is not None
        for line in child.stdout:
            yield time.perf_counter() - began, json.loads(line)
    yield time.perf_counter() - began, {"event": "end"}


def proving(file: Path, seconds: float) -> dict[str, float]:
    """What `prover prove` takes for a file."""
    before = spent()
    told = list(events(file, seconds))
    accepted = [at for at, event in told if event["event"] == "verified" and event["accepted"]]
    return {
        "first": accepted[0],
        "last": accepted[-1],
        "all": told[-1][0],
        "processor": spent() - before,
        "proofs": len(accepted),
    }


def spent() -> float:
    """Processor time of all children that have ended, in seconds."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


async def asking(text: str, rounds: int, seconds: float) -> list[float]:
    """Seconds until a service that is ready has proved the last `sorry`, each time anew."""
    line = text[: text.rindex("sorry")].count("\n") + 1
    taken = []
    async with AsyncExitStack() as stack:
        limit = Limit(seconds=seconds)
        lean = LeanSpec("embedded", workers=min(2, os.cpu_count() or 1))
        opened = api.assemble(lambda: open_policy(parse("builtin")), lean=lean, limit=limit)
        found = await stack.enter_async_context(opened)
        for number in range(rounds):
            # Another text each time, so that nothing of it is known.
            request = ProveRequest(file=FilePart(text=f"-- {number}\n{text}", line=line + 1))
            began = time.perf_counter()
            async for event in handlers.prove(found, Path(), limit, request):
                last = event
            assert last["status"] == "proved", last
            taken.append(time.perf_counter() - began)
    return taken


def main() -> None:
    """Prints a line of JSON for each file."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seconds", type=float, default=15.0)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--service", action="store_true")
    options = parser.parse_args()
    for name, make in FILES.items():
        print(json.dumps({"file": name, **measured(make(), options)}), flush=True)


def measured(text: str, options: argparse.Namespace) -> dict[str, float]:
    """The medians for one file."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "Long.lean"
        file.write_text(text)
        read = [asyncio.run(elaboration(text)) for _ in range(options.rounds)]
        rounds = [proving(file, options.seconds) for _ in range(options.rounds)]
    found = {key: statistics.median(taken[key] for taken in rounds) for key in rounds[0]}
    found = {"lines": text.count("\n"), "elaboration": statistics.median(read), **found}
    if options.service:
        taken = asyncio.run(asking(text, options.rounds, options.seconds))
        found["service"] = statistics.median(taken)
    return {key: round(value, 2) for key, value in found.items()}


if __name__ == "__main__":
    main()
