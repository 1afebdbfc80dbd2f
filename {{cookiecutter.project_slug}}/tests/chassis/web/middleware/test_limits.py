"""What is too large is refused, and nothing has been done for it."""

from collections.abc import AsyncIterator

import pytest
from fastapi import FastAPI, Request

from tests.support.clients import Client
from tests.support.composition import ReadLog, StartApp
from tests.support.settings import make_settings

LIMIT = 1_000
HEADER_LIMIT = 2_000


class Calls(list[int]):
    """The lengths of the bodies that reached a handler."""


@pytest.fixture
def calls() -> Calls:
    return Calls()


@pytest.fixture
async def app(start_app: StartApp, database_url: str, calls: Calls) -> FastAPI:
    server = {"max_body_bytes": LIMIT, "max_header_bytes": HEADER_LIMIT}
    app: FastAPI = await start_app(make_settings(database={"url": database_url}, server=server))

    @app.post("/body")
    async def body(request: Request) -> int:
        calls.append(len(await request.body()))
        return calls[-1]

    @app.post("/json")
    async def json(body: list[int]) -> int:
        calls.append(len(body))
        return calls[-1]

    @app.post("/no-body")
    async def no_body() -> None:
        calls.append(0)

    return app


async def in_chunks(size: int) -> AsyncIterator[bytes]:
    """Without a Content-Length."""
    while size > 0:
        yield b" " * min(size, 300)
        size -= 300


@pytest.mark.parametrize("path", ["/body", "/json", "/no-body", "/nowhere"])
async def test_a_body_announced_as_too_large_is_refused_unread(
    client: Client, calls: Calls, path: str
) -> None:
    response = await client.post(path, content=b" " * (LIMIT + 1))

    assert response.status_code == 413
    assert response.headers["content-type"] == "application/problem+json"
    assert response.json()["type"] == "/problems/content-too-large"
    assert response.json()["detail"] == "The limit is 1000 bytes."
    assert "connection" not in response.headers  # closing could lose the answer
    assert calls == []


@pytest.mark.parametrize("path", ["/body", "/json"])
async def test_a_body_that_turns_out_too_large_is_refused(
    client: Client, calls: Calls, path: str
) -> None:
    headers = {"Content-Type": "application/json"}

    response = await client.post(path, content=in_chunks(LIMIT + 1), headers=headers)

    assert response.status_code == 413
    assert response.headers["content-type"] == "application/problem+json"
    assert response.json()["type"] == "/problems/content-too-large"
    assert calls == []


async def test_a_refusal_is_logged_like_any_request(client: Client, read_log: ReadLog) -> None:
    await client.post("/body", content=b" " * (LIMIT + 1))
    await client.post("/body", content=in_chunks(LIMIT + 1))

    for line in read_log("request"):
        assert (line["status"], line["problem"]) == (413, "/problems/content-too-large")
    assert len(read_log("request")) == 2
    assert read_log("unhandled error") == []


async def test_a_body_of_exactly_the_limit_passes(client: Client) -> None:
    for content in (b" " * LIMIT, in_chunks(LIMIT)):
        response = await client.post("/body", content=content)

        assert (response.status_code, response.json()) == (200, LIMIT)


@pytest.mark.parametrize("length", [b"-1", b"many", b"", b"1e9"])
async def test_a_length_that_is_no_number_is_left_to_the_server(
    client: Client, length: bytes
) -> None:
    response = await client.post("/body", headers=[(b"Content-Length", length)])

    assert response.status_code == 200


async def test_headers_that_are_too_large_are_refused(client: Client) -> None:
    one = await client.get("/health/live", headers={"X-Large": "x" * HEADER_LIMIT})
    many = await client.get("/health/live", headers={f"X-{n}": "x" for n in range(500)})
    some = await client.get("/health/live", headers={"X-Large": "x" * (HEADER_LIMIT - 500)})

    for response in (one, many):
        assert response.status_code == 431
        assert response.json()["type"] == "/problems/headers-too-large"
    assert some.status_code == 200


@pytest.mark.parametrize(
    "uri",
    [
        "/" + "x" * 8_192,
        "/health/live?" + "x" * 8_192,
        "/" + "x" * 4_100 + "?" + "x" * 4_100,
        "/" + "%C3%A9" * 2_000,  # the limit is in bytes on the wire
    ],
)
async def test_an_address_that_is_too_long_is_refused(client: Client, uri: str) -> None:
    response = await client.get(uri)

    assert response.status_code == 414
    assert response.json()["type"] == "/problems/uri-too-long"


async def test_an_address_that_is_too_long_is_repeated_nowhere(
    client: Client, read_log: ReadLog
) -> None:
    response = await client.get("/" + "x" * 9_000)

    assert len(response.content) < 500
    assert len(read_log("request")[0]["path"]) < 500


async def test_an_address_below_the_limit_is_just_not_found(client: Client) -> None:
    assert (await client.get("/" + "x" * 8_000)).status_code == 404
