"""Routes that are added flat behave like included ones."""

from typing import Annotated

import httpx
from fastapi import APIRouter, Depends, FastAPI, WebSocket
from fastapi.routing import APIRoute
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from app.web.openapi import describe_problems
from app.web.routes import add_routes
from tests.conftest import Client, client_of
from tests.web.conftest import ReadLog

router = APIRouter(prefix="/things", tags=["things"])


async def colour() -> str:
    return "red"


@router.get("/{thing}")
async def read(thing: str, found: Annotated[str, Depends(colour)]) -> str:
    return f"{found} {thing}"


@router.websocket("/live")
async def live(socket: WebSocket) -> None:
    await socket.accept()
    await socket.close()


def test_a_websocket_is_added_as_well() -> None:
    app = FastAPI()
    add_routes(app, router)

    assert "/things/live" in [getattr(route, "path", None) for route in app.routes]


async def test_an_override_of_a_dependency_is_for_one_application_alone() -> None:
    overridden, plain = FastAPI(), FastAPI()
    for app in (overridden, plain):
        add_routes(app, router)
    overridden.dependency_overrides[colour] = lambda: "blue"

    answers = [await client_of(app).get("/things/car") for app in (overridden, plain)]

    assert [answer.json() for answer in answers] == ["blue car", "red car"]


def test_what_the_router_says_of_its_routes_is_documented() -> None:
    app = FastAPI()
    add_routes(app, router)
    describe_problems(app)

    assert app.openapi()["paths"]["/things/{thing}"]["get"]["tags"] == ["things"]


async def test_a_plain_route_has_a_template_as_well(
    app: FastAPI, client: Client, read_log: ReadLog
) -> None:
    async def answer(_: Request) -> Response:
        return Response()

    app.router.routes += [Route("/one/{name}", answer), Route("/other/{name}", answer)]
    for path in ("/one/1", "/other/1", "/docs/swagger-ui.css", "/nowhere/1"):
        await client.get(path)

    expected = ["/one/{name}", "/other/{name}", "/docs/swagger-ui.css", None]
    assert [line["route"] for line in read_log("request")] == expected


async def test_what_can_be_read_can_be_asked_for_without_its_body() -> None:
    app = FastAPI()
    add_routes(app, router)

    got, asked = [await client_of(app).request(m, "/things/car") for m in ("GET", "HEAD")]

    assert (asked.status_code, asked.headers) == (got.status_code, got.headers)
    assert asked.content == b""


def test_that_is_not_documented_for_each_route() -> None:
    app = FastAPI()
    add_routes(app, router)
    describe_problems(app)

    assert list(app.openapi()["paths"]["/things/{thing}"]) == ["get"]


async def test_a_route_is_found_behind_a_proxy_that_keeps_its_prefix() -> None:
    app = FastAPI()
    add_routes(app, router)
    behind = httpx.ASGITransport(app, root_path="/shop")

    async with Client(transport=behind, base_url="http://test") as client:
        answers = [await client.get(path) for path in ("/shop/things/car", "/things/car")]

    assert [answer.json() for answer in answers] == ["red car", "red car"]


async def test_a_route_that_begins_with_a_parameter_is_found_after_others() -> None:
    app, any_kind = FastAPI(), APIRouter()

    @any_kind.get("/{kind}/{thing}")
    async def read_any(kind: str, thing: str) -> str:
        return f"{kind} {thing}"

    for each in (router, any_kind):
        add_routes(app, each)

    answers = [await client_of(app).get(path) for path in ("/things/car", "/houses/one", "/a/b/c")]

    assert [answer.json() for answer in answers[:2]] == ["red car", "houses one"]
    assert answers[2].status_code == 404


def test_a_route_of_a_class_of_its_own_keeps_it() -> None:
    class OwnRoute(APIRoute):
        pass

    app, own = FastAPI(), APIRouter(route_class=OwnRoute)
    own.get("/own")(colour)
    add_routes(app, own)

    assert type(app.routes[-1]) is OwnRoute
