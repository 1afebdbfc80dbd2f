"""Headers that keep a browser from taking data for a page; on every response, see `test_stack`."""

from fastapi import FastAPI, Response

from tests.conftest import Client


async def test_a_route_sets_its_own_value_instead(app: FastAPI, client: Client) -> None:
    @app.get("/cached")
    async def cached(response: Response) -> None:
        response.headers["Cache-Control"] = "public, max-age=60"

    response = await client.get("/cached")

    assert response.headers.get_list("cache-control") == ["public, max-age=60"]
    assert response.headers["x-content-type-options"] == "nosniff"


async def test_nothing_says_what_the_service_runs_on(client: Client) -> None:
    response = await client.get("/nowhere")

    assert not {"server", "x-powered-by"} & set(response.headers)
