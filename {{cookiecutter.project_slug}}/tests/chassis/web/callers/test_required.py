"""AUTH_REQUIRED: every route asks who calls, unless it is marked public."""

import httpx
import pytest
from fastapi import FastAPI
from starlette.responses import PlainTextResponse
from starlette.routing import Mount, Route

from chassis.auth.guards import is_public, public
from chassis.settings import Settings
from chassis.settings.groups import MetricsSettings, ServerSettings
from chassis.web.routing.every_route import every_route
from tests.chassis.auth.guarded import router
from tests.chassis.auth.pairs import ed25519
from tests.chassis.web.callers.handshakes import handshake
from tests.support.callers import acting_as, bearer, with_auth
from tests.support.clients import Client
from tests.support.composition import StartApp

PUBLIC = {
    "/.well-known/jwks.json",
    "/docs",
    "/docs/favicon-32x32.png",
    "/docs/start.js",
    "/docs/swagger-ui-bundle.js",
    "/docs/swagger-ui.css",
    "/health",
    "/health/live",
    "/health/ready",
    "/metrics",
    "/open",
    "/openapi.json",
}


@pytest.fixture
async def app(start_app: StartApp, settings: Settings) -> FastAPI:
    """With all that it can serve."""
    parts = {
        "metrics": MetricsSettings(enabled=True, port=None),
        "server": ServerSettings(docs=True),
    }
    told = with_auth(settings, keys=[ed25519()], required=True).model_copy(update=parts)
    app: FastAPI = await start_app(told)
    app.include_router(router, prefix="/v1")
    app.include_router(router)
    app.router.routes += [
        Route("/starlettes", PlainTextResponse("secret")),
        Mount("/files", PlainTextResponse("secret")),
    ]
    return app


async def asked(client: Client, method: str, path: str) -> httpx.Response:
    return await client.request(method, path.replace("{", "").replace("}", ""))


async def test_every_route_is_guarded_or_known_to_be_public(app: FastAPI, client: Client) -> None:
    found = set()
    for path, route in every_route(app.routes):
        for method in route.methods or ():
            answer = await asked(client, method, path)
            if is_public(route.endpoint):
                assert answer.status_code == 200, path
                found.add(path.removeprefix("/v1"))
            else:
                assert answer.status_code == 401, path
                assert answer.headers["WWW-Authenticate"] == "Bearer"

    assert found == PUBLIC


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/nothing"),
        ("GET", "/files/secret"),
        ("GET", "/open/"),
        ("GET", "//open"),
        ("GET", "/%6Fpen/.."),
        ("POST", "/open"),
        ("OPTIONS", "/plain"),
        ("HEAD", "/plain"),
        ("GET", "/docs/secret"),
    ],
)
async def test_what_is_not_known_to_be_public_is_guarded(
    client: Client, method: str, path: str
) -> None:
    assert (await client.request(method, path)).status_code == 401


async def test_the_head_of_a_public_route_is_public(client: Client) -> None:
    assert (await client.head("/open")).status_code == 200


async def test_who_says_who_it_is_passes(app: FastAPI, client: Client) -> None:
    headers = acting_as(app.state.settings, "ada")
    assert (await client.get("/plain", headers=headers)).status_code == 200
    assert (await client.get("/nothing", headers=headers)).status_code == 404


async def test_a_wrong_token_is_refused_before_the_route(client: Client) -> None:
    answer = await client.get("/plain", headers=bearer("wrong"))
    assert answer.headers["WWW-Authenticate"] == 'Bearer error="invalid_token"'
    assert answer.json()["type"] == "/problems/invalid-token"


async def test_a_route_that_comes_later_is_guarded_whatever_it_says(
    app: FastAPI, client: Client
) -> None:
    assert (await client.get("/open")).status_code == 200

    @app.get("/later")
    @public
    async def read_later() -> None:
        """Added while the service runs."""

    assert (await client.get("/later")).status_code == 401


async def test_a_handshake_is_guarded_too(app: FastAPI) -> None:
    refused, *_ = await handshake(app, "/socket", {})
    assert refused["status"] == 401
    accepted, *_ = await handshake(app, "/socket", acting_as(app.state.settings, "ada"))
    assert accepted["type"] == "websocket.accept"


async def test_the_document_says_that_every_operation_asks(app: FastAPI) -> None:
    paths = app.openapi()["paths"]
    assert paths["/plain"]["get"]["security"] == [{"Bearer": []}]
    assert paths["/perhaps"]["get"]["security"] == [{"Bearer": []}]
    assert "security" not in paths["/open"]["get"]
    assert "security" not in paths["/health/live"]["get"]
