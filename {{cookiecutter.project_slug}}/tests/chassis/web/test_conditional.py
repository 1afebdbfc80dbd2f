"""Conditional requests: what `If-Match` and `If-None-Match` mean for a row of version 3."""

import pytest
from fastapi import FastAPI, Request, Response
from sqlalchemy.orm.exc import StaleDataError

from chassis.web.conditional import matching, not_modified, tagged, tags
from chassis.web.types import Output
from tests.chassis.database.things import Thing
from tests.support.clients import Client, client_of
from tests.support.composition import StartApp
from tests.support.settings import make_settings

SHOP = "https://shop.example"


class ThingRead(Output):
    name: str


@pytest.fixture
async def app(app: FastAPI) -> FastAPI:
    """A thing of version 3. Changing it fails midway when its name is to be `stale`."""
    thing = Thing(name="old", version=3)

    @app.get("/thing", response_model=ThingRead, responses=tags(200, 304))
    async def read(request: Request, response: Response) -> Thing | Response:
        return not_modified(thing, request) or tagged(thing, response)

    @app.patch("/thing", response_model=ThingRead, responses=tags(200))
    async def change(request: Request, response: Response, name: str) -> Thing:
        with matching(thing, request):
            if name == "stale":
                raise StaleDataError
            thing.name = name
        return tagged(thing, response)

    return app


async def name_of(client: Client) -> str:
    return str((await client.get("/thing")).json()["name"])


async def test_an_answer_names_its_version_and_may_be_kept_but_not_used_unasked(
    client: Client,
) -> None:
    for response in (await client.get("/thing"), await client.patch("/thing?name=new")):
        assert response.status_code == 200
        assert response.headers["etag"] == '"3"'
        assert response.headers.get_list("cache-control") == ["no-cache"]


MATCHING = [
    '"3"',
    "*",
    " * ",
    '"2", "3"',
    '"3","9"',
    ', "3" ,,',
    '\t"3"\t',
    'W/"3", "3"',
    '"a,b", "3"',
]
OTHERS = [
    '"2"',
    'W/"3"',
    '"2", "4"',
    '"33"',
    '""',
    # What cannot be read, or is no tag
    "3",
    "'3'",
    '"3',
    '3"',
    "",
    ",",
    "**",
    '*, "2"',
    '"*"',
    '"\xff"',
    '"a,3,b"',
    '" 3"',
    'w/"2"',
]


@pytest.mark.parametrize("condition", MATCHING)
async def test_a_change_of_the_named_version_is_made(client: Client, condition: str) -> None:
    headers = {"If-Match": condition}

    response = await client.patch("/thing?name=new", headers=headers)

    assert (response.status_code, response.json()) == (200, {"name": "new"})
    assert (await client.get("/thing", headers=headers)).status_code == 200


@pytest.mark.parametrize("condition", OTHERS)
async def test_a_change_of_another_version_is_refused(client: Client, condition: str) -> None:
    headers = {b"If-Match": condition.encode("latin-1")}

    for response in (
        await client.patch("/thing?name=new", headers=headers),
        await client.get("/thing", headers=headers),
    ):
        assert response.status_code == 412
        assert response.json()["type"] == "/problems/precondition-failed"
        assert response.headers["cache-control"] == "no-store"
    assert await name_of(client) == "old"


async def test_a_condition_may_be_spread_over_header_lines(client: Client) -> None:
    lines = [("If-Match", '"2"'), ("If-Match", '"3"')]

    assert (await client.patch("/thing?name=new", headers=lines)).status_code == 200


async def test_a_change_that_must_be_the_first_is_refused(client: Client) -> None:
    for condition in ("*", '"3"', 'W/"3"'):
        response = await client.patch("/thing?name=new", headers={"If-None-Match": condition})
        assert response.status_code == 412
    assert await name_of(client) == "old"

    response = await client.patch("/thing?name=new", headers={"If-None-Match": '"2"'})
    assert response.status_code == 200


@pytest.mark.parametrize("condition", [*MATCHING, 'W/"3"', 'W/"2", W/"3"'])
async def test_what_a_client_has_already_is_not_sent_again(client: Client, condition: str) -> None:
    response = await client.get("/thing", headers={"If-None-Match": condition})

    assert (response.status_code, response.content) == (304, b"")
    assert response.headers["etag"] == '"3"'
    assert response.headers.get_list("cache-control") == ["no-cache"]
    assert not {"content-type", "content-length"} & set(response.headers)
    assert response.headers["x-request-id"]


@pytest.mark.parametrize("condition", [c for c in OTHERS if c != 'W/"3"'])
async def test_what_a_client_does_not_have_is_sent(client: Client, condition: str) -> None:
    headers = {b"If-None-Match": condition.encode("latin-1")}

    response = await client.get("/thing", headers=headers)

    assert (response.status_code, response.json()) == (200, {"name": "old"})


async def test_if_match_is_decided_before_if_none_match(client: Client) -> None:
    headers = {"If-Match": '"2"', "If-None-Match": '"3"'}

    assert (await client.get("/thing", headers=headers)).status_code == 412


@pytest.mark.parametrize(
    ("headers", "status", "problem"),
    [
        ({"If-Match": '"3"'}, 412, "/problems/precondition-failed"),
        ({"If-Match": "*"}, 412, "/problems/precondition-failed"),
        ({}, 409, "/problems/conflict"),
    ],
)
async def test_a_change_that_comes_too_late_fails_the_condition_if_there_is_one(
    client: Client, headers: dict[str, str], status: int, problem: str
) -> None:
    response = await client.patch("/thing?name=stale", headers=headers)

    assert (response.status_code, response.json()["type"]) == (status, problem)


async def test_the_document_names_the_tag_and_304(app: FastAPI) -> None:
    operation = app.openapi()["paths"]["/thing"]["get"]

    assert operation["responses"]["304"]["description"] == "Not Modified"
    assert "content" not in operation["responses"]["304"]
    for status in ("200", "304"):
        assert operation["responses"][status]["headers"]["ETag"]["schema"] == {"type": "string"}


async def test_a_script_of_another_origin_may_read_and_send_tags(
    start_app: StartApp, database_url: str
) -> None:
    cors = {"origins": [SHOP]}
    app = await start_app(make_settings(database={"url": database_url}, cors=cors))
    async with client_of(app) as client:
        preflight = await client.options(
            "/health",
            headers={
                "Origin": SHOP,
                "Access-Control-Request-Method": "PATCH",
                "Access-Control-Request-Headers": "if-match, if-none-match",
            },
        )
        response = await client.get("/health/live", headers={"Origin": SHOP})

    assert preflight.status_code == 200
    assert "ETag" in response.headers["access-control-expose-headers"].split(", ")
