"""The service as a web application, on its sockets until it is told to stop."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import os
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractContextManager, asynccontextmanager
from importlib.metadata import version

import uvicorn
from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

from prover.errors import SetupError
from prover.service.discovery import REST_SECONDS, ServiceAddress, ServiceSocket
from prover.service.fair_queue import QueueFullError
from prover.service.http import page_routes, problem_details
from prover.service.http.access_control import AccessControl, AccessRules, BrowserSessions
from prover.service.http.routes import router
from prover.service.service import Service


def create_app(
    service: Service,
    rules: AccessRules,
    visitors: BrowserSessions | None = None,
    port: int | None = None,
) -> FastAPI:
    """The application of a service, which lives as long as the application's lifespan.

    `port` is the one of 127.0.0.1 that it listens on, if any; `visitors` may use the page there.
    """
    visitors = visitors or BrowserSessions()

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        async with service:
            yield

    app = FastAPI(
        title="prover",
        summary="Finds proofs and tactics for Lean 4; every proof is checked by a fresh Lean.",
        version=version("prover"),
        lifespan=lifespan,
        # Their pages would load scripts from elsewhere.
        docs_url=None,
        redoc_url=None,
    )
    app.state.service = service
    app.state.visitors, app.state.port = visitors, port
    app.include_router(router)
    app.include_router(page_routes.router)
    app.add_middleware(
        AccessControl, rules=rules, visitors=visitors, refused=service.metrics.refused
    )
    app.add_exception_handler(QueueFullError, problem_details.of_busy)
    app.add_exception_handler(HTTPException, problem_details.of_http)
    app.add_exception_handler(RequestValidationError, problem_details.of_validation)
    app.add_exception_handler(Exception, problem_details.of_bug)
    return app


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
    place: ServiceSocket,
    *,
    port: int | None = None,
    rules: AccessRules | None = None,
    visitors: BrowserSessions | None = None,
    started: Callable[[ServiceAddress], None],
) -> None:
    """Serves until it is cancelled; `started` is told how to reach it.

    Raises `SetupError` when it can't listen, or when its parts can't be made.
    """
    rules = rules or AccessRules()
    with place.held(), contextlib.ExitStack() as stack:
        sockets = [stack.enter_context(place.listen())]
        if port is not None:
            sockets.append(stack.enter_context(listen(port)))
            port = sockets[-1].getsockname()[1]
        server = Server(create_app(service, rules, visitors, port), service)
        address = ServiceAddress(
            os.getpid(), version("prover"), str(place.socket), rules.token, port
        )
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
    """Binds a port of this machine's own; 0 for any. Raises `SetupError`."""
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((LOOPBACK, port))
    except OSError as error:
        listener.close()
        taken = error.errno == errno.EADDRINUSE
        reason = "is in use" if taken else f"can't be used: {error.strerror}"
        raise SetupError(
            f"port {port} {reason}", "Choose another with `--tcp`, or 0 for any that is free."
        ) from error
    return listener
