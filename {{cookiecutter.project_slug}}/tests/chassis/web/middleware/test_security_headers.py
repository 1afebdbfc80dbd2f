"""Headers that keep a browser from taking data for a page; on every response, see `test_stack`."""

import httpx
import pytest
from fastapi import FastAPI, Response

from tests.support.clients import Client


async def test_a_route_sets_its_own_value_instead(app: FastAPI, client: Client) -> None:
    @app.get("/cached")
    async def cached(response: Response) -> None:
        response.headers["Cache-Control"] = "public, max-age=60"

    response = await client.get("/cached")

    assert response.headers.get_list("cache-control") == ["public, max-age=60"]
    assert response.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize(("scheme", "sent"), [("http", None), ("https", "max-age=31536000")])
async def test_a_browser_that_came_by_https_stays_with_it(
    app: FastAPI, scheme: str, sent: str | None
) -> None:
    transport = httpx.ASGITransport(app)
    async with Client(transport=transport, base_url=f"{scheme}://test") as client:
        response = await client.get("/health/live")

    assert response.headers.get("strict-transport-security") == sent


async def test_nothing_says_what_the_service_runs_on(client: Client) -> None:
    response = await client.get("/nowhere")

    assert not {"server", "x-powered-by"} & set(response.headers)
