"""The service as a web application."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.metadata import version

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

from prover.service import entrance, problems
from prover.service.guard import Guard, Rules
from prover.service.routes import router
from prover.service.service import Service
from prover.service.turns import Busy
from prover.service.visitors import Visitors


def create_app(
    service: Service, rules: Rules, visitors: Visitors | None = None, port: int | None = None
) -> FastAPI:
    """The application of a service, which lives as long as the application's lifespan.

    `port` is the one of 127.0.0.1 that it listens on, if any; `visitors` may use the page there.
    """
    visitors = visitors or Visitors()

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
    app.include_router(entrance.router)
    app.add_middleware(Guard, rules=rules, visitors=visitors, refused=service.metrics.refused)
    app.add_exception_handler(Busy, problems.of_busy)
    app.add_exception_handler(HTTPException, problems.of_http)
    app.add_exception_handler(RequestValidationError, problems.of_validation)
    app.add_exception_handler(Exception, problems.of_bug)
    return app
