"""`prover mcp` with less patience: python server.py ROOT SOCKET SECONDS."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from prover.mcp.searches import Searches
from prover.mcp.server import Prover
from prover.service.discovery import Place
from prover.service.starting import Keeper


async def serve(root: Path, socket: Path, seconds: float) -> None:
    """Serves until standard input ends."""
    async with Keeper(Place(socket)) as keeper, Searches(keeper) as searches:
        await Prover(searches, root, seconds).server().run_stdio_async()


if __name__ == "__main__":
    asyncio.run(serve(Path(sys.argv[1]), Path(sys.argv[2]), float(sys.argv[3])))
