"""The header `Idempotency-Key`: how it may be written, and what is told of it."""

import re
from typing import Any

import pytest
from fastapi import FastAPI, Request, Response
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.problems import AlreadyExists
from chassis.web.idempotency import Once, read_key
from chassis.web.openapi import describe_api, problems
from chassis.web.types import Output
from tests.support.clients import Client, client_of
from tests.support.composition import ReadLog, StartApp
from tests.support.settings import make_settings

SHOP = "https://shop.example"
KEY = "8e03978e-40d5-43dd-bc93-6894a57f9324"


class ThingRead(Output):
    name: str


async def answer(_: AsyncSession) -> Response:
    return Response("{}", media_type="application/json")


@pytest.fixture
async def app(app: FastAPI) -> FastAPI:
    """Two routes that take a key: without a body, and with a conflict of its own."""

    @app.post("/bare")
    async def bare(once: Once) -> Response:
        return await once.run(answer)

    @app.post(
        "/things", status_code=201, response_model=ThingRead, responses=problems(AlreadyExists)
    )
    async def create(once: Once) -> Response:
        return await once.run(answer)

    return app


def documented() -> dict[str, Any]:
    """The schema of the header in the document."""
    app = FastAPI()
    describe_api(app)
    app.post("/")(take_key)
    (parameter,) = app.openapi()["paths"]["/"]["post"]["parameters"]
    schema: dict[str, Any] = parameter["schema"]
    return schema


async def take_key(once: Once) -> None: ...


def request_with(*values: bytes) -> Request:
    headers = [(b"idempotency-key", value) for value in values]
    return Request({"type": "http", "headers": headers})


def test_without_the_header_there_is_no_key() -> None:
    assert read_key(request_with()) is None


@pytest.mark.parametrize(
    ("written", "key"),
    [
        (KEY.encode(), KEY),
        (f'"{KEY}"'.encode(), KEY),
        (b" \tkey ", "key"),
        (b"0", "0"),
        (b"a:b/c=d;e", "a:b/c=d;e"),
        (b'"a, b"', "a, b"),
        (rb'"say \"so\" \\"', r"say \"so\" \\"),
        (b"x" * 255, "x" * 255),
        (b'"%b"' % (b"x" * 255), "x" * 255),
    ],
)
def test_a_key_may_be_written_with_quotes_and_without(written: bytes, key: str) -> None:
    assert read_key(request_with(written)) == key
    assert re.search(documented()["pattern"], written.decode().strip(" \t"))


@pytest.mark.parametrize(
    "lines",
    [
        [b""],
        [b'""'],
        [b'"'],
        [b'"open'],
        [b'open"'],
        [b'in"side'],
        [rb"back\slash"],
        [rb'"\n"'],
        [b"two words"],
        [b"one,two"],
        [b'"one", "two"'],
        [b'"one";parameter'],
        [b"\xe9"],
        [b"a\tb"],
        [b"x" * 256],
        [b'"%b"' % (b"x" * 256)],
        [b"one", b"two"],
        [b"same", b"same"],
    ],
)
async def test_what_is_no_key_is_refused_and_nothing_is_done(
    client: Client, lines: list[bytes]
) -> None:
    response = await client.post("/bare", headers=[(b"idempotency-key", line) for line in lines])

    pattern = documented()["pattern"]
    assert len(lines) > 1 or not re.search(pattern, lines[0].decode("latin-1"))
    assert response.status_code == 400
    assert response.json()["type"] == "/problems/malformed-request"
    assert "Idempotency-Key" in response.json()["detail"]


async def test_that_an_answer_was_given_again_is_logged_without_the_whole_key(
    client: Client, read_log: ReadLog
) -> None:
    for _ in range(2):
        await client.post("/bare", headers={"Idempotency-Key": KEY})

    (line,) = read_log("answered again")
    assert line["idempotency_key"] == "8e03978e-..."
    assert line["request_id"]


async def test_the_document_tells_of_the_header_and_of_its_answers(app: FastAPI) -> None:
    paths = app.openapi()["paths"]

    for path, status in (("/bare", "200"), ("/things", "201")):
        operation = paths[path]["post"]
        assert [it["name"] for it in operation["parameters"]] == ["Idempotency-Key"]
        assert operation["description"].endswith("same `Idempotency-Key`, it is done once.")
        assert {status, "400", "409", "422", "default"} == set(operation["responses"])
        assert "Idempotent-Replayed" in operation["responses"][status]["headers"]
    conflicts = [
        paths[path]["post"]["responses"]["409"]["description"]
        for path in paths
        if path in {"/bare", "/things"}
    ]
    assert conflicts == ["Request in progress", "Already exists / Request in progress"]


async def test_the_key_that_the_document_has_as_an_example_is_taken(client: Client) -> None:
    (example,) = documented()["examples"]

    for replayed in (None, "true"):
        response = await client.post("/bare", headers={"Idempotency-Key": example})
        assert response.status_code == 200
        assert response.headers.get("idempotent-replayed") == replayed


async def test_a_script_of_another_origin_may_send_a_key_and_see_that_it_was_known(
    start_app: StartApp, database_url: str
) -> None:
    cors: dict[str, Any] = {"origins": [SHOP]}
    app = await start_app(make_settings(database={"url": database_url}, cors=cors))
    async with client_of(app) as client:
        preflight = await client.options(
            "/health",
            headers={
                "Origin": SHOP,
                "Access-Control-Request-Method": "POST",
                "Access-Control-Request-Headers": "idempotency-key",
            },
        )
        response = await client.get("/health/live", headers={"Origin": SHOP})

    assert preflight.status_code == 200
    exposed = response.headers["access-control-expose-headers"].split(", ")
    assert "Idempotent-Replayed" in exposed
