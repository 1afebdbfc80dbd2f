"""Which browser origins may call, and what they may read."""

import pytest

from tests.support.clients import Client, client_of
from tests.support.composition import StartApp
from tests.support.settings import make_settings

SHOP = "https://shop.example"
EVIL = "https://evil.example"


async def start(start_app: StartApp, database_url: str, **cors: object) -> Client:
    settings = make_settings(database={"url": database_url}, cors=cors)
    return client_of(await start_app(settings))


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "PATCH", "DELETE"])
async def test_a_preflight_of_an_allowed_origin_succeeds(
    start_app: StartApp, database_url: str, method: str
) -> None:
    async with await start(start_app, database_url, origins=[SHOP]) as client:
        response = await client.options(
            "/health",
            headers={
                "Origin": SHOP,
                "Access-Control-Request-Method": method,
                "Access-Control-Request-Headers": "authorization, content-type, x-request-id",
            },
        )

    assert response.status_code == 200
    assert response.headers["access-control-allow-origin"] == SHOP
    assert method in response.headers["access-control-allow-methods"]


async def test_an_unknown_origin_gets_no_permission(start_app: StartApp, database_url: str) -> None:
    async with await start(start_app, database_url, origins=[SHOP]) as client:
        headers = {"Origin": EVIL, "Access-Control-Request-Method": "GET"}
        preflight = await client.options("/health/live", headers=headers)
        response = await client.get("/health/live", headers={"Origin": EVIL})

    assert preflight.status_code == 400
    assert response.status_code == 200
    for answer in (preflight, response):
        assert "access-control-allow-origin" not in answer.headers


async def test_a_script_may_read_the_headers_that_clients_need(
    start_app: StartApp, database_url: str
) -> None:
    async with await start(start_app, database_url, origins=[SHOP]) as client:
        response = await client.get("/health/live", headers={"Origin": SHOP})

    exposed = set(response.headers["access-control-expose-headers"].split(", "))
    assert exposed >= {"Link", "Location", "Retry-After", "WWW-Authenticate", "X-Response-Time"}
    assert "X-Request-ID" in exposed
    assert response.headers["vary"] == "Origin"


async def test_any_origin_is_allowed_by_a_star_but_never_with_credentials(
    start_app: StartApp, database_url: str
) -> None:
    async with await start(start_app, database_url, origins=["*"]) as client:
        headers = {"Origin": EVIL, "Cookie": "session=1"}
        response = await client.get("/health/live", headers=headers)

    assert response.headers["access-control-allow-origin"] == "*"
    assert "access-control-allow-credentials" not in response.headers


async def test_credentials_are_allowed_for_the_named_origins(
    start_app: StartApp, database_url: str
) -> None:
    async with await start(start_app, database_url, origins=[SHOP], credentials=True) as client:
        response = await client.get("/health/live", headers={"Origin": SHOP})

    assert response.headers["access-control-allow-origin"] == SHOP
    assert response.headers["access-control-allow-credentials"] == "true"


async def test_without_origins_there_is_no_cors(start_app: StartApp, database_url: str) -> None:
    async with await start(start_app, database_url) as client:
        response = await client.get("/health/live", headers={"Origin": SHOP})

    assert "access-control-allow-origin" not in response.headers
