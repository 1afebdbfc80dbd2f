"""A route may take more than the others, or less, and bodies that are packed if it unpacks them."""

import gzip
import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
from fastapi import APIRouter, FastAPI, Request, Response
from starlette.types import Receive, Scope, Send

from tests.support.clients import Client, client_of
from tests.support.composition import StartApp
from tests.support.settings import make_settings

LIMIT = 1_000
PACKED = gzip.compress(json.dumps([1, 2]).encode())
JSON = {"Content-Type": "application/json"}


async def length(request: Request) -> int:
    return len(await request.body())


def nested() -> APIRouter:
    """Large by its router, small and larger by the route, large by what includes it."""
    inner, outer = APIRouter(prefix="/inner"), APIRouter(prefix="/outer", max_body_size=LIMIT * 2)
    inner.post("/large")(length)
    inner.post("/larger", max_body_size=LIMIT * 3)(length)
    inner.post("/small", max_body_size=LIMIT // 2)(length)
    inner.post("/nothing", max_body_size=0)(length)
    outer.include_router(inner)
    return outer


@pytest.fixture
async def app(start_app: StartApp, database_url: str) -> FastAPI:
    server = {"max_body_bytes": LIMIT}
    app: FastAPI = await start_app(make_settings(database={"url": database_url}, server=server))
    app.include_router(nested())
    app.post("/usual")(length)
    app.get("/own")(length)
    app.post("/own", max_body_size=LIMIT * 2)(length)
    sub = FastAPI()
    sub.post("/files/{name}", max_body_size=LIMIT * 2)(length)
    app.mount("/mounted", sub)
    return app


def whole(size: int) -> bytes:
    return b" " * size


async def in_chunks(size: int) -> AsyncIterator[bytes]:
    """Without a Content-Length."""
    while size > 0:
        yield b" " * min(size, 300)
        size -= 300


CASES = [
    ("/usual", LIMIT),
    ("/own", LIMIT * 2),
    ("/outer/inner/large", LIMIT * 2),
    ("/outer/inner/larger", LIMIT * 3),
    ("/outer/inner/small", LIMIT // 2),
    ("/outer/inner/nothing", 0),
    ("/mounted/files/a", LIMIT * 2),
]


@pytest.mark.parametrize("body", [whole, in_chunks])
@pytest.mark.parametrize(("path", "limit"), CASES)
async def test_the_limit_of_a_route_is_its_own(
    client: Client, path: str, limit: int, body: Any
) -> None:
    taken = await client.post(path, content=body(limit))

    assert (taken.status_code, taken.json()) == (200, limit)


@pytest.mark.parametrize(("path", "limit"), CASES)
async def test_more_than_that_is_refused_before_it_is_read(
    client: Client, path: str, limit: int
) -> None:
    await client.post("/usual", content=whole(1))  # the limits of all routes are known by now

    response = await client.post(path, content=whole(limit + 1))

    assert response.headers["content-type"] == "application/problem+json"
    assert (response.status_code, response.json()["type"]) == (413, "/problems/content-too-large")
    assert response.json()["detail"] == f"The limit is {limit} bytes."


@pytest.mark.parametrize(("path", "limit"), [it for it in CASES if "mounted" not in it[0]])
async def test_more_than_that_is_refused_when_it_has_been_read(
    client: Client, path: str, limit: int
) -> None:
    response = await client.post(path, content=in_chunks(limit + 1))

    assert response.headers["content-type"] == "application/problem+json"
    assert (response.status_code, response.json()["type"]) == (413, "/problems/content-too-large")


async def test_a_mounted_application_refuses_in_its_own_words(client: Client) -> None:
    response = await client.post("/mounted/files/a", content=in_chunks(LIMIT * 2 + 1))

    assert response.status_code == 413


@pytest.mark.parametrize("path", ["/own/", "/nowhere", "/outer/inner/larger/x"])
async def test_where_no_route_is_the_usual_limit_is(client: Client, path: str) -> None:
    assert (await client.post(path, content=whole(LIMIT))).status_code == 404
    assert (await client.post(path, content=whole(LIMIT + 1))).status_code == 413


async def test_of_two_methods_each_has_its_limit(client: Client) -> None:
    assert (await client.request("GET", "/own", content=whole(LIMIT + 1))).status_code == 413
    assert (await client.request("PUT", "/own", content=whole(LIMIT + 1))).status_code == 413


async def test_a_route_that_comes_later_has_its_limit(app: FastAPI, client: Client) -> None:
    assert (await client.post("/later", content=whole(LIMIT * 3))).status_code == 413

    app.post("/later", max_body_size=LIMIT * 3)(length)

    assert (await client.post("/later", content=whole(LIMIT * 3))).status_code == 200
    assert (await client.post("/later", content=in_chunks(LIMIT * 3))).status_code == 200


async def test_a_router_that_was_included_may_get_routes_later(
    app: FastAPI, client: Client
) -> None:
    router = APIRouter()
    app.include_router(router, max_body_size=LIMIT * 3)
    assert (await client.post("/later", content=whole(LIMIT * 3))).status_code == 413

    router.post("/later")(length)

    assert (await client.post("/later", content=whole(LIMIT * 3))).status_code == 200


async def test_a_proxys_prefix_is_no_part_of_the_route(app: FastAPI) -> None:
    async def prefixed(scope: Scope, receive: Receive, send: Send) -> None:
        await app({**scope, "root_path": "/shop", "path": f"/shop{scope['path']}"}, receive, send)

    async with client_of(prefixed) as client:
        assert (await client.post("/own", content=whole(LIMIT * 2))).status_code == 200


@pytest.fixture
async def packing(app: FastAPI, client: Client) -> Client:
    @app.post("/numbers")
    async def numbers(body: list[int]) -> int:
        return sum(body)

    @app.post("/unpacked")
    async def unpacked(request: Request) -> Response:
        return Response(gzip.decompress(await request.body()), media_type="application/json")

    return client


@pytest.mark.parametrize("coding", ["gzip", "GZIP", "br", "identity, gzip", "deflate"])
async def test_a_packed_body_is_refused_and_told_what_is_taken(
    packing: Client, coding: str
) -> None:
    headers = JSON | {"Content-Encoding": coding}

    response = await packing.post("/numbers", content=PACKED, headers=headers)

    assert response.headers["content-type"] == "application/problem+json"
    assert response.status_code == 415
    assert response.json()["type"] == "/problems/unsupported-media-type"
    assert response.headers["accept-encoding"] == "identity"


@pytest.mark.parametrize("coding", ["identity", "Identity", ""])
async def test_a_body_that_is_said_to_be_as_it_is_is_read(packing: Client, coding: str) -> None:
    headers = JSON | {"Content-Encoding": coding}

    response = await packing.post("/numbers", content=b"[1, 2]", headers=headers)

    assert (response.status_code, response.json()) == (200, 3)


async def test_a_route_that_reads_its_body_itself_may_unpack_it(packing: Client) -> None:
    headers = {"Content-Encoding": "gzip"}

    response = await packing.post("/unpacked", content=PACKED, headers=headers)

    assert (response.status_code, response.json()) == (200, [1, 2])


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("GET", "/health/live", 200), ("POST", "/nowhere", 404), ("PUT", "/numbers", 405)],
)
async def test_where_no_body_is_read_its_packing_does_not_matter(
    packing: Client, method: str, path: str, status: int
) -> None:
    headers = {"Content-Encoding": "gzip"}

    assert (await packing.request(method, path, headers=headers)).status_code == status
