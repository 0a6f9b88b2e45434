"""Real editors: programs that are asked by their own remote control what a user would ask.

Each is told in its own language what to do (`neovim.lua`, `emacs.el`), by the same verbs.
"""

from __future__ import annotations

import base64
import json
import os
import subprocess
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from subprocess import DEVNULL, PIPE, STDOUT, CompletedProcess
from typing import Any, Self

HERE = Path(__file__).parent
PATIENCE = 300.0
"""Seconds for which something is waited for, perhaps on a busy machine."""


@dataclass(frozen=True)
class Kind:
    """An editor that may be installed."""

    name: str
    needs: str
    """What has to be installed."""
    check: tuple[str, ...]
    """A command that succeeds where it is."""
    start: Callable[[Path], list[str]]
    """The command that has it listen at a socket."""
    ask: Callable[[Path, str], list[str]]
    """The command that has it do something; its answer is on standard output."""
    read: Callable[[str], Any]
    """What an answer says."""

    @property
    def installed(self) -> bool:
        """Whether it can be used here."""
        try:
            done = subprocess.run(self.check, stdin=DEVNULL, capture_output=True, check=False)
        except FileNotFoundError:
            return False
        return done.returncode == 0


def _neovim(socket: Path) -> list[str]:
    start = ["nvim", "--headless", "-i", "NONE", "-u", str(HERE / "neovim.lua")]
    return [*start, "--listen", str(socket)]


def _ask_neovim(socket: Path, call: str) -> list[str]:
    quoted = call.replace("'", "''")
    return ["nvim", "--server", str(socket), "--remote-expr", f"luaeval('Drive(_A)', '{quoted}')"]


def _emacs(socket: Path) -> list[str]:
    return ["emacs", "-q", f"--fg-daemon={socket}", "--load", str(HERE / "emacs.el")]


def _ask_emacs(socket: Path, call: str) -> list[str]:
    encoded = base64.b64encode(call.encode()).decode()
    return ["emacsclient", "-s", str(socket), "--eval", f'(drive "{encoded}")']


def _read_emacs(answer: str) -> Any:
    return json.loads(base64.b64decode(answer.strip().strip('"')))


_has_remote_control = ("nvim", "--clean", "--headless", "+if !has('nvim-0.7')|cquit|endif", "+qall")
_has_eglot = ("emacs", "--batch", "--eval", "(require 'eglot)")
KINDS = [
    Kind("Neovim", "Neovim 0.7", _has_remote_control, _neovim, _ask_neovim, json.loads),
    Kind("Emacs", "Emacs with eglot", _has_eglot, _emacs, _ask_emacs, _read_emacs),
]


class Program:
    """An editor that runs, with `prover lsp` as the server for Lean."""

    def __init__(self, kind: Kind, folder: Path, socket: Path, server: Sequence[str]) -> None:
        self._kind, self._folder, self._socket = kind, folder, socket
        self._files = 0
        environment = {**os.environ, "PROVER_LSP": json.dumps(server), "LC_ALL": "C.UTF-8"}
        # Emacs removes the folder of its socket where that is empty.
        (home := folder / "home").mkdir()
        for name in ("CONFIG", "DATA", "STATE"):
            environment[f"XDG_{name}_HOME"] = str(home)
        # It would end with its standard input.
        self._process = subprocess.Popen(
            kind.start(socket),
            cwd=folder,
            env=environment,
            stdin=PIPE,
            stdout=DEVNULL,
            stderr=DEVNULL,
        )

    def __enter__(self) -> Self:
        self.until(self._socket.exists, "its socket")
        return self

    def __exit__(self, *_: object) -> None:
        """Ends the editor as its user does, and `prover lsp` with it."""
        try:
            # It may be gone before it has answered.
            self._ask("quit")
            assert self._process.wait(PATIENCE) == 0
        finally:
            self._process.kill()
            self._process.communicate()

    def do(self, verb: str, *arguments: Any) -> Any:
        """Has the editor do something; its answer."""
        done = self._ask(verb, *arguments)
        assert done.returncode == 0, done.stdout
        return self._kind.read(done.stdout)

    def open(self, text: str) -> None:
        """Shows a new file with this text, and waits for the server."""
        self._files += 1
        path = self._folder / f"Demo{self._files}.lean"
        path.write_text(text)
        self.do("open", str(path))
        self.until(lambda: self.do("ready"), "the server")
        self.do("forget")

    @property
    def text(self) -> str:
        """What the file is now, in the editor."""
        found: str = self.do("text")
        return found

    def actions(self, line: int, wanted: str | None = None) -> list[str]:
        """The names of the code actions on a line; the one that is wanted is chosen."""
        self.do("act", line, wanted)
        found: list[str] = self.until(lambda: self.do("offered"), "code actions")
        return found

    def until_text(self, text: str) -> None:
        """Waits until the file is this."""
        self.until(lambda: self.text == text, f"the text: {text}")

    def until_said(self, part: str) -> None:
        """Waits until a message for the user has this part."""
        self.until(lambda: part in self.do("messages"), f"the message: {part}")

    def until(self, found: Callable[[], Any], what: str) -> Any:
        """What is found, once it is something."""
        end = time.monotonic() + PATIENCE
        while not (value := found()):
            assert self._process.poll() is None, "the editor has ended"
            if time.monotonic() > end:
                raise AssertionError(f"waited for {what}; it is said: {self.do('messages')}")
            time.sleep(0.1)
        return value

    def _ask(self, verb: str, *arguments: Any) -> CompletedProcess[str]:
        call = json.dumps({"verb": verb, "arguments": arguments}, ensure_ascii=False)
        command = self._kind.ask(self._socket, call)
        return subprocess.run(
            command, stdout=PIPE, stderr=STDOUT, text=True, timeout=60, check=False
        )
