"""`prover serve`: the local service for editors and tools."""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
import webbrowser
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Annotated, Any

import typer

from prover.cli.console import Exit, messages, run, write_json
from prover.cli.options import (
    DEFAULT,
    LeanOption,
    ProjectOption,
    SandboxOption,
    chosen_model_options,
)
from prover.cli.service_options import needing, place_of
from prover.errors import SetupError
from prover.lean.backends import LeanSpec, check_name
from prover.policy.factory import open_policy
from prover.policy.model_options import ModelOptions
from prover.policy.policy import Policy
from prover.policy.spec import parse
from prover.search.budget import Limit
from prover.service.client import service_answer
from prover.service.discovery import ServiceAddress, ServiceSocket


def show(address: str) -> threading.Thread:
    """Opens the address, and says it, as there may be no browser here.

    Some browsers keep who starts them waiting, so a thread does it, which need not be joined.
    """
    messages().print(f"the page, for one browser: {address}")
    opening = threading.Thread(target=_open, args=(address,), daemon=True)
    opening.start()
    return opening


def _open(address: str) -> None:
    if has_windows():
        webbrowser.open(address)


def has_windows() -> bool:
    """Whether a browser could open a window; one that would take over the terminal is none."""
    named = ("DISPLAY", "WAYLAND_DISPLAY", "BROWSER")
    return sys.platform in ("darwin", "win32") or any(os.environ.get(name) for name in named)


EXAMPLES = (
    "Examples: `prover serve` · `prover serve --policy llemma --workers 4` · "
    "`prover serve --lean native --project MyProject` · `prover serve --open` · "
    "`prover serve --tcp 8765` · `prover serve --status` · `prover serve --stop`"
)
READY = 2
"""Fresh Leans for the next checks: one serves for one check and takes a second to start."""
STOP_SECONDS = 15.0
"""How long a service may take to end."""
START_SECONDS = 5.0
"""How long a browser may take to start."""


def serve(
    policy: Annotated[
        str, typer.Option(metavar="NAME", help="What proposes tactics, as for `prover prove`.")
    ] = "builtin",
    model_option: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME=VALUE",
            help="How language models are asked, as `samples=16`. May be repeated.",
            show_default=False,
        ),
    ] = None,
    template: Annotated[
        str | None,
        typer.Option(
            metavar="NAME", help="How a language model is shown a state.", show_default=False
        ),
    ] = None,
    seed: Annotated[int, typer.Option(help="Seed of what is random.")] = 0,
    lean: LeanOption = DEFAULT,
    project: ProjectOption = None,
    sandbox: SandboxOption = False,
    workers: Annotated[
        int,
        typer.Option(min=1, help="Searches at once; each needs a Lean of about 2 GB of memory."),
    ] = min(2, os.cpu_count() or 1),
    seconds: Annotated[
        float, typer.Option(help="The most search time that a request may ask for.")
    ] = 300.0,
    waiting: Annotated[int, typer.Option(min=1, help="How many requests may wait.")] = 64,
    root: Annotated[
        Path,
        typer.Option(
            exists=True, file_okay=False, help="The folder under which clients may name files."
        ),
    ] = Path(),
    socket: Annotated[
        Path | None,
        typer.Option(
            help="The Unix socket, in a folder of your own; by default "
            "`$XDG_RUNTIME_DIR/prover/serve.sock`, without that variable the same in "
            "`/run/user/UID`, or in the cache.",
            show_default=False,
        ),
    ] = None,
    tcp: Annotated[
        int | None,
        typer.Option(
            min=0,
            max=65535,
            metavar="PORT",
            help="Listen on this port of 127.0.0.1 too, for who has the token; 0 for any.",
            show_default=False,
        ),
    ] = None,
    open_page: Annotated[
        bool,
        typer.Option("--open", help="Open the web page, of the service that runs if one does."),
    ] = False,
    status: Annotated[bool, typer.Option("--status", help="Show how the service stands.")] = False,
    stop: Annotated[bool, typer.Option("--stop", help="End the service.")] = False,
) -> None:
    """Keep a policy and Lean ready, and serve editors and tools of this machine.

    One line of JSON on standard output says how to reach it, as does the file `serve.json` beside
    the socket. Ctrl-C ends it: what is under way gets its result first.

    With `--open` there is a web page to write Lean on and to watch searches, on a free port of
    127.0.0.1 unless `--tcp` names one.
    """
    place = place_of(socket)
    if status or stop:
        address = _running(place)
        if status:
            write_json(_asked(address))
        if stop:
            _stop(place, address)
        return
    if open_page and (running := place.address()) is not None:
        show(_invited(running)).join(START_SECONDS)
        return
    if open_page and tcp is None:
        tcp = 0
    limit = Limit(seconds=seconds)
    options = chosen_model_options(model_option or [], ModelOptions(template=template, seed=seed))
    opens = partial(open_policy, parse(policy), options)
    wanted = LeanSpec(lean, project, file=root, sandbox=sandbox, workers=workers, ready=READY)
    check_name(lean)
    task = Task(place, tcp, open_page, opens, wanted, limit, waiting, root)
    raise typer.Exit(run(lambda: work(task), once=True))


@dataclass(frozen=True)
class Task:
    """What the user asked for."""

    place: ServiceSocket
    port: int | None
    open_page: bool
    policy: Callable[[], AbstractAsyncContextManager[Policy]]
    lean: LeanSpec
    limit: Limit
    waiting: int
    root: Path


async def work(task: Task) -> Exit:
    """Serves until it is told to stop. Raises `SetupError` when it can't."""
    with needing("serve"):
        from prover.api import assemble
        from prover.service.http.access_control import BrowserSessions
        from prover.service.http.app import serve as serve_until_stopped
        from prover.service.service import Service, Settings
    parts = partial(assemble, task.policy, lean=task.lean, limit=task.limit, tell=messages().print)
    service = Service(parts, Settings(task.lean.workers, task.limit, task.waiting, task.root))
    visitors = BrowserSessions()

    def started(address: ServiceAddress) -> None:
        _tell(address)
        if task.open_page and address.port is not None:
            show(visitors.invite(address.port))

    await serve_until_stopped(
        service, task.place, port=task.port, visitors=visitors, started=started
    )
    messages().print("stopped")
    return Exit.PROVED


def _tell(address: ServiceAddress) -> None:
    """One line for programs; the token stays in the file."""
    json = {key: value for key, value in asdict(address).items() if key != "token"}
    file = ServiceSocket(Path(address.socket)).file
    write_json({"event": "serving", **json, "file": str(file)})
    where = f" and on 127.0.0.1:{address.port}" if address.port else ""
    messages().print(f"serving on {address.socket}{where}; Ctrl-C ends it")


def _running(place: ServiceSocket) -> ServiceAddress:
    """The service that runs. Raises `SetupError` when none does."""
    if (address := place.address()) is None:
        raise SetupError(f"no service runs at {place.socket}", "Start it with `prover serve`.")
    return address


def _asked(address: ServiceAddress) -> dict[str, Any]:
    """What the service says of itself. Raises `SetupError`."""
    answer = service_answer(address, "GET", "/v1/status")
    return {"pid": address.pid, "socket": address.socket, **answer}


def _invited(address: ServiceAddress) -> str:
    """An address of the page of a service that runs. Raises `SetupError`."""
    if address.port is None:
        raise SetupError(
            f"the service that runs as process {address.pid} listens on no port",
            "End it with `prover serve --stop`, then start it with `prover serve --open`.",
        )
    return str(service_answer(address, "POST", "/v1/page")["address"])


def _stop(place: ServiceSocket, address: ServiceAddress) -> None:
    """Ends the service and waits until it is gone. Raises `SetupError`."""
    os.kill(address.pid, signal.SIGTERM)
    deadline = time.monotonic() + STOP_SECONDS
    while place.running:
        if time.monotonic() > deadline:
            raise SetupError(
                f"process {address.pid} is still there after {STOP_SECONDS:g} seconds",
                f"End it with `kill -9 {address.pid}`.",
            )
        time.sleep(0.05)
    messages().print(f"ended process {address.pid}")
