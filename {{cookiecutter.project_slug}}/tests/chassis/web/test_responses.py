"""Responses that a handler makes itself are those that the framework would make."""

from uuid import UUID

import pytest
from fastapi import FastAPI, Response

from chassis.web.conditional import tagged
from chassis.web.responses import created
from chassis.web.types import Output
from tests.chassis.database.things import Colour, Thing
from tests.support.clients import Client


class ThingRead(Output):
    id: UUID
    name: str
    colour: Colour
    notes: object


THING = Thing(
    id=UUID(int=7), name='"Lämp" 💡', colour=Colour.DARK_BLUE, notes={"a": [1, None]}, version=3
)


@pytest.fixture
async def app(app: FastAPI) -> FastAPI:
    @app.get("/theirs", status_code=201, response_model=ThingRead)
    async def theirs(response: Response) -> Thing:
        response.headers["Location"] = "/things/7"
        return tagged(THING, response)

    @app.get("/ours", status_code=201, response_model=ThingRead)
    async def ours() -> Response:
        return created(THING, ThingRead, "/things/7")

    return app


async def test_what_was_created_is_answered_as_the_framework_does(client: Client) -> None:
    theirs, ours = await client.get("/theirs"), await client.get("/ours")

    assert (ours.status_code, ours.content) == (201, theirs.content)
    for name in ("content-type", "content-length", "location", "etag", "cache-control"):
        assert ours.headers.get_list(name) == theirs.headers.get_list(name)
    assert ours.headers["location"] == "/things/7"
