"""The path that a service is below: what may be one, and who says so."""

from typing import Any

import pytest
from fastapi import FastAPI, Request, Response
from starlette.types import Receive, Scope, Send

from chassis.settings import Settings
from chassis.settings.faults import SettingsError
from chassis.web.middleware.root_path import RootPathMiddleware
from tests.chassis.application import create_app
from tests.chassis.prefixed_app import create
from tests.support.clients import client_of
from tests.support.composition import StartApp
from tests.support.settings import make_settings


def below(root_path: str, url: str = "postgresql://db/shop") -> Settings:
    return make_settings(database={"url": url}, server={"root_path": root_path})


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("", ""),
        ("/", ""),
        ("/shop", "/shop"),
        ("/shop/", "/shop"),
        ("/a/b-c.d_e~f", "/a/b-c.d_e~f"),
    ],
)
def test_a_path_may_end_with_a_slash(written: str, meant: str) -> None:
    assert below(written).server.root_path == meant


@pytest.mark.parametrize(
    "written",
    [
        "shop",
        "//shop",
        "/a//b",
        "/shop?x",
        "/a b",
        "https://a.example/shop",
        "/a/../b",
        "/ä",
        "/a%20b",
    ],
)
def test_what_is_no_path_is_refused(written: str) -> None:
    with pytest.raises(SettingsError, match=r"SERVER_ROOT_PATH: '.*' is no path to be below"):
        below(written)


@pytest.mark.parametrize("root_path", ["/health", "/docs"])
def test_where_routes_of_the_service_begin_it_cannot_be(root_path: str) -> None:
    with pytest.raises(SettingsError, match=f"{root_path} begins a path of the service itself"):
        create_app(below(root_path))


@pytest.mark.parametrize(("root_path", "server"), [("", "/"), ("/shop", "/shop")])
def test_the_document_names_it_without_a_request(root_path: str, server: str) -> None:
    assert create_app(below(root_path)).openapi()["servers"] == [{"url": server}]


async def test_a_key_is_known_after_the_service_has_moved(
    start_app: StartApp, database_url: str
) -> None:
    replayed = []
    for root_path in ("", "/shop"):
        app = await start_app(below(root_path, database_url))
        app.post("/v1/things")(create)
        async with client_of(app) as client:
            response = await client.post("/v1/things", headers={"Idempotency-Key": "moving"})
            replayed.append(response.headers.get("idempotent-replayed"))
            assert response.headers["location"] == f"{root_path}/v1/things/7?a=/shop"

    assert replayed == [None, "true"]


async def asked(path: str, **given: Any) -> Scope:
    """What comes through to the application."""
    seen: Scope = {}

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        seen.update(scope)
        await Response()(scope, receive, send)

    scope = {"type": "http", "method": "GET", "path": path, "headers": [], "query_string": b""}

    async def send(_message: object) -> None:
        """Nobody asked."""

    receive: Any = None
    await RootPathMiddleware(app, root_path="/shop")({**scope, **given}, receive, send)
    return seen


@pytest.mark.parametrize(
    ("path", "whole"),
    [
        ("/v1/x", "/shop/v1/x"),
        ("/shop/v1/x", "/shop/v1/x"),
        ("/shop", "/shop"),
        ("/", "/shop/"),
        ("/shopping", "/shop/shopping"),
    ],
)
async def test_the_path_is_whole_whether_it_was_stripped_or_kept(path: str, whole: str) -> None:
    scope = await asked(path, raw_path=path.encode())

    assert (scope["root_path"], scope["path"]) == ("/shop", whole)
    assert scope["raw_path"] == whole.encode()
    assert (await asked(path))["path"] == whole


async def test_a_server_that_was_told_another_one_is_believed() -> None:
    scope = await asked("/other/v1/x", root_path="/other")

    assert (scope["root_path"], scope["path"]) == ("/other", "/other/v1/x")


@pytest.mark.parametrize(
    ("written", "sent"),
    [
        ("/v1/x", "/shop/v1/x"),
        ("/v1/x?to=/shop#y", "/shop/v1/x?to=/shop#y"),
        ("/shop/v1/x", "/shop/v1/x"),
        ("/shop?a", "/shop?a"),
        ("/shopping", "/shop/shopping"),
        ("x", "x"),
        ("?a", "?a"),
        ("//other.example/x", "//other.example/x"),
        ("https://other.example/x", "https://other.example/x"),
    ],
)
@pytest.mark.parametrize("name", ["Location", "Content-Location"])
async def test_a_path_of_the_service_gets_what_clients_need(
    start_app: StartApp, database_url: str, name: str, written: str, sent: str
) -> None:
    app: FastAPI = await start_app(below("/shop", database_url))

    @app.get("/v1/x")
    async def answer(_request: Request) -> Response:
        return Response(headers={name: written, "X-Own": written})

    async with client_of(app) as client:
        headers = (await client.get("/v1/x")).headers

    assert (headers[name], headers["X-Own"]) == (sent, written)
