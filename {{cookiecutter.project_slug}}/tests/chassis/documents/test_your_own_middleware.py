"""What docs/your-own-middleware.md shows, served: over a socket, at the places that it names."""

import asyncio
import hashlib
import hmac
import json
from collections.abc import Iterator
from socket import create_connection
from typing import Any
from urllib.parse import urlsplit

import asyncpg
import httpx
import pytest

from tests.chassis.documents.served_middleware import PAGE, PLACES, SECRET, SUNSET
from tests.chassis.talking import Talk
from tests.support.serving import PATIENCE, Served, serving, until

FACTORY = "tests.chassis.documents.served_middleware:create_app"
LIMIT = 1_000


BLOCKED = "203.0.113.9"


@pytest.fixture(scope="module")
def blocked(database_url: str) -> Iterator[None]:
    """The table of the page, which names one address."""

    async def run(statement: str) -> None:
        connection = await asyncpg.connect(database_url)
        await connection.execute(statement)
        await connection.close()

    asyncio.run(run(f"CREATE TABLE blocked AS SELECT '{BLOCKED}' AS address"))
    yield
    asyncio.run(run("DROP TABLE blocked"))


@pytest.fixture(scope="module", params=["", "/shop"], ids=["at the root", "below a path"])
def served(database_url: str, blocked: None, request: pytest.FixtureRequest) -> Iterator[Served]:
    env = {
        "DATABASE_URL": database_url,
        "LOG_FORMAT": "json",
        "SERVER_MAX_BODY_BYTES": str(LIMIT),
        "SERVER_ROOT_PATH": request.param,
    }
    with serving(FACTORY, env=env) as served:
        yield served


@pytest.fixture
def client(served: Served) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=served.url, timeout=PATIENCE) as client:
        yield client


def line(served: Served, request_id: str, event: str = "request") -> dict[str, Any]:
    def lines() -> list[dict[str, Any]]:
        return [it for it in served.lines(event) if it["request_id"] == request_id]

    assert until(lines), served.log()
    (found,) = lines()
    return found


def told(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["type"]


def test_every_class_of_the_page_has_its_place() -> None:
    classes = [name for name in vars(PAGE.load()) if name.endswith("Middleware")]

    assert sorted(classes) == sorted(name for name, _ in PLACES)


def test_a_value_is_on_every_line_of_its_request_and_on_no_other(
    served: Served, client: httpx.Client
) -> None:
    given = client.get("/v1/tenant", headers={"X-Tenant": "acme"})
    after = client.get("/v1/in-a-thread")  # on the same connection
    request_id = given.headers["x-request-id"]

    assert given.json() == "acme"
    assert line(served, request_id, "asked")["tenant"] == "acme"
    found = line(served, request_id)
    assert (found["tenant"], found["bound"]) == ("acme", "by a coroutine")
    found = line(served, after.headers["x-request-id"])
    assert (found["tenant"], found.get("bound")) == ("none", None)


def test_some_paths_are_refused_and_their_neighbours_are_not(
    served: Served, client: httpx.Client
) -> None:
    refused = client.get("/v1/closed/here")

    assert told(refused) == (503, "/problems/unavailable")
    assert refused.headers["retry-after"] == "600"
    assert line(served, refused.headers["x-request-id"])["status"] == 503
    assert client.get("/v1/closedness").json() == "found"


def test_a_header_is_added_to_every_answer_of_the_version(client: httpx.Client) -> None:
    for path in ("/v1/tenant", "/v1/nowhere", "/v1/closed"):
        assert client.get(path).headers["sunset"] == SUNSET
    assert "sunset" not in client.get("/health").headers


def test_a_header_of_another_middleware_is_taken_away(client: httpx.Client) -> None:
    for path in ("/v1/tenant", "/v1/nowhere"):
        answer = client.get(path)
        assert "x-response-time" not in answer.headers
        assert answer.headers["x-request-id"]


def test_the_database_is_asked_for_some_paths(served: Served, client: httpx.Client) -> None:
    headers = {"X-Forwarded-For": BLOCKED}
    refused, allowed = (client.get("/v1/tenant", headers=it) for it in (headers, {}))

    assert told(refused) == (403, "/problems/forbidden")
    assert allowed.status_code == 200
    assert line(served, allowed.headers["x-request-id"])["queries"] == 1
    assert client.get("/health/live", headers=headers).status_code == 200
    assert Talk(served).refused("/v1/talk", **headers).status_code == 403


def signed(body: bytes) -> dict[str, str]:
    signature = hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()
    return {"X-Signature": signature, "Content-Type": "application/json"}


def in_pieces(body: bytes) -> Iterator[bytes]:
    for start in range(0, len(body), 7):
        yield body[start : start + 7]


@pytest.mark.parametrize("announced", [True, False])
def test_a_body_that_was_read_reaches_its_route(client: httpx.Client, announced: bool) -> None:
    body = json.dumps({"words": "x" * 50}).encode()
    content = body if announced else in_pieces(body)

    answer = client.post("/v1/signed", content=content, headers=signed(body))

    assert (answer.status_code, answer.json()) == (200, {"words": "x" * 50, "left": False})


def test_a_body_without_its_signature_is_refused(client: httpx.Client) -> None:
    for signature in (signed(b"{}")["X-Signature"].encode(), "\u00fc".encode(), b""):
        headers = {b"X-Signature": signature}
        answer = client.post("/v1/signed", content=b'{"a": 1}', headers=headers)
        assert told(answer) == (403, "/problems/forbidden")


@pytest.mark.parametrize("announced", [True, False])
def test_no_more_is_read_than_the_limit(client: httpx.Client, announced: bool) -> None:
    body = b"x" * LIMIT * 2
    content = body if announced else in_pieces(body)

    answer = client.post("/v1/signed", content=content)  # unsigned, which would be found at its end

    assert told(answer) == (413, "/problems/content-too-large")


def test_a_client_that_leaves_amid_its_body_is_no_defect(served: Served) -> None:
    address = urlsplit(served.url)
    head = "POST /v1/signed HTTP/1.1\r\nHost: a\r\nContent-Length: 99\r\nX-Request-ID: left\r\n\r\n"
    with create_connection((address.hostname, address.port), PATIENCE) as raw:
        raw.sendall(f"{head}{{".encode())

    assert line(served, "left")["status"] == 400
    assert "Traceback" not in served.log()


def test_a_websocket_passes_it_too(served: Served) -> None:
    talk = Talk(served)
    with talk.open("/v1/talk", **{"X-Tenant": "acme"}) as socket:
        assert socket.recv(PATIENCE) == "acme"

    assert talk.line()["tenant"] == "acme"
    refused = talk.refused("/v1/closed/talk")
    assert refused.status_code == 503
    assert talk.line()["problem"] == "/problems/unavailable"
