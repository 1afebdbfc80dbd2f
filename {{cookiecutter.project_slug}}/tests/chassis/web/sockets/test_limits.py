"""What keeps requests out keeps WebSockets out."""

from collections.abc import Iterator

import pytest

from tests.chassis.talking import Talk, end_of, handshake_alone, problem, talking

SMALL = 100


@pytest.fixture(scope="module")
def talk(database_url: str) -> Iterator[Talk]:
    with talking(
        DATABASE_URL=database_url,
        SERVER_TRUSTED_HOSTS="127.0.0.1",
        SERVER_MAX_BODY_BYTES=str(SMALL),
        RATE_LIMIT_ENABLED="true",
        RATE_LIMIT_DEFAULT="1000/minute",
    ) as talk:
        yield talk


def test_a_handshake_for_another_host_is_refused(talk: Talk) -> None:
    with handshake_alone(talk, "/ws/return") as raw:
        answer = b"".join(iter(lambda: raw.recv(65_536), b""))

    assert answer.startswith(b"HTTP/1.1 400 ")
    assert b"/problems/wrong-host" in answer


def test_a_handshake_that_is_too_long_is_refused(talk: Talk) -> None:
    """With another library than ours the server never answers it."""
    assert problem(talk.refused("/ws/return?q=" + "x" * 9_000))["status"] == 414
    assert problem(talk.refused("/ws/return", Cookie="x" * 40_000))["status"] == 431


def test_a_message_that_is_too_long_ends_it(talk: Talk) -> None:
    with talk.open("/ws/echo/1") as socket:
        socket.send("x" * SMALL)
        assert socket.recv() == "x" * SMALL
        socket.send("x" * (SMALL + 1))
        code, _ = end_of(socket)

    assert code == 1009
    assert talk.line()["close_code"] == 1009


def test_a_message_that_unpacks_to_more_is_not_even_negotiated(talk: Talk) -> None:
    with talk.open("/ws/echo/1") as socket:
        assert socket.request is not None
        assert "permessage-deflate" in socket.request.headers["sec-websocket-extensions"]
        assert socket.response is not None
        assert "sec-websocket-extensions" not in socket.response.headers


def test_a_handshake_counts_against_the_limit_of_all_routes(talk: Talk) -> None:
    left = []
    for _ in range(2):
        with talk.open("/ws/return") as socket:
            assert socket.response is not None
            name, remaining, _ = socket.response.headers["ratelimit"].split(";")
            left.append(int(remaining.removeprefix("r=")))
            assert name == '"default"'

    assert left[0] - left[1] == 1


def test_a_socket_may_have_a_limit_of_its_own(talk: Talk) -> None:
    assert talk.closed("/ws/limited")[0] == 1000
    assert talk.closed("/ws/limited")[0] == 1000

    response = talk.refused("/ws/limited")

    assert problem(response)["type"] == "/problems/rate-limit-exceeded"
    assert response.headers["ratelimit-policy"] == '"WEBSOCKET /ws/limited";q=2;w=3600'
    assert int(response.headers["retry-after"]) >= 1
    assert talk.served.get("/ws/limited").json() == "at the same path"
