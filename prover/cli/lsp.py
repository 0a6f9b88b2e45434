"""`prover lsp`: Lean's language server with code actions that prove."""

from __future__ import annotations

import asyncio
import os
import stat
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from prover.cli.console import messages, results, run
from prover.cli.service_options import SocketOption, needing, place_of
from prover.errors import InputError, SetupError
from prover.service.discovery import ServiceSocket

EXAMPLES = (
    "Examples: `prover lsp -- lake serve --` · `prover lsp --seconds 30 -- lean --server` · "
    "`prover lsp --install-shim`"
)
SERVER = ("lake", "serve", "--")
FLUSH_SECONDS = 2.0
"""How long the editor may take to read the last of what there is for it."""


def lsp(
    command: Annotated[
        list[str] | None,
        typer.Argument(
            help="Lean's language server, by default `lake serve --`; put `--` before it.",
            show_default=False,
        ),
    ] = None,
    seconds: Annotated[
        float | None,
        typer.Option(min=0.1, help="The most search time for one `sorry`.", show_default="60"),
    ] = None,
    socket: SocketOption = None,
    install_shim: Annotated[
        bool, typer.Option("--install-shim", help="Write a `lake` that makes VS Code use this.")
    ] = False,
    uninstall_shim: Annotated[
        bool, typer.Option("--uninstall-shim", help="Remove that `lake`.")
    ] = False,
    shim_folder: Annotated[
        Path | None,
        typer.Option(
            help="Where that `lake` is; by default `$XDG_DATA_HOME/prover/shim`.",
            show_default=False,
        ),
    ] = None,
) -> None:
    """Stand between an editor and Lean's language server, and add code actions that prove.

    Editors start it instead of `lake serve`. It uses the service that `prover serve` runs; where
    none does, the first use of a code action starts one, which ends with the editor.
    """
    if install_shim or uninstall_shim:
        if command or install_shim == uninstall_shim:
            raise InputError("give either `--install-shim` or `--uninstall-shim`, and no command")
        _shim(shim_folder, install=install_shim)
        return
    place = place_of(socket)
    if sys.stdin.isatty():
        messages().print("an editor starts this, and speaks LSP with it; Ctrl-D ends it")
    raise typer.Exit(run(lambda: work(command or SERVER, place, seconds)))


async def work(command: Sequence[str], place: ServiceSocket, seconds: float | None) -> int:
    """Runs between standard input and output; the exit code. Raises `SetupError`."""
    with needing("lsp"):
        from prover.lsp.proxy import Proxy, start
        from prover.service.service_launcher import ServiceLauncher
    reader, writer = await _streams()
    server = await start(command)
    async with ServiceLauncher(place) as keeper:
        code = await Proxy(reader, writer, server, keeper, seconds=seconds).run()
    writer.close()
    await asyncio.wait({asyncio.create_task(writer.wait_closed())}, timeout=FLUSH_SECONDS)
    return code


async def _streams() -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """Standard input and output. Raises `SetupError` when they are files."""
    from prover.lsp.framing import BUFFER

    if not all(map(_can_be_waited_for, (sys.stdin.fileno(), sys.stdout.fileno()))):
        raise SetupError(
            "standard input and output must be pipes", "Let an editor start `prover lsp`."
        )
    loop = asyncio.get_running_loop()
    reader = asyncio.StreamReader(limit=BUFFER)
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    transport, protocol = await loop.connect_write_pipe(
        lambda: asyncio.StreamReaderProtocol(asyncio.StreamReader()), sys.stdout
    )
    return reader, asyncio.StreamWriter(transport, protocol, None, loop)


def _can_be_waited_for(descriptor: int) -> bool:
    """Whether it is a pipe, a socket or a terminal."""
    mode = os.fstat(descriptor).st_mode
    return stat.S_ISFIFO(mode) or stat.S_ISSOCK(mode) or os.isatty(descriptor)


def _shim(folder: Path | None, *, install: bool) -> None:
    """Installs or removes the `lake` for VS Code, and says what is still to be done."""
    from prover.lsp import lake_shim

    folder = folder or lake_shim.default_folder()
    if install:
        path = lake_shim.install(folder)
        results().print(
            f"wrote {path}\nPut into the settings of VS Code, and restart it:\n"
            f'  "lean4.envPathExtensions": ["{path.parent}"]'
        )
    elif (removed := lake_shim.uninstall(folder)) is not None:
        results().print(
            f"removed {removed}\nTake {removed.parent} out of `lean4.envPathExtensions` in the "
            "settings of VS Code."
        )
    else:
        results().print(f"there is none in {folder}")
