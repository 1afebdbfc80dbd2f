"""What goes wrong in a WebSocket: before it is accepted an answer, afterwards a close code."""

from collections.abc import Iterator

import pytest

from chassis.web.middleware.security_headers import HEADERS
from tests.chassis.talking import Talk, problem, talking


@pytest.fixture(scope="module")
def talk(database_url: str) -> Iterator[Talk]:
    with talking(DATABASE_URL=database_url) as talk:
        yield talk


@pytest.mark.parametrize("mount", ["", "/mounted"])
@pytest.mark.parametrize(
    ("kind", "status", "problem_type"),
    [
        ("not-found", 404, "/problems/not-found"),
        ("invalid", 422, "/problems/invalid-request"),
        ("forbidden", 403, "/problems/forbidden"),
        ("unavailable", 503, "/problems/unavailable"),
        ("http-413", 413, "/problems/content-too-large"),
        ("http-418", 418, "about:blank"),
        ("socket", 403, "about:blank"),
        ("defect", 500, "/problems/internal-error"),
    ],
)
def test_before_it_is_accepted_the_handshake_is_refused_by_a_problem(
    talk: Talk, kind: str, status: int, problem_type: str, mount: str
) -> None:
    response = talk.refused(f"{mount}/ws/refuse/{kind}")

    assert (response.status_code, problem(response)["type"]) == (status, problem_type)
    assert problem(response)["request_id"] == response.headers["x-request-id"] == talk.request_id
    line = talk.line()
    assert (line["status"], line["close_code"]) == (status, None)
    assert line["problem"] == problem_type
    assert line["level"] == ("error" if status >= 500 else "info")


def test_a_refusal_carries_what_any_answer_carries(talk: Talk) -> None:
    headers = talk.refused("/ws/refuse/too-often").headers

    for name, value in HEADERS:
        assert headers[name.decode()] == value.decode()
    assert headers["x-response-time"]
    assert headers["retry-after"] == "3"
    assert talk.refused("/ws/refuse/http-418").headers["x-own"] == "yes"


@pytest.mark.parametrize("path", ["/ws/refuse/socket", "/ws/close"])
def test_the_reason_of_a_close_before_that_is_told(talk: Talk, path: str) -> None:
    found = problem(talk.refused(path))

    assert (found["title"], found["status"]) == ("Forbidden", 403)
    assert found["detail"] in {"no token", "not you"}


def test_what_cannot_be_told_to_the_client_is_left_out(talk: Talk) -> None:
    assert "detail" not in problem(talk.refused("/ws/user?token=x"))


@pytest.mark.parametrize(
    ("path", "place"), [("/ws/echo/hunter2", ["path", "room"]), ("/ws/user", ["query", "token"])]
)
def test_values_that_do_not_fit_are_told_by_their_place(
    talk: Talk, path: str, place: list[str]
) -> None:
    found = problem(talk.refused(path))

    assert (found["status"], found["type"]) == (422, "/problems/invalid-request")
    (error,) = found["errors"]
    assert error["loc"] == place
    assert set(error) == {"loc", "msg", "type"}
    assert "hunter2" not in str(found["errors"])


@pytest.mark.parametrize(
    ("kind", "code", "reason"),
    [
        ("not-found", 1008, "/problems/not-found"),
        ("invalid", 1008, "/problems/invalid-request"),
        ("forbidden", 1008, "/problems/forbidden"),
        ("http-413", 1009, "/problems/content-too-large"),
        ("http-418", 1008, "I'm a Teapot"),
        ("too-often", 1013, "/problems/rate-limit-exceeded"),
        ("unavailable", 1013, "/problems/unavailable"),
        ("defect", 1011, "/problems/internal-error"),
        ("socket", 3000, "no token"),
    ],
)
def test_afterwards_it_is_closed_with_a_code(talk: Talk, kind: str, code: int, reason: str) -> None:
    assert talk.closed(f"/ws/fail/{kind}") == (code, reason)

    line = talk.line()
    assert (line["status"], line["close_code"]) == (101, code)
    assert line["level"] == ("error" if code in {1011, 1013} else "info")


@pytest.mark.parametrize("path", ["/ws/refuse/defect", "/ws/fail/defect"])
def test_a_defect_leaves_one_traceback(talk: Talk, path: str) -> None:
    if path == "/ws/refuse/defect":
        talk.refused(path)
    else:
        talk.closed(path)

    error = talk.line("unhandled error")
    assert error["exception"].count("Traceback") == 1
    assert "the text of an exception" in error["exception"]
    assert error["request_id"] == talk.line()["request_id"]
    assert "Exception in ASGI application" not in talk.served.log()


def test_a_problem_after_the_end_changes_nothing(talk: Talk) -> None:
    assert talk.closed("/ws/fail-closed") == (4_000, "")

    line = talk.line()
    assert (line["close_code"], line["problem"]) == (4_000, "/problems/not-found")
