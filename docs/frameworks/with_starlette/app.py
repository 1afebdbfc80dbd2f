"""Starlette: `uvicorn --workers 2 --factory with_starlette.app:create_app`."""

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from chassis.database.failures import FAILURES, problem_from
from chassis.database.named import NamedDatabase
from chassis.database.opening import open_database
from chassis.database.reader import Reader
from chassis.problems import Problem
from chassis.settings import Settings
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from products import create_product, get_product, product_in, shown

PROBLEM = "application/problem+json"


def create_app() -> Starlette:
    return Starlette(
        lifespan=lifespan,
        routes=[
            Route("/products", create, methods=["POST"]),
            Route("/products/{key:uuid}", get),
            Route("/health/live", live),
            Route("/health/ready", ready),
        ],
        exception_handlers={
            Problem: on_problem,
            HTTPException: on_http_exception,
            **dict.fromkeys(FAILURES, on_failure),
        },
    )


@asynccontextmanager
async def lifespan(_: Starlette) -> AsyncIterator[dict[str, NamedDatabase]]:
    settings = Settings()
    async with open_database(settings.database, settings.service.name) as opened:
        yield {"opened": opened}  # is `request.state.opened`


async def create(request: Request) -> Response:
    given = product_in(await request.body())
    async with request.state.opened.database.transaction() as session:
        product = await create_product(session, given)
    return JSONResponse(shown(product), 201)  # it is committed


async def get(request: Request) -> Response:
    reader = Reader(request.state.opened.database)
    return JSONResponse(shown(await get_product(reader, request.path_params["key"])))


async def live(_: Request) -> Response:
    return JSONResponse({"status": "ok"})


async def ready(request: Request) -> Response:
    available = await request.state.opened.probe.check()
    said = {"status": "ok" if available else "unavailable"}
    return JSONResponse(said, 200 if available else 503)


async def on_failure(request: Request, error: Exception) -> Response:
    """What the database refused; of a defect the log has all."""
    problem = problem_from(error)
    if problem.status == 500:
        logging.getLogger(__name__).error("the database", exc_info=error)
    return await on_problem(request, problem)


async def on_problem(request: Request, problem: Problem) -> Response:
    document = problem.document(request.url.path)
    return JSONResponse(document, problem.status, problem.answer_headers, media_type=PROBLEM)


async def on_http_exception(_: Request, error: HTTPException) -> Response:
    """What Starlette refused: no such path, a wrong method."""
    document = {"type": "about:blank", "title": error.detail, "status": error.status_code}
    return JSONResponse(document, error.status_code, error.headers, media_type=PROBLEM)
