"""The service as a web application."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.metadata import version

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

from prover.service import problems
from prover.service.guard import Guard, Rules
from prover.service.routes import router
from prover.service.service import Service
from prover.service.turns import Busy


def create_app(service: Service, rules: Rules) -> FastAPI:
    """The application of a service, which lives as long as the application's lifespan."""

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
    app.include_router(router)
    app.add_middleware(Guard, rules=rules, refused=service.metrics.refused)
    app.add_exception_handler(Busy, problems.of_busy)
    app.add_exception_handler(HTTPException, problems.of_http)
    app.add_exception_handler(RequestValidationError, problems.of_validation)
    app.add_exception_handler(Exception, problems.of_bug)
    return app
