"""A Python process of its own for one `Dojo`, which speaks the Lean worker's protocol.

LeanDojo starts Lean by `pexpect.spawn` with its defaults: it waits 50 ms before each send and reads
one character at a time, searching all it has after each, so a reply of 2,000 characters takes most
of a second. And the terminal is in canonical mode, where the kernel cuts a line at 4,095 bytes, so
a long tactic arrives as broken JSON. `tune_terminal` changes both.
"""

from __future__ import annotations

import json
import os
import sys
import time
import tty
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import IO, Any

from prover.errors import ProverError
from prover.lean.leandojo.goal_parser import key

PROTOCOL = 1
GAVE_UP = "the proof holds a `sorry`"
HINT = "\n⇒ "
OUT_OF_TIME = "(deterministic) timeout"
"""How Lean's own message begins when a tactic has used up its heartbeats."""
USES_ITSELF = "the proof uses what it is to prove"
REFUSED = (
    USES_ITSELF,
    "proof contains metavariables",
    "not allowed: ",
)
"""Where these begin the message, it is not Lean that refuses."""

Json = dict[str, Any]
Dojo = AbstractContextManager[tuple[Any, Any]]
"""What LeanDojo's class of this name is to us."""
Opener = Callable[[Json], Dojo]
"""Makes the `Dojo` of the theorem that an `open` request holds."""
Premises = Callable[[str, int], list[Json]]
"""The premises for a state's text, at most so many."""


class DojoServer:
    """Answers requests about one theorem, one at a time."""

    def __init__(self, opener: Opener, premises: Premises, output: IO[str]) -> None:
        self._opener = opener
        self._find = premises
        self._output = output
        self._nonce = ""
        self._dojo: Any = None
        self._states: dict[int, Any] = {}
        self._context: Dojo | None = None
        self._operations: dict[str, Callable[[Json], None]] = {
            "hello": self._hello,
            "open": self._open,
            "run": self._run,
            "premises": self._premises,
            "free": self._free,
            "ping": self._ping,
            "quit": self._quit,
        }

    def serve(self, lines: Iterator[str]) -> None:
        """Answers until there are no more requests, then ends Lean."""
        try:
            for line in lines:
                request = json.loads(line)
                self._operations[request["op"]](request)
        finally:
            self._leave()

    def _hello(self, request: Json) -> None:
        from lean_dojo import __version__

        self._nonce = request["nonce"]
        self._result(request, {"protocol": PROTOCOL, "lean": f"LeanDojo {__version__}"})

    def _open(self, request: Json) -> None:
        """Enters the `Dojo`, and gives its first state."""
        try:
            self._context = self._opener(request)
            self._dojo, first = self._context.__enter__()
        except Exception as error:
            self._write(request, failure=kind(error), message=told(error))
            return
        process = getattr(self._dojo, "proc", None)
        if process is not None:
            tune_terminal(process)
        self._result(request, {"state": self._told(first)})

    def _run(self, request: Json) -> None:
        state = self._states[request["state"]]
        for index, tactic in enumerate(request["tactics"]):
            started = time.perf_counter()
            reply = self._ran(state, tactic, request)
            microseconds = round((time.perf_counter() - started) * 1e6)
            self._write(request, index=index, microseconds=microseconds, **reply)
            if reply["outcome"] == "closed" or "ended" in reply:
                break
        self._result(request, {})

    def _ran(self, state: Any, tactic: str, request: Json) -> Json:
        """What came of a tactic; where its Dojo is spent, Lean is ended at once."""
        try:
            self._limit(request)
            return self._outcome(self._dojo.run_tac(state, tactic))
        except AssertionError as error:
            # LeanDojo's own classes assert what a printed state looks like.
            return {"outcome": "error", "message": f"LeanDojo can't read its reply: {error}"}
        except Exception as error:
            self._leave()
            outcome, message = ending(error)
            return {"outcome": outcome, "message": message, "ended": True}

    def _limit(self, request: Json) -> None:
        process = getattr(self._dojo, "proc", None)
        if process is not None:
            process.timeout = request["milliseconds"] / 1000
        self._dojo.heartbeats = request["heartbeats"]

    def _outcome(self, result: Any) -> Json:
        """One of LeanDojo's results as the protocol has it."""
        from lean_dojo import LeanError, ProofFinished, ProofGivenUp

        match result:
            case ProofFinished():
                return {"outcome": "closed"}
            case ProofGivenUp():
                return {"outcome": "rejected", "message": GAVE_UP}
            case LeanError(error) if error.startswith(OUT_OF_TIME):
                return {"outcome": "timeout", "message": error}
            case LeanError(error) if error.startswith(REFUSED):
                return {"outcome": "rejected", "message": error}
            case LeanError(error):
                return {"outcome": "error", "message": error}
        return {"outcome": "progress", "states": [self._told(result)]}

    def _premises(self, request: Json) -> None:
        """The premises; a trace that LeanDojo's own classes refuse has none to give."""
        text = self._states[request["state"]].pp
        found: list[Json] = []
        try:
            found = self._find(text, request["count"])
        except Exception as error:
            print(f"the trace can't be read: {error!r}", file=sys.stderr)
        self._result(request, {"premises": found})

    def _free(self, request: Json) -> None:
        """Forgets states here; LeanDojo has no request to forget them in Lean."""
        for number in request["states"]:
            self._states.pop(number, None)
        self._result(request, {})

    def _ping(self, request: Json) -> None:
        self._result(request, {})

    def _quit(self, request: Json) -> None:
        """Ends Lean and cleans up behind it, before the process is killed."""
        self._leave()
        self._result(request, {})

    def _told(self, state: Any) -> Json:
        self._states[state.id] = state
        return {"id": state.id, "key": key(state.pp), "text": state.pp}

    def _leave(self) -> None:
        """Ends Lean and all that it has started."""
        context, self._context = self._context, None
        if context is not None and self._dojo is not None:
            context.__exit__(None, None, None)
        self._dojo = None

    def _result(self, request: Json, result: Json) -> None:
        self._write(request, result=result)

    def _write(self, request: Json, **fields: Any) -> None:
        reply = json.dumps({"id": request["id"], **fields}, ensure_ascii=False)
        self._output.write(f"{self._nonce} {reply}\n")
        self._output.flush()


def ending(error: Exception) -> tuple[str, str]:
    """Outcome and message for a tactic that has spent its Dojo by this exception."""
    from lean_dojo import DojoCrashError, DojoTacticTimeoutError

    match error:
        case DojoTacticTimeoutError():
            return "timeout", "did not stop within its time, so its Lean was ended"
        case DojoCrashError() if error.is_out_of_memory:
            return "timeout", "Lean used more memory than it may"
        case DojoCrashError():
            return "error", f"Lean ended while running it: {error}"
    return "error", f"LeanDojo failed while running it: {told(error)}"


def kind(error: Exception) -> str:
    """The kind of failure to open, as the protocol names it."""
    from lean_dojo import DojoCrashError, DojoInitError

    if isinstance(error, DojoInitError):
        return "theorem"
    return "lean" if isinstance(error, DojoCrashError) else "leandojo"


def told(error: Exception) -> str:
    """An exception in words; a hint stands behind a `HINT`."""
    if isinstance(error, ProverError):
        return error.message + HINT + error.hint
    return str(error) or type(error).__name__


def streams() -> tuple[Iterator[str], IO[str]]:
    """The standard streams, for the protocol alone.

    Programs that LeanDojo starts find an empty input, and print to standard error.
    """
    requests, replies = os.dup(sys.stdin.fileno()), os.dup(sys.stdout.fileno())
    with Path(os.devnull).open() as nothing:
        os.dup2(nothing.fileno(), sys.stdin.fileno())
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    return os.fdopen(requests, encoding="utf-8"), os.fdopen(replies, "w", encoding="utf-8")


def serve(opener: Opener, premises: Premises) -> None:
    """Answers on the standard streams until the input ends."""
    lines, output = streams()
    DojoServer(opener, premises, output).serve(lines)


READ_BYTES = 2**16
"""Far more than a terminal gives at once."""


def tune_terminal(process: Any) -> None:
    """Takes the delays off a `pexpect.spawn`, and puts its terminal into raw mode."""
    process.delaybeforesend = None
    process.delayafterread = None
    process.maxread = READ_BYTES
    tty.setraw(process.child_fd)
