"""Only requests for this service are answered, except by health."""

import pytest
from fastapi import FastAPI

from tests.support.clients import Client, client_of
from tests.support.composition import StartApp
from tests.support.settings import make_settings

HOSTS = ["shop.example", "*.Shop.example", "[::1]"]


@pytest.fixture
async def app(start_app: StartApp, database_url: str) -> FastAPI:
    settings = make_settings(database={"url": database_url}, server={"trusted_hosts": HOSTS})
    app: FastAPI = await start_app(settings)
    return app


@pytest.mark.parametrize(
    "host",
    ["shop.example", "SHOP.example:8000", "api.shop.example", "a.b.shop.example:1", "[::1]:8000"],
)
async def test_a_host_of_ours_is_answered(client: Client, host: str) -> None:
    assert (await client.get("/openapi.json", headers={"Host": host})).status_code == 200


@pytest.mark.parametrize(
    "host", ["evil.example", "shop.example.evil", "evilshop.example", "", "10.0.0.1", "[::2]:1"]
)
async def test_any_other_is_refused_as_a_problem(client: Client, host: str) -> None:
    response = await client.get("/openapi.json", headers={"Host": host})

    assert response.status_code == 400
    assert response.headers["content-type"] == "application/problem+json"
    assert response.json()["type"] == "/problems/wrong-host"
    assert "x-request-id" in response.headers


@pytest.mark.parametrize("path", ["/health", "/health/live", "/health/ready"])
async def test_a_probe_may_ask_by_address(client: Client, path: str) -> None:
    assert (await client.get(path, headers={"Host": "10.1.2.3:8000"})).status_code == 200


async def test_by_default_every_host_is_ours(start_app: StartApp, database_url: str) -> None:
    async with client_of(await start_app(make_settings(database={"url": database_url}))) as client:
        assert (await client.get("/openapi.json", headers={"Host": "any"})).status_code == 200
