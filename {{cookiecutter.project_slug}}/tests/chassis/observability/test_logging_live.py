"""The log of a real server: whose line is whose, and what no client can write into it."""

import json
import socket
from collections.abc import Iterator
from functools import partial
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest

from tests.support.serving import PATIENCE, Served, serving, until


@pytest.fixture(scope="module")
def served(database_url: str) -> Iterator[Served]:
    env = {"DATABASE_URL": database_url, "LOG_FORMAT": "json"}
    with serving("tests.chassis.served_app:create_app", env=env) as served:
        yield served


def send(served: Served, *requests: str) -> bytes:
    """Requests in one piece on one connection, and what came back; the last one must close it."""
    address = urlsplit(served.url)
    with socket.create_connection((address.hostname, address.port), timeout=PATIENCE) as connection:
        connection.sendall("".join(requests).encode())
        return b"".join(iter(lambda: connection.recv(65_536), b""))


def request(path: str, *headers: str) -> str:
    return "\r\n".join([f"GET {path} HTTP/1.1", "Host: test", *headers, "", ""])


def test_pipelined_requests_share_no_log_context(served: Served) -> None:
    names = ["first", "second", "third"]
    first, second, third = (
        request(f"/bind/{name}", f"X-Request-ID: {name}-id", f"Connection: {connection}")
        for name, connection in zip(names, ("keep-alive", "keep-alive", "close"), strict=True)
    )

    received = send(served, first, second, third)

    assert received.count(b"200 OK") == 3
    assert until(lambda: len(served.lines("bound")) == 3)
    for line, name in zip(served.lines("bound"), names, strict=True):
        assert line["request_id"] == f"{name}-id"
        assert [other for other in names if other in line] == [name]
    for name in names:
        assert until(partial(requests_of, served, f"{name}-id"))
        (line,) = requests_of(served, f"{name}-id")
        assert line["path"] == f"/bind/{name}"
        assert not set(names) - {name} & set(line)


def test_every_line_is_json_whoever_wrote_it(served: Served) -> None:
    lines = [json.loads(line) for line in served.log().splitlines()]

    assert "uvicorn.error" in {line.get("logger") for line in lines}
    assert all({"event", "level", "timestamp", "service"} <= set(line) for line in lines)


def test_a_path_cannot_forge_a_line(served: Served) -> None:
    forged = "%7B%22event%22:%22forged%22%7D"

    send(served, request(f"/x%0a{forged}"), request(f"/x%0d%0a{forged}%0a", "Connection: close"))

    expected = {'/x\n{"event":"forged"}', '/x\r\n{"event":"forged"}\n'}
    assert until(lambda: expected <= {line["path"] for line in served.lines("request")})
    assert served.lines("forged") == []


def test_a_defect_leaves_one_traceback(served: Served) -> None:
    received = send(served, request("/crash", "X-Request-ID: crash-id", "Connection: close"))

    assert received.startswith(b"HTTP/1.1 500")
    assert b"the text of an exception" not in received
    assert until(lambda: requests_of(served, "crash-id"))
    assert tracebacks(served, "crash-id") == 1


def test_a_broken_stream_is_an_aborted_response_and_one_traceback(served: Served) -> None:
    parts: list[bytes] = []
    with (
        httpx.stream("GET", f"{served.url}/broken-stream", timeout=PATIENCE) as response,
        pytest.raises(httpx.RemoteProtocolError),
    ):
        parts.extend(response.iter_raw())

    assert parts == [b"first part"]
    request_id = response.headers["X-Request-ID"]
    assert until(lambda: tracebacks(served, request_id))
    assert tracebacks(served, request_id) == 1
    (line,) = served.lines("response broken off")
    assert (line["path"], line["request_id"]) == ("/broken-stream", request_id)
    assert requests_of(served, request_id) == []


def requests_of(served: Served, request_id: str) -> list[dict[str, Any]]:
    return [line for line in served.lines("request") if line["request_id"] == request_id]


def tracebacks(served: Served, request_id: str) -> int:
    lines = [json.loads(line) for line in served.log().splitlines()]
    texts = [line.get("exception", "") for line in lines if line.get("request_id") == request_id]
    return sum(text.count("Traceback (most recent call last)") for text in texts)
