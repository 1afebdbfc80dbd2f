"""The page on callers: its routes and its test do what it says."""

import pytest
from fastapi import FastAPI

from chassis.settings import Settings
from tests.chassis.documents.pages import Page
from tests.support.callers import acting_as, with_keys
from tests.support.clients import Client, client_of
from tests.support.composition import StartApp

PAGE = Page("who-calls.md").load()


@pytest.fixture
async def app(start_app: StartApp, settings: Settings) -> FastAPI:
    started: FastAPI = await start_app(with_keys(settings))
    started.include_router(PAGE.router)
    return started


async def test_the_test_of_the_page_passes(app: FastAPI) -> None:
    await PAGE.test_a_basket_is_put_by_who_may_write_baskets(app)


@pytest.mark.parametrize(
    ("method", "path", "scopes", "status"),
    [
        ("GET", "mine", None, 401),
        ("GET", "mine", [], 200),
        ("DELETE", "mine", ["baskets:write"], 403),
        ("DELETE", "mine", ["baskets:write", "baskets:delete"], 200),
        ("GET", "offers", None, 200),
        ("GET", "offers", [], 200),
        ("GET", "prices", None, 200),
    ],
)
async def test_the_guards_of_the_page_let_pass_whom_it_says(
    app: FastAPI, method: str, path: str, scopes: list[str] | None, status: int
) -> None:
    headers = {} if scopes is None else acting_as(app.state.settings, "ada", *scopes)
    async with client_of(app) as client:
        answer = await client.request(method, f"/v1/baskets/{path}", headers=headers)
    assert answer.status_code == status


async def test_callers_are_told_by_their_names(client: Client, app: FastAPI) -> None:
    headers = acting_as(app.state.settings, "ada")
    assert (await client.get("/v1/baskets/mine", headers=headers)).json() == "the basket of ada"
    assert (await client.get("/v1/baskets/offers", headers=headers)).json() == "your offers"
    assert (await client.get("/v1/baskets/offers")).json() == "offers"
