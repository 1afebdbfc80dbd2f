"""A route's value is found as the router finds the route."""

import pytest
from fastapi import APIRouter, FastAPI
from fastapi.routing import RouteContext
from fastapi.staticfiles import StaticFiles
from starlette.responses import PlainTextResponse
from starlette.routing import Mount, Route

from chassis.web.routing.route_table import RouteTable


async def nothing() -> None: ...


def name(route: RouteContext) -> str | None:
    return None if route.name == "nameless" else route.name


def router() -> APIRouter:
    router = APIRouter(prefix="/things")
    router.add_api_route("/latest", nothing, name="latest")
    router.add_api_route("/{thing}", nothing, name="one", methods=["GET", "PUT"])
    router.add_api_route("/{thing}", nothing, name="removal", methods=["DELETE"])
    router.add_api_route("/nameless/{thing:path}", nothing, name="nameless")
    router.add_api_route("/{rest:path}", nothing, name="rest")
    return router


@pytest.fixture(scope="module")
def table(tmp_path_factory: pytest.TempPathFactory) -> RouteTable[str]:
    app, sub, outer = FastAPI(openapi_url=None), FastAPI(openapi_url=None), APIRouter()
    outer.include_router(router(), prefix="/v1")
    app.include_router(outer)
    sub.include_router(router())
    app.mount("/mounted/{tenant}", sub)
    app.mount("/files", StaticFiles(directory=tmp_path_factory.mktemp("files")))
    app.add_api_websocket_route("/live", nothing)
    app.add_api_route("/files/more", nothing, name="hidden")
    app.host("other.example", sub)
    return RouteTable(app.routes, name)


@pytest.mark.parametrize(
    ("method", "path", "expected"),
    [
        ("GET", "/v1/things/latest", "latest"),
        ("HEAD", "/v1/things/latest", "latest"),
        ("GET", "/v1/things/7", "one"),
        ("PUT", "/v1/things/latest", "one"),
        ("HEAD", "/v1/things/7", "one"),
        ("DELETE", "/v1/things/7", "removal"),
        ("POST", "/v1/things/7", None),
        ("GET", "/v1/things/nameless/7", None),
        ("GET", "/v1/things/7/8", "rest"),
        ("GET", "/things/latest", None),
        ("GET", "/mounted/a/things/latest", "latest"),
        ("DELETE", "/mounted/b/things/7", "removal"),
        ("GET", "/mounted/things/latest", None),
        ("GET", "/mounted/a/nowhere", None),
        ("GET", "/files/more", None),
        ("GET", "/live", None),
        ("GET", "", None),
    ],
)
def test_the_first_route_of_that_path_and_method_counts(
    table: RouteTable[str], method: str, path: str, expected: str | None
) -> None:
    assert table.at(path, method) == expected


@pytest.mark.parametrize("prefix", ["/outer", ""])
def test_a_mount_in_a_router_that_is_included_has_its_prefix(prefix: str) -> None:
    inner = APIRouter()
    inner.routes.append(Mount("/plain", routes=[Route("/{name}", PlainTextResponse, name="plain")]))
    app = FastAPI(openapi_url=None)
    app.include_router(inner, prefix=prefix)

    table = RouteTable(app.routes, name)
    assert [table.at(f"{prefix}/plain/a", it) for it in ("GET", "TRACE")] == ["plain", "plain"]


def test_all_values_are_known(table: RouteTable[str]) -> None:
    assert {"latest", "one", "removal", "rest"} <= set(table.values)
    assert "nameless" not in table.values
    assert RouteTable[str](FastAPI(openapi_url=None).routes, name).values == []
