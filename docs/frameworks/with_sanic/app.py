"""Sanic: `sanic --workers 2 --factory with_sanic.app:create_app`."""

from contextlib import AsyncExitStack
from uuid import UUID

from chassis.database.failures import FAILURES, problem_from
from chassis.database.opening import open_database
from chassis.database.reader import Reader
from chassis.problems import Problem
from chassis.settings import Settings
from sanic import HTTPResponse, Request, Sanic, json
from sanic.exceptions import SanicException
from sanic.log import logger

from products import create_product, get_product, product_in, shown

PROBLEM = "application/problem+json"


def create_app() -> Sanic:
    app = Sanic("shop")
    app.before_server_start(open_in)
    app.after_server_stop(close_in)
    app.add_route(create, "/products", methods=["POST"])
    app.add_route(get, "/products/<key:uuid>")
    app.add_route(live, "/health/live")
    app.add_route(ready, "/health/ready")
    app.exception(Problem)(on_problem)
    app.exception(SanicException)(on_sanic_exception)
    app.exception(*FAILURES)(on_failure)
    return app


async def open_in(app: Sanic) -> None:
    """Once in each worker."""
    settings = Settings()
    app.ctx.open = AsyncExitStack()
    database = open_database(settings.database, settings.service.name)
    app.ctx.opened = await app.ctx.open.enter_async_context(database)


async def close_in(app: Sanic) -> None:
    await app.ctx.open.aclose()


async def create(request: Request) -> HTTPResponse:
    given = product_in(request.body)
    async with request.app.ctx.opened.database.transaction() as session:
        product = await create_product(session, given)
    return json(shown(product), 201)  # it is committed


async def get(request: Request, key: UUID) -> HTTPResponse:
    return json(shown(await get_product(Reader(request.app.ctx.opened.database), key)))


async def live(_: Request) -> HTTPResponse:
    return json({"status": "ok"})


async def ready(request: Request) -> HTTPResponse:
    available = await request.app.ctx.opened.probe.check()
    return json({"status": "ok" if available else "unavailable"}, 200 if available else 503)


async def on_failure(request: Request, error: Exception) -> HTTPResponse:
    """What the database refused; of a defect the log has all."""
    problem = problem_from(error)
    if problem.status == 500:
        logger.error("the database", exc_info=error)
    return await on_problem(request, problem)


async def on_problem(request: Request, problem: Problem) -> HTTPResponse:
    document = problem.document(request.path)
    return json(document, problem.status, problem.answer_headers, content_type=PROBLEM)


async def on_sanic_exception(_: Request, error: SanicException) -> HTTPResponse:
    """What Sanic refused: no such path, a wrong method."""
    members = {"type": "about:blank", "title": "Refused", "status": error.status_code}
    document = members | {"detail": str(error)}
    return json(document, error.status_code, error.headers, content_type=PROBLEM)
