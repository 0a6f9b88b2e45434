"""`prover mcp`: the prover as tools for AI agents."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from prover.cli.console import run
from prover.cli.service_options import SocketOption, needing, place_of
from prover.service.discovery import ServiceSocket

EXAMPLES = "Examples: `claude mcp add prover -- prover mcp` · `prover mcp --root MyProject`"


def mcp(
    root: Annotated[
        Path,
        typer.Option(
            exists=True, file_okay=False, help="The folder under which agents may name files."
        ),
    ] = Path(),
    socket: SocketOption = None,
) -> None:
    """Offer AI agents tools that prove, suggest and check, by the Model Context Protocol.

    An agent's client starts it and speaks with it on standard input and output. It uses the service
    that `prover serve` runs; where none does, the first call starts one, which ends with this.
    """
    place = place_of(socket)
    run(lambda: work(root, place))


async def work(root: Path, place: ServiceSocket) -> None:
    """Serves until standard input ends. Raises `SetupError` where a package is missing."""
    with needing("mcp"):
        from prover.mcp.background_runs import BackgroundRuns
        from prover.mcp.server import ProverTools
        from prover.service.service_launcher import ServiceLauncher
    async with ServiceLauncher(place) as keeper, BackgroundRuns(keeper) as searches:
        await ProverTools(searches, root).server().run_stdio_async()
