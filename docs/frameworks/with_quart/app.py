"""Quart: `uvicorn --workers 2 --factory with_quart.app:create_app`."""

import json
from collections.abc import AsyncIterator
from uuid import UUID

from chassis.database.failures import FAILURES, problem_from
from chassis.database.named import NamedDatabase
from chassis.database.opening import open_database
from chassis.database.reader import Reader
from chassis.problems import Problem
from chassis.settings import Settings
from quart import Quart, Response, current_app, request
from werkzeug.exceptions import HTTPException

from products import create_product, get_product, product_in, shown

PROBLEM = "application/problem+json"


def create_app() -> Quart:
    app = Quart(__name__)
    app.while_serving(lifespan)
    app.register_error_handler(Problem, on_problem)
    app.register_error_handler(HTTPException, on_http_exception)
    for failure in FAILURES:
        app.register_error_handler(failure, on_failure)
    app.add_url_rule("/products", view_func=create, methods=["POST"])
    app.add_url_rule("/products/<uuid:key>", view_func=get)
    app.add_url_rule("/health/live", view_func=live)
    app.add_url_rule("/health/ready", view_func=ready)
    return app


async def lifespan() -> AsyncIterator[None]:
    settings = Settings()
    async with open_database(settings.database, settings.service.name) as opened:
        current_app.extensions["database"] = opened
        yield


def opened() -> NamedDatabase:
    held: NamedDatabase = current_app.extensions["database"]
    return held


async def create() -> tuple[dict[str, str], int]:
    given = product_in(await request.get_data())
    async with opened().database.transaction() as session:
        product = await create_product(session, given)
    return shown(product), 201  # it is committed


async def get(key: UUID) -> dict[str, str]:
    return shown(await get_product(Reader(opened().database), key))


async def live() -> dict[str, str]:
    return {"status": "ok"}


async def ready() -> tuple[dict[str, str], int]:
    available = await opened().probe.check()
    return {"status": "ok" if available else "unavailable"}, 200 if available else 503


async def on_failure(error: Exception) -> Response:
    """What the database refused; of a defect the log has all."""
    problem = problem_from(error)
    if problem.status == 500:
        current_app.logger.error("the database", exc_info=error)
    return await on_problem(problem)


async def on_problem(problem: Problem) -> Response:
    document = json.dumps(problem.document(request.path))
    return Response(document, problem.status, problem.answer_headers, content_type=PROBLEM)


async def on_http_exception(error: HTTPException) -> Response:
    """What Quart refused: no such path, a wrong method, or, as 500, a defect that it has logged."""
    headers = {name: value for name, value in error.get_headers() if name != "Content-Type"}
    members = {"type": "about:blank", "title": error.name, "status": error.code}
    document = json.dumps(members | {"detail": error.description})
    return Response(document, error.code, headers, content_type=PROBLEM)
