"""What the commands around the service share: where it is, and what they need to be installed."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from prover.errors import SetupError
from prover.service.discovery import ServiceSocket

SocketOption = Annotated[
    Path | None,
    typer.Option(
        "--socket", help="The socket of the service, as for `prover serve`.", show_default=False
    ),
]


def place_of(socket: Path | None) -> ServiceSocket:
    """The place of the service that the user means. Links in a socket's path stay as they are."""
    return ServiceSocket(Path(os.path.abspath(socket))) if socket else ServiceSocket.default()  # noqa: PTH100


@contextmanager
def needing(extra: str) -> Iterator[None]:
    """For the imports of `prover EXTRA`. Raises `SetupError` where a package is missing."""
    try:
        yield
    except ModuleNotFoundError as error:
        raise SetupError(
            f"`prover {extra}` needs the package `{error.name}`, which is not installed",
            f"Install what it needs with: pip install 'prover[{extra}]'",
        ) from error
