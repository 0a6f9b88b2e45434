"""Child processes that end with us: one that speaks lines, or a command that is run to its end.

A `LeanProcess` owns the process group and the pipes, and knows nothing of what the lines mean. The
child leads a session of its own, so that a terminal's Ctrl-C does not reach it and a kill takes its
children along. It cannot outlive us: `launch.py` asks the kernel to end it with its parent, and a
worker ends by itself when its standard input closes.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import re
import signal
import subprocess
import sys
import weakref
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import psutil

from prover.errors import InputError, LeanDiedError, SetupError


@dataclass(frozen=True)
class Command:
    """A program with its arguments, and where and how to run it."""

    argv: tuple[str, ...]
    environment: Mapping[str, str]
    """All of its environment; nothing is inherited."""
    cwd: Path
    stack: int = 0
    """Bytes of stack that it wants; 0 leaves the limit as it is."""
    options: str = ""
    """`set_option` commands, which its worker runs before every text."""
    library: str = "the embedded Lean"
    """What has the modules that a file can import."""
    traits: tuple[str, ...] = ()
    """What sets its Lean apart from the embedded one of the same version, as results name it."""
    has_mathlib: bool = False
    import_hint: str = (
        "It has Lean's own library only: Init, Std and Lean. Leave that import out and state the "
        "theorem with what core Lean has, or put the file into a Lake project that has the module."
    )
    """What to do when a file imports what is not there."""


LAUNCHER = Path(__file__).with_name("launch.py")
LINE_BYTES = 64 * 2**20
"""The longest line that is read."""
TAIL_BYTES = 64 * 2**10
"""How much of standard error is kept."""
CLOSING_SECONDS = 1.0
"""How long to wait for the last output of a child that has ended."""
NOISE_LINES = 20
NOISE_BYTES = 2**10


TELLING = re.compile(r"error|panic|overflow|memory|cannot", re.IGNORECASE)
"""Which of the last words say why a process ended, rather than where."""


def kill_group(group: int) -> None:
    """Ends every process of the group; none left is fine."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(group, signal.SIGKILL)


async def keep_tail(stream: asyncio.StreamReader, tail: bytearray) -> None:
    """Reads the stream to its end and keeps the last `TAIL_BYTES` of it."""
    while chunk := await stream.read(TAIL_BYTES):
        tail += chunk
        del tail[:-TAIL_BYTES]


class LeanProcess:
    """A running child. Make it with `spawn`, end it with `kill`."""

    def __init__(self, child: asyncio.subprocess.Process) -> None:
        assert child.stdin is not None
        assert child.stdout is not None
        assert child.stderr is not None
        self._child = child
        self._stdin, self._stdout = child.stdin, child.stdout
        self._tail = bytearray()
        self._noise: deque[bytes] = deque(maxlen=NOISE_LINES)
        self._drain = asyncio.create_task(keep_tail(child.stderr, self._tail))
        # Runs when the interpreter ends or the object is dropped, whichever is first.
        self._end = weakref.finalize(self, kill_group, child.pid)
        self._members: tuple[psutil.Process, ...] = ()

    @classmethod
    async def spawn(cls, command: Command) -> LeanProcess:
        """Starts the command. Raises `SetupError` when it cannot be started."""
        launch = (sys.executable, "-I", "-S", str(LAUNCHER), str(os.getpid()), str(command.stack))
        try:
            child = await asyncio.create_subprocess_exec(
                *launch,
                *command.argv,
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.PIPE,
                env=dict(command.environment),
                cwd=command.cwd,
                start_new_session=True,
                limit=LINE_BYTES,
            )
        except OSError as error:
            raise SetupError(f"Lean cannot be started: {error}", "Run `prover doctor`.") from error
        return cls(child)

    @property
    def pid(self) -> int:
        """The child's process id, which is its process group's too."""
        return self._child.pid

    @property
    def alive(self) -> bool:
        """Whether the child still runs and has not been killed."""
        return self._end.alive and self._child.returncode is None

    @property
    def last_words(self) -> str:
        """The end of what it wrote on standard error, or else its last stray lines of output."""
        text = bytes(self._tail) or b"\n".join(self._noise)
        return text.decode(errors="replace").strip()

    async def write(self, line: bytes) -> None:
        """Sends one line, which ends in a newline. Raises `LeanDiedError`."""
        try:
            self._stdin.write(line)
            await self._stdin.drain()
        except (ConnectionError, RuntimeError) as error:
            raise LeanDiedError(self._epitaph()) from error

    async def read(self, mark: bytes) -> bytes:
        """What follows the mark in the next line that holds it; all other lines are noise.

        Raises `LeanDiedError` when the output ends or a line is longer than `LINE_BYTES`.
        """
        while True:
            try:
                line = await self._stdout.readuntil(b"\n")
            except asyncio.LimitOverrunError as error:
                raise LeanDiedError(f"Lean wrote a line of over {LINE_BYTES} bytes") from error
            except (asyncio.IncompleteReadError, ConnectionError) as error:
                raise LeanDiedError(await self._ended()) from error
            found = line.find(mark)
            if found >= 0:
                if found:
                    self._noise.append(line[:found][:NOISE_BYTES])
                return line[found + len(mark) :]
            self._noise.append(line[:NOISE_BYTES].rstrip())

    def note_members(self) -> None:
        """Remembers the processes of the group, for `resident`."""
        with contextlib.suppress(psutil.Error):
            leader = psutil.Process(self.pid)
            self._members = (leader, *leader.children(recursive=True))

    def resident(self) -> int:
        """Bytes of memory that the processes noted last hold of their own.

        The library's files are mapped, Mathlib's too: all processes share them, and they cost
        nothing that matters.
        """
        total = 0
        for member in self._members:
            with contextlib.suppress(psutil.Error):
                memory = member.memory_info()
                shared = getattr(memory, "shared", None)
                # Only Linux tells cheaply what is shared.
                own = member.memory_full_info().uss if shared is None else memory.rss - shared
                total += own
        return total

    def kill_now(self) -> None:
        """Ends the process group without waiting for it to be gone."""
        self._end()

    async def kill(self) -> None:
        """Ends the process group and waits until the child is gone. Doing it twice is fine."""
        self._end()
        self._stdin.close()
        with contextlib.suppress(TimeoutError, ConnectionError, RuntimeError):
            # The end of a child counts only when its pipes have been read to their ends; a
            # `RuntimeError` says that somebody else is reading, who will see the end too.
            async with asyncio.timeout(CLOSING_SECONDS):
                while await self._stdout.read(TAIL_BYTES):
                    pass
                # Not `await self._drain`: whoever else kills it may cancel the task meanwhile.
                await asyncio.wait([self._drain])
                await self._child.wait()
        self._drain.cancel()
        # A process that has left the group may still hold the pipes open.
        self._child._transport.close()  # type: ignore[attr-defined]

    async def _ended(self) -> str:
        """Says how the child ended, with its last words; waits a moment for both."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(CLOSING_SECONDS):
                await self._child.wait()
                await asyncio.wait([self._drain])
        return self._epitaph()

    def _epitaph(self) -> str:
        code = self._child.returncode
        how = "closed its output" if code is None else f"ended with code {code}"
        if code is not None and code < 0:
            how = f"was ended by {signal.Signals(-code).name}"
        lines = [line for line in self.last_words.splitlines() if line.strip()]
        telling = [line for line in lines if TELLING.search(line)] or lines
        return f"Lean {how}: {telling[-1].strip()[:500]}" if telling else f"Lean {how}"


def missing_import(what: str, imports: Sequence[str], said: str, command: Command) -> InputError:
    """Of a text with these imports that Lean, by what it said, can't import."""
    first, _, _ = said.partition("\n")
    module = next((name for name in imports if _root(name) in said), "")
    message = (
        f"{what} imports {module}, which {command.library} does not have"
        if module
        else f"{what} can't be checked: {first}"
    )
    return InputError(message, command.import_hint)


def _root(module: str) -> str:
    """How Lean's message names what it did not find."""
    return f"'{module.partition('.')[0]}'"


def run_command(command: Command, given: str = "") -> subprocess.CompletedProcess[str]:
    """Runs it as `run_tied` does."""
    return run_tied(
        command.argv,
        cwd=command.cwd,
        environment=dict(command.environment),
        stack=command.stack,
        given=given,
    )


def run_tied(
    command: tuple[str, ...],
    *,
    cwd: Path,
    environment: dict[str, str],
    stack: int = 0,
    given: str = "",
    seconds: float | None = None,
) -> subprocess.CompletedProcess[str]:
    """Runs a command, which is `given` this to read, to its end; it does not outlive us.

    Raises `subprocess.TimeoutExpired` when it is still running after `seconds`, and ends it, and
    `KeyboardInterrupt` when it was interrupted, as the terminal's Ctrl-C interrupts us both.
    """
    launch = (sys.executable, "-I", "-S", str(LAUNCHER), str(os.getpid()), str(stack))
    ran = subprocess.run(
        (*launch, *command),
        cwd=cwd,
        env=environment,
        input=given,
        capture_output=True,
        encoding="utf-8",
        check=False,
        errors="replace",
        timeout=seconds,
    )
    if ran.returncode == -signal.SIGINT:
        raise KeyboardInterrupt
    return ran
