"""What people write in standard FastAPI works in this service as FastAPI documents it."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import partial
from typing import Annotated

import httpx
import pytest
from fastapi import APIRouter, Depends, FastAPI, HTTPException, Security
from fastapi.routing import iter_route_contexts
from fastapi.security import HTTPBearer
from fastapi.staticfiles import StaticFiles
from pydantic import BaseModel
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Mount, Route

from chassis.settings import Settings
from chassis.web.routing.shadows import shadows
from tests.chassis import application
from tests.chassis.application import create_app
from tests.support.clients import Client, client_of
from tests.support.composition import ReadLog

bearer = HTTPBearer(auto_error=False)


async def guard(token: Annotated[object, Security(bearer)]) -> None:
    if token is None:
        raise HTTPException(401, headers={"WWW-Authenticate": "Bearer"})


async def colour() -> str:
    return "red"


async def read(thing: str, found: Annotated[str, Depends(colour)]) -> str:
    return f"{found} {thing}"


async def word() -> str:
    return "word"


def things() -> APIRouter:
    router = APIRouter(prefix="/things", tags=["things"])
    router.get("/{thing}")(read)
    return router


@pytest.mark.usefixtures("clean_database")
async def test_a_dependency_of_the_application_guards_every_route(
    monkeypatch: pytest.MonkeyPatch, settings: Settings
) -> None:
    guarded = partial(FastAPI, dependencies=[Depends(guard)], responses={418: {}})
    monkeypatch.setattr(application, "FastAPI", guarded)
    app = create_app(settings)
    outer = APIRouter()
    outer.include_router(things(), prefix="/nested")
    app.include_router(outer)
    app.get("/later/{thing}")(read)

    asked = []
    async with application.lifespan(app), client_of(app) as client:
        for route in iter_route_contexts(app.routes):
            for method in (route.methods or set()) if hasattr(route, "dependant") else ():
                path = (route.path or "").replace("{", "").replace("}", "")
                asked.append((await client.request(method, path)).status_code)
        with_token = await client.get("/later/car", headers={"Authorization": "Bearer t"})

    assert len(asked) > 3
    assert set(asked) == {401}
    assert with_token.json() == "red car"
    assert "418" in app.openapi()["paths"]["/later/{thing}"]["get"]["responses"]


@pytest.mark.parametrize("where", ["router", "inclusion", "outer router"])
async def test_a_dependency_of_a_router_guards_its_routes(app: FastAPI, where: str) -> None:
    guards = [Depends(guard)]
    router = APIRouter(dependencies=guards if where == "router" else None)
    router.get("/guarded")(word)
    outer = APIRouter(dependencies=guards if where == "outer router" else None)
    outer.include_router(router, dependencies=guards if where == "inclusion" else None)
    app.include_router(outer)
    router.get("/guarded-later")(word)

    answers = [await client_of(app).get(path) for path in ("/guarded", "/guarded-later")]

    assert [answer.status_code for answer in answers] == [401, 401]


async def test_what_a_router_starts_is_started_and_stopped() -> None:
    events = []

    @asynccontextmanager
    async def own(_: FastAPI) -> AsyncIterator[None]:
        yield

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[dict[str, str]]:
        events.append("opened")
        yield {"held": "by the router"}
        events.append("closed")

    router, older = APIRouter(lifespan=lifespan), APIRouter()
    older.add_event_handler("startup", lambda: events.append("started"))
    app = FastAPI(lifespan=own)  # as this service has one
    app.include_router(router)
    app.include_router(older)

    async with app.router.lifespan_context(app) as state:
        assert state == {"held": "by the router"}

    assert sorted(events) == ["closed", "opened", "started"]


async def test_a_body_without_a_content_type_is_read_where_the_router_says_so(
    app: FastAPI,
) -> None:
    class Thing(BaseModel):
        name: str

    async def create(thing: Thing) -> str:
        return thing.name

    for path, strict in (("/lenient", False), ("/strict", True)):
        router = APIRouter(strict_content_type=strict)
        router.post(path)(create)
        app.include_router(router)

    answers = [
        await client_of(app).post(path, content=b'{"name": "a"}', headers={"Content-Type": ""})
        for path in ("/lenient", "/strict")
    ]

    assert [answer.status_code for answer in answers] == [200, 415]


async def test_an_override_of_a_dependency_is_for_one_application_alone() -> None:
    router = things()
    overridden, plain = FastAPI(), FastAPI()
    for app in (overridden, plain):
        app.include_router(router)
    overridden.dependency_overrides[colour] = lambda: "blue"

    answers = [await client_of(app).get("/things/car") for app in (overridden, plain)]

    assert [answer.json() for answer in answers] == ["blue car", "red car"]


def nested(app: FastAPI) -> None:
    outer = APIRouter()
    outer.include_router(things())
    app.include_router(outer)


WAYS: dict[str, Callable[[FastAPI], None]] = {
    "included": lambda app: app.include_router(things()),
    "nested": nested,
    "later": lambda app: app.add_api_route("/things/{thing}", read),
    "plain": lambda app: app.router.routes.append(Route("/things/{thing}", plain)),
}


async def plain(request: Request) -> Response:
    return Response(request.path_params["thing"])


@pytest.mark.parametrize("way", WAYS)
async def test_what_can_be_read_can_be_asked_for_without_its_body(
    way: str, app: FastAPI, read_log: ReadLog
) -> None:
    WAYS[way](app)
    async with client_of(app) as client:
        got, asked, put = [await client.request(m, "/things/car") for m in ("GET", "HEAD", "PUT")]

    varying = {"x-request-id", "x-response-time", "traceresponse"}
    headers = [{k: v for k, v in it.headers.items() if k not in varying} for it in (got, asked)]
    assert (asked.status_code, asked.content) == (200, b"")
    assert headers[0] == headers[1]
    assert put.headers["Allow"] == "GET, HEAD"
    told = [(line["method"], line["route"]) for line in read_log("request")]
    assert told == [(method, "/things/{thing}") for method in ("GET", "HEAD", "PUT")]


async def test_a_route_for_head_alone_is_reached(app: FastAPI, client: Client) -> None:
    async def head() -> Response:
        return Response(headers={"X-Own": "yes"})

    router = APIRouter()
    router.get("/own")(word)
    router.head("/own")(head)
    app.include_router(router)

    assert (await client.head("/own")).headers["X-Own"] == "yes"
    assert (await client.head("/nowhere")).status_code == 404


async def test_that_is_not_documented_for_each_route(app: FastAPI) -> None:
    app.include_router(things())

    assert list(app.openapi()["paths"]["/things/{thing}"]) == ["get"]
    assert app.openapi()["paths"]["/things/{thing}"]["get"]["tags"] == ["things"]


async def test_a_route_of_later_is_documented_too(app: FastAPI) -> None:
    before = app.openapi()
    app.include_router(things())

    assert app.openapi() is app.openapi()
    assert "/things/{thing}" not in before["paths"]
    assert "/problems" not in app.openapi()["paths"]
    operation = app.openapi()["paths"]["/things/{thing}"]["get"]
    assert "application/problem+json" in operation["responses"]["default"]["content"]


async def test_what_the_application_says_of_itself_is_documented(
    monkeypatch: pytest.MonkeyPatch, settings: Settings
) -> None:
    told = partial(FastAPI, contact={"name": "Shop"}, openapi_tags=[{"name": "things"}])
    monkeypatch.setattr(application, "FastAPI", told)

    document = create_app(settings).openapi()

    assert document["info"]["contact"] == {"name": "Shop"}
    assert document["tags"] == [{"name": "things"}]


async def test_a_mounted_route_bears_the_prefix_in_the_log(
    app: FastAPI, client: Client, read_log: ReadLog
) -> None:
    inner, innermost = FastAPI(), FastAPI()
    innermost.include_router(things())
    inner.include_router(things())
    inner.mount("/deep/{depth}", innermost)
    app.mount("/inner/{tenant}", inner)
    app.mount("/files", StaticFiles(directory="."))
    app.router.routes.append(Mount("/plain", routes=[Route("/{thing}", plain)]))
    paths = {
        "/inner/acme/things/car": "/inner/{tenant}/things/{thing}",
        "/inner/acme/deep/9/things/car": "/inner/{tenant}/deep/{depth}/things/{thing}",
        "/inner/acme/nowhere": "/inner/{tenant}/{path}",
        "/files/pyproject.toml": "/files/{path}",
        "/plain/car": "/plain/{thing}",
    }
    for path in paths:
        await client.get(path)

    assert [line["route"] for line in read_log("request")] == [*paths.values()]


async def test_a_plain_route_has_a_template_as_well(
    app: FastAPI, client: Client, read_log: ReadLog
) -> None:
    app.router.routes += [Route("/one/{thing}", plain), Route("/other/{thing}", plain)]
    for path in ("/one/1", "/other/1", "/docs/swagger-ui.css", "/nowhere/1"):
        await client.get(path)

    expected = ["/one/{thing}", "/other/{thing}", "/docs/swagger-ui.css", None]
    assert [line["route"] for line in read_log("request")] == expected


async def test_a_route_is_found_behind_a_proxy_that_keeps_its_prefix(app: FastAPI) -> None:
    app.include_router(things())
    behind = httpx.ASGITransport(app, root_path="/shop")

    async with Client(transport=behind, base_url="http://test") as client:
        answers = [await client.get(path) for path in ("/shop/things/car", "/things/car")]

    assert [answer.json() for answer in answers] == ["red car", "red car"]


async def test_a_route_that_is_never_reached_is_told_at_the_start(
    monkeypatch: pytest.MonkeyPatch, settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    router = APIRouter(prefix="/bills")
    router.get("/{bill_id}")(word)
    router.get("/overdue")(word)
    router.post("/overdue")(word)
    monkeypatch.setattr(application, "ROUTERS", [router])
    app = create_app(settings)

    assert [*shadows(app.routes)] == [("GET /bills/overdue", "GET /bills/{bill_id}")]
    assert "GET /bills/overdue" in capsys.readouterr().out


def test_a_route_beside_another_is_no_shadow() -> None:
    router = APIRouter()
    for path in ("/bills/overdue", "/bills/{bill_id}", "/bills/{bill_id}/lines", "/{a}/{b}/{c}"):
        router.get(path)(word)
    router.get("/numbers/{number:int}")(word)
    router.get("/numbers/{number:float}")(word)

    assert [*shadows(router.routes)] == []


async def test_what_is_mounted_takes_no_head_from_a_route_before_it(app: FastAPI) -> None:
    inner = FastAPI()
    inner.include_router(things())
    app.include_router(things())
    app.mount("/inner", inner)
    app.mount("/", StaticFiles(directory="."))
    paths = ["/things/car", "/inner/things/car", "/pyproject.toml", "/nowhere"]

    async with client_of(app) as client:
        answers = {
            method: [(await client.request(method, path)).status_code for path in paths]
            for method in ("GET", "HEAD")
        }

    assert answers["HEAD"] == answers["GET"] == [200, 200, 200, 404]
