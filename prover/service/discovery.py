"""Where a service is found: its socket, and a file beside it that says how to reach it.

The socket `serve.sock` lies in a folder that only its user can enter, with `serve.json` and a lock.
Who holds the lock is the service; the kernel lets go of it when that process ends, however it ends,
so what a dead one has left behind is known to be left behind.
"""

from __future__ import annotations

import json
import os
import socket as sockets
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from filelock import FileLock, Timeout

from prover.cache import default_cache
from prover.errors import InputError, SetupError

SOCKET = "serve.sock"
RUNTIME = Path("/run/user")
"""Below it systemd makes a folder for each user, named by number."""
REST_SECONDS = 5
"""How long the service keeps a connection on which nothing is asked."""
LONGEST = 100
"""Bytes of a socket's path; the kernel takes a few more."""


@dataclass(frozen=True)
class ServiceAddress:
    """How to reach a service."""

    pid: int
    version: str
    socket: str
    token: str
    port: int | None = None
    """The port on 127.0.0.1, if it listens on one."""


@dataclass(frozen=True)
class ServiceSocket:
    """The socket of a service, with the files beside it."""

    socket: Path

    @classmethod
    def default(cls) -> ServiceSocket:
        """In the folder `prover` of the user's runtime folder, or in `run` of the cache.

        The runtime folder is `$XDG_RUNTIME_DIR`; programs that are started without it, as MCP
        clients start theirs, find it where systemd makes it.
        """
        for runtime in (os.environ.get("XDG_RUNTIME_DIR", ""), RUNTIME / str(os.getuid())):
            if Path(runtime).is_absolute() and Path(runtime).is_dir():
                return cls(Path(runtime) / "prover" / SOCKET)
        return cls(default_cache() / "run" / SOCKET)

    @property
    def file(self) -> Path:
        """What says how to reach the service."""
        return self.socket.with_suffix(".json")

    @property
    def running(self) -> bool:
        """Whether a service holds the place."""
        if not self._lock_file.exists():
            return False
        try:
            with FileLock(self._lock_file, timeout=0, mode=0o600):
                return False
        except Timeout:
            return True

    def address(self) -> ServiceAddress | None:
        """How to reach the service that runs here; None when none does."""
        if not self.running:
            return None
        try:
            return ServiceAddress(**json.loads(self.file.read_text(encoding="utf-8")))
        except (OSError, ValueError, TypeError):
            return None

    @contextmanager
    def held(self) -> Iterator[None]:
        """The place is ours, and clean of what others left. Afterwards it is empty.

        Raises `SetupError` when another service has it or it can't be used, `InputError`
        when the path can't be that of a socket.
        """
        self._make_folder()
        try:
            with FileLock(self._lock_file, timeout=0, mode=0o600):
                self._sweep()
                try:
                    yield
                finally:
                    self._sweep()
        except Timeout:
            raise SetupError(
                f"a service is running already{self._whose()}, at {self.socket}",
                "Use it, end it with `prover serve --stop`, or choose another place with "
                "`--socket`.",
            ) from None

    def listen(self) -> sockets.socket:
        """Binds the socket, so that only its user can connect."""
        listener = sockets.socket(sockets.AF_UNIX, sockets.SOCK_STREAM)
        mask = os.umask(0o177)
        try:
            listener.bind(str(self.socket))
        except OSError as error:
            listener.close()
            raise SetupError(f"{self.socket}: {error.strerror}", "Choose another.") from error
        finally:
            os.umask(mask)
        return listener

    def publish(self, address: ServiceAddress) -> None:
        """Writes down how to reach the service, for its user only."""
        fresh = self.file.with_suffix(".new")
        fresh.unlink(missing_ok=True)
        descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            json.dump(asdict(address), file)
        fresh.replace(self.file)

    @property
    def _lock_file(self) -> Path:
        return self.socket.with_suffix(".lock")

    def _make_folder(self) -> None:
        folder = self.socket.parent
        if len(os.fsencode(self.socket)) > LONGEST:
            raise InputError(
                f"the path of the socket is longer than {LONGEST} bytes: {self.socket}",
                "Choose a shorter one with `--socket`.",
            )
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            entry = folder.stat()
        except OSError as error:
            raise SetupError(f"{folder} can't be made: {error.strerror}") from error
        if entry.st_uid != os.getuid() or stat.S_IMODE(entry.st_mode) & 0o077:
            raise SetupError(
                f"others may enter {folder}, or own it",
                f"Run `chmod 700 {folder}`, or choose another place with `--socket`.",
            )

    def _sweep(self) -> None:
        """Removes a socket and a file that no service uses any more."""
        if self.socket.exists() and not self.socket.is_socket():
            raise InputError(f"{self.socket} is there, and is no socket", "Choose another path.")
        self.socket.unlink(missing_ok=True)
        self.file.unlink(missing_ok=True)

    def _whose(self) -> str:
        try:
            return f" as process {json.loads(self.file.read_text(encoding='utf-8'))['pid']}"
        except (OSError, ValueError, KeyError, TypeError):
            return ""
