"""Runs the application on its sockets until it is told to stop."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import os
import socket
from collections.abc import Callable
from contextlib import AbstractContextManager
from importlib.metadata import version

import uvicorn
from fastapi import FastAPI

from prover.errors import EnvironmentProblem
from prover.service.app import create_app
from prover.service.discovery import REST_SECONDS, Address, Place
from prover.service.guard import Rules
from prover.service.service import Service
from prover.service.visitors import Visitors

LOOPBACK = "127.0.0.1"
STOP_SECONDS = 5
"""How long clients have to take their last events when the service is stopped."""


class Server(uvicorn.Server):
    """Cancels the runs before it waits for their clients. Signals are left to its caller."""

    def __init__(self, app: FastAPI, service: Service) -> None:
        super().__init__(
            uvicorn.Config(
                app,
                log_config=None,
                access_log=False,
                server_header=False,
                proxy_headers=False,
                timeout_keep_alive=REST_SECONDS,
                timeout_graceful_shutdown=STOP_SECONDS,
            )
        )
        self._service = service

    def capture_signals(self) -> AbstractContextManager[None]:  # type: ignore[override]
        """Captures none."""
        return contextlib.nullcontext()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Takes no more requests; those under way get their `result`."""
        await self._service.runs.close()
        await super().shutdown(sockets)


async def serve(
    service: Service,
    place: Place,
    *,
    port: int | None = None,
    rules: Rules | None = None,
    visitors: Visitors | None = None,
    started: Callable[[Address], None],
) -> None:
    """Serves until it is cancelled; `started` is told how to reach it.

    Raises `EnvironmentProblem` when it can't listen, or when its parts can't be made.
    """
    rules = rules or Rules()
    with place.held(), contextlib.ExitStack() as stack:
        sockets = [stack.enter_context(place.listen())]
        if port is not None:
            sockets.append(stack.enter_context(listen(port)))
            port = sockets[-1].getsockname()[1]
        server = Server(create_app(service, rules, visitors, port), service)
        address = Address(os.getpid(), version("prover"), str(place.socket), rules.token, port)
        serving = asyncio.create_task(server.serve(sockets))
        try:
            while not server.started and not serving.done():
                await asyncio.sleep(0.01)
            place.publish(address)
            started(address)
            await until(serving, service)
        except asyncio.CancelledError:
            pass
        finally:
            server.should_exit = True
            await serving
    if service.opening.problem is not None:
        raise service.opening.problem


async def until(serving: asyncio.Task[None], service: Service) -> None:
    """Waits until it has ended, or can never do any work."""
    failed = asyncio.create_task(service.opening.failed.wait())
    try:
        await asyncio.wait({serving, failed}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        failed.cancel()


def listen(port: int) -> socket.socket:
    """Binds a port of this machine's own; 0 for any. Raises `EnvironmentProblem`."""
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((LOOPBACK, port))
    except OSError as error:
        listener.close()
        taken = error.errno == errno.EADDRINUSE
        reason = "is in use" if taken else f"can't be used: {error.strerror}"
        raise EnvironmentProblem(
            f"port {port} {reason}", "Choose another with `--tcp`, or 0 for any that is free."
        ) from error
    return listener
