"""Pages over HTTP: the link to the next one, whatever the request looked like."""

from typing import Annotated, Any
from urllib.parse import quote

import httpx
import pytest
from fastapi import FastAPI, Query, Request, Response

from chassis.database.paging.cursors import LONGEST_CURSOR
from chassis.database.paging.keyset import Page
from chassis.web.pagination import MAX_LIMIT, PageOf, PageQuery, link_next
from chassis.web.types import Name, Output
from tests.support.clients import Client

CURSOR = "WyJpZCIsMSwyXQ"


class Thing(Output):
    name: str


class ThingQuery(PageQuery):
    name: Name | None = None


@pytest.fixture
async def app(app: FastAPI) -> FastAPI:
    """Lists of two pages: the one asked for with the cursor is the last."""

    @app.get("/things", response_model=PageOf[Thing])
    @app.get("/shelves/{shelf}/things", response_model=PageOf[Thing])
    async def list_things(
        query: Annotated[ThingQuery, Query()], request: Request, response: Response
    ) -> Any:
        page: Page[Any] = Page([Thing(name="t")], None if query.cursor == CURSOR else CURSOR)
        link_next(page, request, response)
        return page

    return app


async def test_a_page_names_the_next_one(client: Client) -> None:
    response = await client.get("/things")

    assert response.json() == {"items": [{"name": "t"}], "next_cursor": CURSOR}
    assert response.headers["link"] == f'</things?cursor={CURSOR}>; rel="next"'


async def test_the_last_page_names_none(client: Client) -> None:
    response = await client.get(f"/things?cursor={CURSOR}")

    assert response.json()["next_cursor"] is None
    assert "link" not in response.headers


async def test_the_link_keeps_the_filters_and_replaces_the_cursor(client: Client) -> None:
    response = await client.get("/things?name=a%26b%3E%22%20c%C3%A9&cursor=WyJvbGQiXQ&limit=2")

    link = response.links["next"]["url"]
    assert dict(httpx.URL(link).params) == {"name": 'a&b>" cé', "cursor": CURSOR, "limit": "2"}


@pytest.mark.parametrize("shelf", ["a b", "ä", "€", 'x>; rel="next', "?", "#", "%"])
async def test_the_link_leads_to_the_next_page_of_the_same_list(client: Client, shelf: str) -> None:
    response = await client.get(f"/shelves/{quote(shelf)}/things")

    followed = await client.get(response.links["next"]["url"])

    assert followed.status_code == 200
    assert followed.url.path == f"/shelves/{shelf}/things"
    assert followed.json()["next_cursor"] is None


async def test_no_host_header_gets_into_the_link(client: Client) -> None:
    for host in ("evil.example", "evil.example:99", ""):
        response = await client.get("/things", headers={"Host": host, "X-Forwarded-Host": host})

        assert response.headers["link"] == f'</things?cursor={CURSOR}>; rel="next"'


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("limit=1", 200),
        (f"limit={MAX_LIMIT}", 200),
        (f"limit={MAX_LIMIT + 1}", 422),
        ("limit=0", 422),
        ("limit=-1", 422),
        ("limit=1.5", 422),
        ("limit=", 422),
        ("limit=99999999999999999999", 422),
        ("cursor=" + CURSOR.ljust(LONGEST_CURSOR, "x"), 200),
        ("cursor=" + CURSOR.ljust(LONGEST_CURSOR + 1, "x"), 422),
        ("cursor=", 422),
        ("cursor=../..", 422),
        ("cursor=%00", 422),
        ("offset=10", 422),
    ],
)
async def test_the_parameters_are_bounded(client: Client, query: str, status: int) -> None:
    response = await client.get(f"/things?{query}")

    assert response.status_code == status
    if status == 422:
        name = query.partition("=")[0]
        assert response.json()["errors"][0]["loc"] == ["query", name]


def test_a_page_has_fifty_items_unless_asked_otherwise() -> None:
    assert PageQuery().limit == 50
