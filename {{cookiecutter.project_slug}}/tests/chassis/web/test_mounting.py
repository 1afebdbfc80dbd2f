"""An application that is mounted finds what the service holds, and answers errors as it does."""

from typing import Any

import httpx
import pytest
from fastapi import APIRouter, FastAPI, HTTPException, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import PlainTextResponse, Response
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.applications import Starlette
from starlette.exceptions import HTTPException as StarletteHTTPException
from starlette.requests import HTTPConnection
from starlette.routing import Host, Mount

from chassis.problems import InternalError, NotFound, Problem
from chassis.web.html_pages import Pages
from chassis.web.idempotency import Once
from chassis.web.mounting import adopt_mounted
from chassis.web.routing import quicken
from chassis.web.service import service_of
from tests.chassis.web.mounted import ASKING, admin_app
from tests.support.clients import Client
from tests.support.composition import ReadLog


def plainly(app: FastAPI, admin: FastAPI) -> None:
    app.mount("/admin", admin)


def quickened(app: FastAPI, admin: FastAPI) -> None:
    app.mount("/admin", admin)
    quicken(admin)


def deeply(app: FastAPI, admin: FastAPI) -> None:
    inner = Starlette(routes=[Mount("/min", admin)])
    router = APIRouter()
    router.mount("/ad", inner)
    app.include_router(router)
    app.mount("/admin", Starlette(routes=[Mount("", admin)]))


def within_middleware(app: FastAPI, admin: FastAPI) -> None:
    app.mount("/admin", Pages(admin))


WAYS = [plainly, quickened, deeply, within_middleware]


@pytest.fixture(params=WAYS, ids=lambda way: way.__name__)
def mounted(app: FastAPI, request: pytest.FixtureRequest) -> FastAPI:
    admin = admin_app()
    request.param(app, admin)
    adopt_mounted(app)
    adopt_mounted(app)
    return admin


@pytest.mark.usefixtures("mounted")
async def test_it_asks_for_sessions_as_the_service_does(client: Client) -> None:
    for route in ASKING:
        response = await client.get(f"/admin/{route.__name__}")
        assert (response.status_code, response.json()) == (200, 1), route


@pytest.mark.usefixtures("mounted")
@pytest.mark.parametrize(
    ("path", "status", "detail"),
    [
        ("raise_problem", 404, "Nobody of that name."),
        ("raise_http", 404, "Nobody of that name."),
        ("typed/x", 422, "Some values are not acceptable."),
        ("nowhere", 404, None),
        ("fail", 500, InternalError.detail),
        ("raise_defect", 500, InternalError.detail),
    ],
)
async def test_what_it_raises_is_a_problem(
    client: Client, read_log: ReadLog, path: str, status: int, detail: str | None
) -> None:
    response = await client.get(f"/admin/{path}")

    assert response.headers["content-type"] == "application/problem+json"
    told = response.json()
    assert (response.status_code, told["status"], told.get("detail")) == (status, status, detail)
    (line,) = read_log("request")
    assert (line["status"], line["path"]) == (status, f"/admin/{path}")


@pytest.mark.usefixtures("mounted")
async def test_a_defect_of_it_is_in_the_log_once_with_its_traceback(
    client: Client, read_log: ReadLog
) -> None:
    await client.get("/admin/raise_defect")

    (line,) = read_log("unhandled error")
    assert "RuntimeError: a defect" in str(line)


@pytest.mark.usefixtures("mounted")
async def test_the_method_that_it_does_not_take_is_told_with_those_it_takes(
    client: Client,
) -> None:
    response = await client.post("/admin/whole")

    assert (response.status_code, response.headers["allow"]) == (405, "GET, HEAD")
    assert (await client.head("/admin/whole")).status_code == 200


async def test_a_key_makes_a_post_to_it_happen_once(app: FastAPI, client: Client) -> None:
    admin = FastAPI()

    async def work(session: AsyncSession) -> Response:
        return Response(str(await session.scalar(text("SELECT clock_timestamp()"))))

    @admin.post("/once")
    async def do(once: Once) -> Response:
        return await once.run(work)

    app.mount("/admin", admin)
    adopt_mounted(app)

    key = {"Idempotency-Key": "a"}
    first, again = [await client.post("/admin/once", headers=key) for _ in range(2)]
    assert first.status_code == 200
    assert (first.text, again.headers["idempotent-replayed"]) == (again.text, "true")


async def test_without_a_word_it_finds_the_sessions_of_the_service(
    app: FastAPI, client: Client
) -> None:
    app.mount("/admin", admin_app())

    for route in ASKING:
        assert (await client.get(f"/admin/{route.__name__}")).json() == 1


async def answered(_request: Request, error: Exception) -> Response:
    return PlainTextResponse(f"mine: {type(error).__name__}", 418)


@pytest.mark.parametrize(
    ("kind", "path"),
    [
        (HTTPException, "raise_http"),
        (404, "nowhere"),
        (NotFound, "raise_problem"),
        (Problem, "raise_problem"),
        (Exception, "raise_defect"),
        (500, "raise_defect"),
        (RequestValidationError, "typed/x"),
        (SQLAlchemyError, "fail"),
    ],
)
async def test_a_handler_of_its_own_answers(
    app: FastAPI, client: Client, kind: Any, path: str
) -> None:
    app.mount("/admin", admin_app(exception_handlers={kind: answered}))
    adopt_mounted(app)
    adopt_mounted(app)

    assert (await client.get(f"/admin/{path}")).text.startswith("mine: ")
    assert (await client.get("/admin/whole")).json() == 1


@pytest.mark.parametrize(
    ("kind", "path"), [(HTTPException, "raise_http"), (StarletteHTTPException, "nowhere")]
)
async def test_its_own_handler_of_all_http_errors_comes_before_one_of_the_service(
    app: FastAPI, client: Client, kind: Any, path: str
) -> None:
    app.exception_handler(404)(lambda *_: PlainTextResponse("of the service"))
    app.mount("/admin", admin_app(exception_handlers={kind: answered}))
    app.mount("/other", admin_app())
    adopt_mounted(app)

    assert (await client.get(f"/admin/{path}")).text == "mine: HTTPException"
    assert (await client.get("/other/nowhere")).text == "of the service"


async def test_an_application_by_its_host_is_adopted_too(app: FastAPI) -> None:
    app.router.routes.append(Host("admin.example", admin_app()))
    adopt_mounted(app)

    transport = httpx.ASGITransport(app)
    async with Client(transport=transport, base_url="http://admin.example") as client:
        assert (await client.get("/whole")).json() == 1
        assert (await client.get("/raise_problem")).json()["type"] == "/problems/not-found"


async def test_one_of_another_framework_is_left_alone(app: FastAPI, client: Client) -> None:
    app.mount("/text", PlainTextResponse("hello"))
    adopt_mounted(app)

    assert (await client.get("/text/a")).text == "hello"


async def test_its_document_names_problems_too(app: FastAPI, client: Client) -> None:
    app.mount("/admin", admin_app())
    adopt_mounted(app)

    document = (await client.get("/admin/openapi.json")).json()

    assert "Problem" in document["components"]["schemas"]
    assert "HTTPValidationError" not in str(document)


async def test_a_service_within_a_service_keeps_what_it_holds(app: FastAPI) -> None:
    """Whoever runs its lifespan gives it a database of its own."""
    inner = FastAPI()
    inner.state.database = "its own"
    scope = {"type": "http", "app": inner, "service": app}

    assert service_of(HTTPConnection(scope)) is inner
    assert service_of(HTTPConnection({**scope, "app": FastAPI()})) is app
