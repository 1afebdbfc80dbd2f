"""What can be read can be asked for without its body."""

from collections.abc import Callable

import pytest
from fastapi import APIRouter, FastAPI
from fastapi.staticfiles import StaticFiles
from starlette.responses import Response
from starlette.routing import Route

from tests.chassis.web.routing.things import plain, read, things, word
from tests.support.clients import Client, client_of
from tests.support.composition import ReadLog


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
