"""A child process whose `Dojo` is scripted: each reply and each failure of LeanDojo, on demand.

Run as `scripted_dojo.py LOG [FAILURE]`. Results and errors are LeanDojo's own classes. `LOG` gets a
line for each `Dojo` that was entered and each tactic that was run. Below each Dojo runs a program
in a terminal of its own, as Lean does, which ignores that its terminal is gone.
"""

from __future__ import annotations

import itertools
import os
import sys
import time
from pathlib import Path
from typing import Any

import pexpect
from lean_dojo import (
    DojoCrashError,
    DojoInitError,
    DojoTacticTimeoutError,
    LeanError,
    ProofFinished,
    ProofGivenUp,
    TacticState,
)

from prover.lean.leandojo.dojo_server import serve

LOG = Path(sys.argv[1])
FAILURE = sys.argv[2] if len(sys.argv) > 2 else ""
STUBBORN = "import signal, time; signal.signal(signal.SIGHUP, signal.SIG_IGN); time.sleep(60)"


def note(text: str) -> None:
    with LOG.open("a") as log:
        log.write(text + "\n")


class ScriptedDojo:
    """States are the paths of tactics that led to them."""

    def __init__(self) -> None:
        self.heartbeats = 0
        self._ids = itertools.count(1)

    def __enter__(self) -> tuple[ScriptedDojo, TacticState]:
        if FAILURE == "init":
            raise DojoInitError(
                "Failed to locate the theorem with `t` as its fully qualified name."
            )
        if FAILURE == "crash":
            raise DojoCrashError("Unexpected exit code: 1")
        self.proc = pexpect.spawn(sys.executable, ["-c", STUBBORN], encoding="utf-8", echo=False)
        print("what LeanDojo prints is no reply")
        os.system("echo nor is what its programs print")
        note(f"entered {self.proc.pid}")
        return self, TacticState("⊢ root", 0)

    def __exit__(self, *_: object) -> None:
        self.proc.close(force=True)

    def run_tac(self, state: TacticState, tactic: str) -> Any:
        note(f"{tactic} within {self.proc.timeout:g} and {self.heartbeats}")
        match tactic.split():
            case ["step", name]:
                return TacticState(f"{state.pp}.{name}", next(self._ids))
            case ["split"]:
                return TacticState(f"{state.pp}.l\n\n⊢ right", next(self._ids))
            case ["turn"]:
                return TacticState(f"{state.pp}.{os.getpid()}", next(self._ids))
            case ["close" | "trivial"]:
                return ProofFinished(next(self._ids))
            case ["giveup"]:
                return ProofGivenUp()
            case ["fail", *words]:
                return LeanError(" ".join(words))
            case ["timeout"]:
                raise DojoTacticTimeoutError
            case ["crash"]:
                raise DojoCrashError("Unexpected EOF")
            case ["oom"]:
                raise DojoCrashError("OOM")
            case ["assert"]:
                raise AssertionError("2 goals are not 3")
            case ["die"]:
                os._exit(3)
            case ["hang"]:
                time.sleep(60)
        return LeanError("unknown tactic")


def premises(text: str, count: int) -> list[dict[str, Any]]:
    return [{"name": f"about {text}", "type": "True", "score": 1.0, "uses": []}][:count]


if __name__ == "__main__":
    serve(lambda _request: ScriptedDojo(), premises)
