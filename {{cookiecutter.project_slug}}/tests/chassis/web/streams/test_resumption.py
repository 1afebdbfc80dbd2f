"""A client that comes back says what it has seen."""

from typing import Annotated

import pytest
from fastapi import FastAPI

from chassis.web.streams.resumption import last_event_id
from tests.support.clients import Client


@pytest.mark.parametrize(
    ("sent", "place"), [("7", 7), (" 7 ", 7), ("", None), ("elsewhere", None), (None, None)]
)
async def test_a_place_that_is_none_is_the_beginning(
    app: FastAPI, client: Client, sent: str | None, place: int | None
) -> None:
    @app.get("/place")
    async def found(place: Annotated[int | None, last_event_id(int)]) -> int | None:
        return place

    headers = {} if sent is None else {"Last-Event-ID": sent}
    response = await client.get("/place", headers=headers)

    assert (response.status_code, response.json()) == (200, place)
