"""What handlers, dependencies and libraries raise as HTTPException keeps what its author wrote."""

from typing import Annotated, Any

import pytest
from fastapi import Depends, FastAPI
from fastapi import HTTPException as FastAPIHTTPException
from fastapi.security import (
    APIKeyCookie,
    APIKeyHeader,
    HTTPBasic,
    HTTPBearer,
    HTTPDigest,
    OAuth2PasswordBearer,
)
from fastapi.staticfiles import StaticFiles
from starlette.exceptions import HTTPException

from chassis.problems import Forbidden, Unauthenticated, Unavailable
from tests.support.clients import Client
from tests.support.composition import ReadLog

HEADERS = {"X-Own": "yes"}


def raising(app: FastAPI, error: Exception) -> None:
    """At `/raise`; and at `/depend`, by a dependency of a `def` handler, which FastAPI runs."""

    async def handle() -> str:
        raise error

    def depend(_: Annotated[str, Depends(handle)]) -> None: ...

    app.get("/raise")(handle)
    app.get("/depend")(depend)


@pytest.mark.parametrize("path", ["/raise", "/depend"])
@pytest.mark.parametrize(
    ("status", "kind", "title"),
    [
        (400, "about:blank", "Bad Request"),
        (401, "/problems/unauthenticated", "Unauthenticated"),
        (402, "about:blank", "Payment Required"),
        (403, "/problems/forbidden", "Forbidden"),
        (404, "/problems/not-found", "Not found"),
        (405, "/problems/method-not-allowed", "Method not allowed"),
        (409, "/problems/conflict", "Conflict"),
        (413, "/problems/content-too-large", "Content too large"),
        (415, "/problems/unsupported-media-type", "Unsupported media type"),
        (422, "/problems/invalid-request", "Invalid request"),
        (429, "/problems/rate-limit-exceeded", "Rate limit exceeded"),
        (499, "about:blank", "Error"),
        (500, "about:blank", "Internal Server Error"),
        (503, "about:blank", "Service Unavailable"),
    ],
)
async def test_detail_and_headers_are_kept(
    app: FastAPI, client: Client, path: str, status: int, kind: str, title: str
) -> None:
    raising(app, HTTPException(status, "cart 17 is not yours", HEADERS))

    response = await client.get(path)

    assert response.status_code == status
    assert response.headers["content-type"] == "application/problem+json"
    assert response.headers["x-own"] == "yes"
    body = response.json()
    assert (body["type"], body["title"], body["status"]) == (kind, title, status)
    assert body["detail"] == "cart 17 is not yours"


@pytest.mark.parametrize("status", [400, 404, 405, 413, 415, 412])
async def test_where_nothing_was_written_nothing_is_made_up(
    app: FastAPI, client: Client, status: int
) -> None:
    raising(app, HTTPException(status))

    response = await client.get("/raise")

    assert response.status_code == status
    assert "detail" not in response.json()
    assert "allow" not in response.headers


class OutOfCoffee(HTTPException):
    def __init__(self) -> None:
        super().__init__(418, "short and stout", HEADERS)


async def test_a_subclass_of_the_exception_is_answered_alike(app: FastAPI, client: Client) -> None:
    raising(app, OutOfCoffee())

    response = await client.get("/raise")

    assert (response.status_code, response.headers["x-own"]) == (418, "yes")
    assert response.json()["detail"] == "short and stout"


@pytest.mark.parametrize(
    "detail",
    [{"code": 7, "left": [1, None]}, ["a", {"b": 1}], 5, False, {"n": 2**70}, {"text": "\u20ac"}],
)
async def test_a_detail_that_is_no_text_is_data(app: FastAPI, client: Client, detail: Any) -> None:
    raising(app, FastAPIHTTPException(409, detail))

    response = await client.get("/raise")

    assert response.status_code == 409
    body = response.json()
    assert body["data"] == detail
    assert "detail" not in body


async def test_text_that_utf8_cannot_carry_does_not_break_the_answer(
    app: FastAPI, client: Client
) -> None:
    raising(app, FastAPIHTTPException(409, {"name": "\ud800"}))

    assert (await client.get("/raise")).json()["data"] == {"name": "?"}


@pytest.mark.parametrize("status", [204, 205, 304])
async def test_a_status_without_a_body_has_none(app: FastAPI, client: Client, status: int) -> None:
    raising(app, HTTPException(status, headers=HEADERS))

    response = await client.get("/raise")

    assert (response.status_code, response.headers["x-own"]) == (status, "yes")
    assert response.content == b""
    assert "content-type" not in response.headers


async def test_a_redirect_keeps_its_location(app: FastAPI, client: Client) -> None:
    raising(app, HTTPException(307, headers={"Location": "/login"}))

    response = await client.get("/raise")

    assert (response.status_code, response.headers["location"]) == (307, "/login")


async def test_the_cause_is_in_the_log_line(
    app: FastAPI, client: Client, read_log: ReadLog
) -> None:
    error = HTTPException(502, "the shop does not answer")
    error.__cause__ = ConnectionError("refused")
    raising(app, error)

    await client.get("/raise")

    assert read_log("request")[0]["cause"] == "ConnectionError refused"


@pytest.mark.parametrize("name", ["Retry-After", "retry-after"])
async def test_a_header_that_is_given_is_not_sent_twice(
    app: FastAPI, client: Client, name: str
) -> None:
    raising(app, Unavailable(headers={name: "120"}))

    assert (await client.get("/raise")).headers.get_list("retry-after") == ["120"]


@pytest.mark.parametrize(
    ("scheme", "challenge"),
    [
        (HTTPBearer(), "Bearer"),
        (HTTPBasic(realm="shop"), 'Basic realm="shop"'),
        (HTTPDigest(), "Digest"),
        (OAuth2PasswordBearer("token"), "Bearer"),
        (APIKeyHeader(name="X-Key"), "APIKey"),
        (APIKeyCookie(name="key"), "APIKey"),
    ],
    ids=lambda scheme: type(scheme).__name__,
)
async def test_a_request_without_credentials_is_told_which_are_wanted(
    app: FastAPI, client: Client, scheme: Any, challenge: str
) -> None:
    @app.get("/mine", dependencies=[Depends(scheme)])
    async def mine() -> None: ...

    response = await client.get("/mine")

    assert response.status_code == 401
    assert response.json()["type"] == "/problems/unauthenticated"
    assert response.headers.get_list("www-authenticate") == [challenge]


@pytest.mark.parametrize("error", [Unauthenticated(), HTTPException(401, "expired")])
async def test_a_401_always_has_a_challenge(app: FastAPI, client: Client, error: Exception) -> None:
    raising(app, error)

    assert (await client.get("/raise")).headers.get_list("www-authenticate") == ["Bearer"]


async def test_a_challenge_of_its_own_is_the_only_one(app: FastAPI, client: Client) -> None:
    raising(app, Unauthenticated(headers={"www-authenticate": "Basic"}))

    assert (await client.get("/raise")).headers.get_list("www-authenticate") == ["Basic"]


async def test_who_may_not_is_not_asked_who_it_is(app: FastAPI, client: Client) -> None:
    raising(app, Forbidden("Carts belong to their customer."))

    response = await client.get("/raise")

    assert (response.status_code, response.json()["title"]) == (403, "Forbidden")
    assert "www-authenticate" not in response.headers


async def test_what_a_mount_refuses_is_left_as_it_is(
    app: FastAPI, client: Client, tmp_path: Any
) -> None:
    app.mount("/files", StaticFiles(directory=tmp_path))

    missing, wrong = await client.get("/files/a"), await client.post("/files/a")

    assert (missing.status_code, missing.json()["type"]) == (404, "/problems/not-found")
    assert (wrong.status_code, wrong.headers["allow"]) == (405, "GET, HEAD")


async def test_a_detail_of_json_is_written_in_the_same_form_as_text(
    app: FastAPI, client: Client
) -> None:
    raising(app, FastAPIHTTPException(409, {"name": "Käse", "many": 2**70}))

    response = await client.get("/raise")

    assert f'"data":{{"name":"Käse","many":{2**70}}}' in response.text
    assert response.text.startswith('{"type":"/problems/conflict","title":')
