"""A `Dojo` for Lean 4.12 and later: LeanDojo's class with another Repl, and without tracing.

It keeps LeanDojo's protocol, results and errors. What differs is how Lean is started: the text with
`lean_dojo_repl` in the place of the proof is given, rather than made from a traced file, and lies
in a folder of its own rather than in the repository.
"""

from __future__ import annotations

import json
import os
import re
import time
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any

import pexpect
from lean_dojo import Dojo, DojoInitError, DojoTacticTimeoutError, TacticState, Theorem
from lean_dojo.constants import TACTIC_CPU_LIMIT
from lean_dojo.interaction.dojo import kill_descendants

from prover.lean.leandojo.place import blanked
from prover.lean.leandojo.terminal import READ_BYTES, quicken

REPLY = r"REPL> (.*?)\r?\n"
REPL_MODULE = "Prover.LeanDojo.Repl"
FLAGS = (f"--threads={TACTIC_CPU_LIMIT + 1}", "-Dweak.Elab.async=false")
SHOWN_CHARACTERS = 2000
"""How much of Lean's own words is told when it does not come up."""


class ModernDojo(Dojo):  # type: ignore[misc]
    """Enters the theorem in `text`, where `lean_dojo_repl` stands for its proof.

    `folder` is the Lake project, `library` holds our compiled modules, `timeout` in seconds is for
    entering; who runs tactics sets `proc.timeout` and `heartbeats` (in thousands) for each.
    """

    def __init__(
        self, entry: Theorem, text: str, *, folder: Path, library: Path, timeout: float
    ) -> None:
        super().__init__(entry, timeout)
        self._text = text
        self._folder = folder
        self._library = library
        self.heartbeats = 0

    def __enter__(self) -> tuple[Dojo, TacticState]:
        self.modified_file = NamedTemporaryFile("wt", suffix=".lean", encoding="utf-8")
        try:
            self.modified_file.write(with_repl(self._text))
            self.modified_file.flush()
            self.proc = pexpect.spawn(
                "lake",
                ["env", "lean", *FLAGS, self.modified_file.name],
                cwd=str(self._folder),
                env={**os.environ, "LEAN_PATH": str(self._library)},
                timeout=self.timeout,
                maxread=READ_BYTES,
                encoding="utf-8",
                codec_errors="replace",
                echo=False,
            )
            quicken(self.proc)
            state = self._first_state()
        except BaseException:
            self._abandon()
            raise
        self.start_time = time.monotonic()
        return self, state

    def _first_state(self) -> TacticState:
        """Raises `DojoInitError` with Lean's own words."""
        try:
            line, _ = self._read_next_line()
        except EOFError as error:
            raise DojoInitError(f"Lean says: {words(self.proc.before)}") from error
        except DojoTacticTimeoutError as error:
            raise DojoInitError(
                f"Lean did not come to the theorem within {self.timeout:g} seconds"
            ) from error
        reply = json.loads(line)
        return TacticState(reply["tacticState"], reply["sid"])

    def _abandon(self) -> None:
        process = getattr(self, "proc", None)
        if process is not None:
            kill_descendants(process.pid)
        self.modified_file.close()

    def _submit_request(self, req: str) -> dict[str, Any]:
        request = {**json.loads(req), "heartbeats": self.heartbeats}
        answer: dict[str, Any] = super()._submit_request(json.dumps(request, ensure_ascii=False))
        return answer

    def _read_next_line(self) -> tuple[str, str]:
        """The next reply, and what was printed before it; what may follow it is left for later."""
        try:
            self.proc.expect(REPLY)
        except pexpect.EOF as error:
            raise EOFError from error
        except pexpect.TIMEOUT as error:
            self.has_timedout = True
            raise DojoTacticTimeoutError from error
        return self.proc.match.group(1), self.proc.before.strip()


def with_repl(text: str) -> str:
    """The text with our module imported; a file that is itself a `module` becomes a plain one.

    A `module` may import modules alone, and a plain file may import both.
    """
    bare = blanked(text)
    start = re.match(r"\s*module\b", bare)
    if start is None:
        return f"import {REPL_MODULE}\n{text}"
    plain = text[start.end() :]
    plain = re.sub(r"^(?:(?:public|meta|private) )+(?=import )", "", plain, flags=re.MULTILINE)
    return f"import {REPL_MODULE}\n{plain}"


def words(output: str) -> str:
    """What Lean said, without the paths of files that the user does not know."""
    said = re.sub(r"^\S*/tmp\w+\.lean:", "line ", output.strip(), flags=re.MULTILINE)
    return said[-SHOWN_CHARACTERS:] or "nothing"
