"""What a client sent and should not have: told where and why, and never repeated."""

from typing import Annotated

import pytest
from fastapi import FastAPI, Query

from chassis.web.types import Input
from tests.support.clients import Client

JSON = {"Content-Type": "application/json"}
SECRET = "correct horse battery staple"


class Login(Input):
    name: Annotated[str, Query(max_length=20)]
    pin: int


class Filters(Input):
    limit: int = 1


@pytest.fixture
async def app(app: FastAPI) -> FastAPI:
    @app.post("/login")
    async def login(body: Login) -> str:
        return body.name

    @app.post("/numbers")
    async def numbers(body: list[int]) -> int:
        return len(body)

    @app.get("/search")
    async def search(query: Annotated[Filters, Query()]) -> int:
        return query.limit

    return app


async def test_the_answer_says_where_and_why(client: Client) -> None:
    response = await client.post("/login", json={"name": 5, "pin": 1})

    assert response.status_code == 422
    assert response.headers["content-type"] == "application/problem+json"
    body = response.json()
    assert (body["type"], body["title"]) == ("/problems/invalid-request", "Invalid request")
    assert body["errors"] == [
        {"loc": ["body", "name"], "msg": "Input should be a valid string", "type": "string_type"}
    ]


@pytest.mark.parametrize(
    "body",
    [
        {"name": SECRET, "pin": 1},
        {"name": "n", "pin": SECRET},
        {"name": {"deep": [SECRET]}, "pin": 1},
        [SECRET],
        SECRET,
        {"name": (SECRET + " ") * 1_000, "pin": 1},
    ],
)
async def test_no_input_is_repeated(client: Client, body: object) -> None:
    response = await client.post("/login", json=body)

    assert response.status_code == 422
    assert "horse" not in response.text
    assert len(response.content) < 600


@pytest.mark.parametrize(
    "content",
    [
        b'{"name": "n", "pin": NaN}',
        b'{"name": "n", "pin": -Infinity}',
        b'{"name": "\\ud800", "pin": 1}',
        b'{"name": "n", "pin": 1, "\\ud800": 1}',
        b'{"name": "n", "pin": 1, "\\u0000": 1}',
        b'{"name": "n", "pin": "\\udfff"}',
        b"[" * 500 + b"]" * 500,
        b"null",
        b"[]",
        b"",
    ],
)
async def test_json_that_cannot_be_meant_is_refused(client: Client, content: bytes) -> None:
    response = await client.post("/login", content=content, headers=JSON)

    assert response.status_code == 422
    assert response.json()["type"] == "/problems/invalid-request"
    assert response.json()["errors"]


@pytest.mark.parametrize(
    "content",
    [
        b"{",
        b"{'name': 1}",
        b'{"name": "n"} extra',
        b'{"name": "\xff", "pin": 1}',
        b"\xff\xfe",
        b'{"a":' * 100_000 + b"1" + b"}" * 100_000,
        b'{"name": "n", "pin": ' + b"9" * 5_000 + b"}",
    ],
)
async def test_what_is_no_json_is_malformed(client: Client, content: bytes) -> None:
    response = await client.post("/login", content=content, headers=JSON)

    assert response.status_code == 400
    assert response.headers["content-type"] == "application/problem+json"
    assert response.json()["type"] == "/problems/malformed-request"
    assert "errors" not in response.json()


async def test_a_body_that_is_missing_is_a_missing_value(client: Client) -> None:
    response = await client.post("/login")

    assert response.status_code == 422
    assert response.json()["errors"][0]["type"] == "missing"


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Content-Type": ""},
        {"Content-Type": "text/plain"},
        {"Content-Type": "application/x-www-form-urlencoded"},
        {"Content-Type": "application/xml"},
    ],
)
async def test_a_body_that_is_not_called_json_is_unsupported(
    client: Client, headers: dict[str, str]
) -> None:
    response = await client.post("/login", content=b'{"name":"n","pin":1}', headers=headers)

    assert response.status_code == 415
    assert response.json()["type"] == "/problems/unsupported-media-type"


@pytest.mark.parametrize("kind", ["application/json; charset=utf-8", "application/patch+json"])
async def test_a_body_that_is_called_some_json_is_read(client: Client, kind: str) -> None:
    headers = {"Content-Type": kind}

    response = await client.post("/login", content=b'{"name":"n","pin":1}', headers=headers)

    assert response.status_code == 200


async def test_a_query_that_is_not_utf8_is_refused_by_a_name_that_is(client: Client) -> None:
    response = await client.get("/search?%ff%fe=1&limit=%ff")

    assert response.status_code == 422
    assert [error["loc"] for error in response.json()["errors"]] == [
        ["query", "limit"],
        ["query", "\ufffd\ufffd"],
    ]


async def test_a_name_of_the_client_is_cut(client: Client) -> None:
    response = await client.get("/search?" + "n" * 5_000 + "=1")

    assert response.json()["errors"][0]["loc"] == ["query", "n" * 100]


async def test_at_most_fifty_faults_are_told(client: Client) -> None:
    response = await client.post("/numbers", json=["x"] * 1_000)

    faults = response.json()["errors"]
    assert [fault["loc"] for fault in faults] == [["body", index] for index in range(50)]
