"""LeanDojo's `Dojo`, in two subclasses: one with another Repl, one in a traced repository.

Lean 4.12 and later need the first and no trace. The second also finds the accessible premises of a
theorem: those that stand before it in its file, or in a file that it imports, directly or not.
LeanDojo reads a file of its trace in a good fraction of a second, and Mathlib has thousands; so the
files nearest to the theorem's are read, as many as the time allows.
"""

from __future__ import annotations

import itertools
import json
import math
import os
import re
import time
from collections import Counter, deque
from collections.abc import Iterator
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any

import pexpect
from lean_dojo import (
    Dojo,
    DojoInitError,
    DojoTacticTimeoutError,
    LeanError,
    TacticState,
    Theorem,
    TracedFile,
)
from lean_dojo.constants import TACTIC_CPU_LIMIT
from lean_dojo.interaction import dojo as interaction
from lean_dojo.interaction.dojo import kill_descendants
from lean_dojo.utils import to_json_path

from prover.lean.leandojo.dojo_server import READ_BYTES, USES_ITSELF, tune_terminal
from prover.lean.leandojo.theorem_locator import mask_comments

REPLY = r"REPL> (.*?)\r?\n"
REPL_MODULE = "Prover.LeanDojo.Repl"
FLAGS = (f"--threads={TACTIC_CPU_LIMIT + 1}", "-Dweak.Elab.async=false")
SHOWN_CHARACTERS = 2000
"""How much of Lean's own words is told when it does not come up."""


class ReplDojo(Dojo):  # type: ignore[misc]
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
            tune_terminal(self.proc)
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
            raise DojoInitError(f"Lean says: {flag_words(self.proc.before)}") from error
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
    bare = mask_comments(text)
    start = re.match(r"\s*module\b", bare)
    if start is None:
        return f"import {REPL_MODULE}\n{text}"
    plain = text[start.end() :]
    plain = re.sub(r"^(?:(?:public|meta|private) )+(?=import )", "", plain, flags=re.MULTILINE)
    return f"import {REPL_MODULE}\n{plain}"


def flag_words(output: str) -> str:
    """What Lean said, without the paths of files that the user does not know."""
    said = re.sub(r"^\S*/tmp\w+\.lean:", "line ", output.strip(), flags=re.MULTILINE)
    return said[-SHOWN_CHARACTERS:] or "nothing"


IDENTIFIER = re.compile(r"(?:«[^»\n]*»|[\w'!?₀-₉.])+")


class TracedDojo(Dojo):  # type: ignore[misc]
    """LeanDojo as it is, but for a tactic that names what it is to prove.

    The theorem itself is in the context of its proof, and LeanDojo's Repl takes it for a proof.
    """

    def __init__(self, entry: Theorem, traced: Path, *, timeout: int) -> None:
        # Else it would ask GitHub for a repository whose traced copy is at hand.
        interaction.get_traced_repo_path = lambda _repository, _build_deps=True: traced
        super().__init__(entry, timeout)

    def run_tac(self, state: object, tactic: str) -> object:
        """As LeanDojo's, where the tactic doesn't name the theorem."""
        if names(tactic, self.entry.full_name):
            return LeanError(USES_ITSELF)
        return super().run_tac(state, tactic)


def names(tactic: str, theorem: str) -> bool:
    """Whether an identifier of the tactic starts with the theorem's name or an end of that.

    `foo.symm` names `My.foo` as `foo` does.
    """
    parts = theorem.split(".")
    ends = {".".join(parts[start:]) for start in range(len(parts))}
    words = (word.removeprefix("_root_.") for word in IDENTIFIER.findall(tactic))
    return any(
        start in ends
        for word in words
        for start in itertools.accumulate(word.split("."), "{}.{}".format)
    )


READING_SECONDS = 20.0
WORD = re.compile(r"[^\s()\[\]{}⟨⟩,:]+")
HEADING = re.compile(
    r"^(?:@\[[^\]]*\]\s*|(?:private|protected|noncomputable|nonrec)\s+)*(?:theorem|lemma)\s+\S+\s*"
)

Json = dict[str, Any]


class TracedPremises:
    """Ranks the premises of one theorem; reads the trace when it is first asked."""

    def __init__(self, root: Path, theorem: Theorem) -> None:
        self._root = root.resolve()
        self._theorem = theorem
        self._types: dict[str, str] | None = None
        self._rarity: dict[str, float] = {}

    def __call__(self, text: str, count: int) -> list[Json]:
        """The premises with the most and rarest words in common with a state's text."""
        if self._types is None:
            self._types = dict(self._accessible())
            seen = Counter(word for type_ in self._types.values() for word in words(type_))
            self._rarity = {word: 1 / math.log2(1 + uses) for word, uses in seen.items()}
        wanted = words(text)
        ranked = sorted(
            ((self._score(wanted, type_), name, type_) for name, type_ in self._types.items()),
            key=lambda item: (-item[0], item[1]),
        )
        return [
            {"name": name, "type": type_, "score": score, "uses": []}
            for score, name, type_ in ranked[:count]
        ]

    def _score(self, wanted: set[str], type_: str) -> float:
        own = words(type_)
        shared = sum(self._rarity[word] for word in own & wanted)
        return shared / math.sqrt(1 + len(own))

    def _accessible(self) -> Iterator[tuple[str, str]]:
        """Names and statements, from the theorem's own file outwards."""
        own = self._theorem.file_path
        waiting, seen = deque([own]), {own}
        until = time.monotonic() + READING_SECONDS
        while waiting and time.monotonic() < until:
            path = waiting.popleft()
            traced = self._read(path)
            if traced is None:
                continue
            yield from self._stated(traced, self._end(traced) if path == own else None)
            for _, imported in sorted(traced.get_direct_dependencies(None)):
                if Path(imported) not in seen:
                    seen.add(Path(imported))
                    waiting.append(Path(imported))

    def _read(self, path: Path) -> TracedFile | None:
        try:
            json = to_json_path(self._root, path, None)
            return TracedFile.from_traced_file(self._root, json, self._theorem.repo)
        except FileNotFoundError:
            # What was not traced (`build_deps=False`) has no premises to give.
            return None

    def _end(self, traced: TracedFile) -> Any:
        """Where the theorem starts, behind which nothing is accessible."""
        found = traced.get_traced_theorem(self._theorem)
        return found.start if found else None

    def _stated(self, traced: TracedFile, end: Any) -> Iterator[tuple[str, str]]:
        for premise in traced.get_premise_definitions():
            heading = HEADING.match(premise["code"])
            before = end is None or tuple(premise["start"]) < tuple(end)
            if heading and premise["full_name"] and before:
                yield premise["full_name"], premise["code"][heading.end() :]


def words(text: str) -> set[str]:
    """The words of a printed type."""
    return set(WORD.findall(text))
