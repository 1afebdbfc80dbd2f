"""A WebSocket from its handshake to its end, over a real socket, and what the log says of it."""

from collections.abc import Iterator

import pytest

from tests.chassis.talking import Talk, handshake_alone, problem, talking
from tests.support.serving import until

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"


@pytest.fixture(scope="module")
def talk(database_url: str) -> Iterator[Talk]:
    with talking(DATABASE_URL=database_url) as talk:
        yield talk


def test_it_is_accepted_with_the_id_and_the_trace_of_its_handshake(talk: Talk) -> None:
    parent = f"00-{TRACE}-00f067aa0ba902b7-01"

    with talk.open("/ws/echo/7", traceparent=parent) as socket:
        socket.send("hello")
        assert socket.recv() == "hello"
        assert socket.response is not None
        answer = socket.response.headers

    assert answer["x-request-id"] == talk.request_id
    assert answer["traceresponse"].startswith(f"00-{TRACE}-")
    assert talk.line("socket accepted")["trace_id"] == TRACE  # of the handler


def test_a_token_in_its_path_is_not_in_its_line(talk: Talk) -> None:
    with talk.open("/ws/invited/hunter2"):
        pass
    assert talk.line()["path"] == "/ws/invited/***"

    assert talk.refused("/ws/invited/hunter2", large="x" * 33_000).status_code == 431
    assert talk.line()["path"] == "/ws/invited/***"


def test_its_end_is_one_line_without_the_query_string(talk: Talk) -> None:
    with talk.open("/ws/echo/7?token=hunter2"):
        pass

    line = talk.line()
    assert line.pop("timestamp")
    assert line.pop("duration_ms") >= 0
    assert line.pop("service")
    assert line.pop("trace_id")
    assert line.pop("span_id")
    assert line == {
        "event": "websocket",
        "level": "info",
        "request_id": talk.request_id,
        "route": "/ws/echo/{room}",
        "path": "/ws/echo/7",
        "status": 101,
        "close_code": 1000,
        "client": "127.0.0.1",
    }
    assert "hunter2" not in talk.served.log()


def test_a_refused_one_leaves_no_query_string_either(talk: Talk) -> None:
    talk.refused("/ws/refuse/forbidden?token=hunter2")
    talk.refused("/ws/close?token=hunter2")

    assert talk.line()["status"] == 403
    assert "hunter2" not in talk.served.log()


@pytest.mark.parametrize("path", ["/ws/echo/7", "/ws/two-tasks", "/ws/tick"])
def test_a_client_that_leaves_is_no_error(talk: Talk, path: str) -> None:
    with talk.open(path) as socket:
        socket.close(4_123)

    line = talk.line()
    assert (line["level"], line["status"]) == ("info", 101)
    assert line["close_code"] in {4_123, 1006}  # who sends alone finds that nobody is there
    assert path != "/ws/echo/7" or line["close_code"] == 4_123
    assert "problem" not in line
    assert talk.lines("unhandled error") == []


def test_a_client_that_leaves_before_it_is_accepted_is_no_error_either(talk: Talk) -> None:
    with handshake_alone(talk, "/ws/late"):
        assert until(lambda: talk.lines("handshake begun"))

    line = talk.line()
    assert (line["level"], line["status"], line["close_code"]) == ("info", None, None)
    assert talk.lines("unhandled error") == []


def test_what_a_handler_leaves_open_is_closed(talk: Talk) -> None:
    assert talk.closed("/ws/return") == (1000, "")
    assert talk.line()["close_code"] == 1000


def test_a_path_without_a_socket_is_not_found(talk: Talk) -> None:
    found = problem(talk.refused("/ws/nowhere"))

    assert found["type"] == "/problems/not-found"
    assert found["instance"] == "/ws/nowhere"
    assert talk.line()["route"] is None


def test_the_server_says_nothing_of_its_own(talk: Talk) -> None:
    talk.closed("/ws/return")
    assert until(lambda: talk.lines("websocket"))

    assert '"WebSocket' not in talk.served.log()
