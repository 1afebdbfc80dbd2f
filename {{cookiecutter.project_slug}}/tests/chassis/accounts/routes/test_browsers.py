"""The refresh token in a cookie, which no script reads and no other site's page uses."""

import asyncio
from collections.abc import AsyncIterator
from http.cookies import SimpleCookie
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from chassis.database.session import Database
from chassis.settings import Settings
from tests.chassis.accounts.people import Person, add_user, problem
from tests.support.clients import Client

REFRESH = "/v1/auth/sessions/refresh"
OURS = {"Sec-Fetch-Site": "same-origin", "Origin": "https://shop.example"}


@pytest.fixture
def auth() -> dict[str, Any]:
    return {"refresh_cookie": True}


@pytest.fixture
def settings(settings: Settings) -> Settings:
    cors = settings.cors.model_copy(
        update={"origins": ["https://app.shop.example", "*"], "credentials": False}
    )
    return settings.model_copy(update={"cors": cors})


@pytest.fixture
async def browser(app: FastAPI) -> AsyncIterator[Client]:
    """Keeps cookies, also those that are for HTTPS alone."""
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="https://shop.example") as client:
        yield client


@pytest.fixture
async def ada(browser: Client, database: Database) -> Person:
    await add_user(database, "ada@shop.example")
    ada = Person(browser, "ada@shop.example")
    assert (await ada.sign_in(cookie=True)).status_code == 201
    return ada


async def test_the_cookie_is_for_refreshing_alone(browser: Client, database: Database) -> None:
    await add_user(database, "ada@shop.example")

    response = await Person(browser, "ada@shop.example").sign_in(cookie=True)

    assert response.json()["refresh_token"] is None
    (cookie,) = SimpleCookie(response.headers["set-cookie"]).values()
    assert cookie.key == "__Secure-refresh_token"
    assert cookie.value.startswith("rtoken_")
    assert (cookie["path"], cookie["max-age"]) == ("/v1/auth/sessions", "604800")
    assert cookie["httponly"]
    assert cookie["secure"]
    assert cookie["samesite"] == "strict"


async def test_a_page_refreshes_by_its_cookie(ada: Person, browser: Client) -> None:
    first = browser.cookies["__Secure-refresh_token"]

    response = await browser.post(REFRESH, headers=OURS)

    assert response.status_code == 200
    assert response.json()["refresh_token"] is None
    assert browser.cookies["__Secure-refresh_token"] != first
    assert (await browser.post(REFRESH, headers=OURS)).status_code == 200


async def test_pages_that_refresh_at_once_all_keep_a_cookie_that_is_good(
    ada: Person, browser: Client
) -> None:
    responses = await asyncio.gather(*(browser.post(REFRESH, headers=OURS) for _ in range(10)))

    assert {it.status_code for it in responses} == {200}
    assert len({it.headers["set-cookie"].partition(";")[0] for it in responses}) == 1
    assert (await browser.post(REFRESH, headers=OURS)).status_code == 200


async def test_a_refresh_that_is_refused_does_not_take_the_cookie(
    ada: Person, browser: Client, sql: Any
) -> None:
    await sql.execute("UPDATE auth_sessions SET revoked_at = now()")

    refused = await browser.post(REFRESH, headers=OURS)

    assert problem(refused) == (401, "session-ended")
    assert "set-cookie" not in refused.headers


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Sec-Fetch-Site": "same-origin"}, 200),
        ({"Origin": "https://shop.example"}, 200),
        ({"Sec-Fetch-Site": "same-site", "Origin": "https://app.shop.example"}, 200),
        ({"Sec-Fetch-Site": "same-site", "Origin": "https://other.shop.example"}, 403),
        ({"Sec-Fetch-Site": "cross-site", "Origin": "https://evil.example"}, 403),
        ({"Sec-Fetch-Site": "cross-site", "Origin": "https://shop.example"}, 403),
        ({"Sec-Fetch-Site": "none"}, 403),
        ({"Origin": "https://evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({}, 403),
    ],
)
async def test_a_page_of_another_site_does_not_use_the_cookie(
    ada: Person, browser: Client, sql: Any, headers: dict[str, str], status: int
) -> None:
    response = await browser.post(REFRESH, headers=headers)

    assert response.status_code == status
    assert await sql.fetchval("SELECT generation FROM auth_sessions") == (status == 200)


async def test_signing_out_drops_the_cookie(ada: Person, browser: Client) -> None:
    for path in ("/v1/auth/sessions/current", "/v1/auth/sessions"):
        await ada.sign_in(cookie=True)

        response = await ada.ask("DELETE", path)

        assert response.status_code == 204
        assert "Max-Age=0" in response.headers["set-cookie"]
        assert not browser.cookies


async def test_without_a_cookie_nobody_is_signed_in(browser: Client) -> None:
    assert problem(await browser.post(REFRESH, headers=OURS)) == (401, "session-ended")


class TestSwitchedOff:
    @pytest.fixture
    def auth(self) -> dict[str, Any]:
        return {}

    async def test_no_cookie_is_kept(self, browser: Client, database: Database) -> None:
        await add_user(database, "ada@shop.example")
        ada = Person(browser, "ada@shop.example")

        assert problem(await ada.sign_in(cookie=True)) == (403, "forbidden")
        assert (await ada.sign_in()).status_code == 201
        signed_out = await ada.ask("DELETE", "/v1/auth/sessions/current")
        assert "set-cookie" not in signed_out.headers
