"""Each piece of docs/take-one-piece.md works in an application that exists, alone and in use.

Those of the database are in `test_pieces_of_database.py`.
"""

import json
import os
import signal
from pathlib import Path

import pytest

from tests.pieces import PIECES, Serve, needs
from tests.running import PATIENCE

SLOW = """
import asyncio


@app.get("/slow")
async def slow() -> None:
    await asyncio.sleep(3_600)
"""


@pytest.mark.parametrize("name", PIECES)
def test_a_piece_names_what_it_needs_and_nothing_else(name: str) -> None:
    piece = PIECES[name]
    files, packages = needs(piece)

    if name == "Several at once":
        assert files <= {*piece.files}
        assert packages == {*piece.packages}
    elif piece.files == ["tools/postgres"]:
        assert all(Path(file).is_relative_to("tools/postgres") for file in files)
    else:
        assert files == {*piece.files}
        assert packages == {*piece.packages}


@pytest.mark.parametrize("name", PIECES)
def test_a_piece_has_at_most_six_files_or_says_why(name: str) -> None:
    piece = PIECES[name]

    is_small = len(piece.own_files) <= 6 and piece.own_files != ["tools/postgres"]
    assert is_small != ("\nMore than six files: " in piece.text)


@pytest.mark.parametrize("name", PIECES)
def test_a_piece_takes_no_place_of_the_application(name: str) -> None:
    assert {file.partition("/")[0] for file in PIECES[name].files} <= {"chassis", "tools"}
    assert not any("settings" in file for file in PIECES[name].files)


def test_a_request_has_an_id(serve: Serve) -> None:
    with serve("Request ID") as served:
        given = served.ask("GET", "/id", X_Request_ID="abc-1")
        made = served.ask("GET", "/id", X_Request_ID="no good")
        nowhere = served.ask("GET", "/nowhere", X_Request_ID="abc-2")

    assert given.body == given.headers["x-request-id"] == "abc-1"
    assert made.body == made.headers["x-request-id"] != "no good"
    assert nowhere.headers["x-request-id"] == "abc-2"


def test_errors_are_problem_details(serve: Serve) -> None:
    broken = '@app.get("/broken")\nasync def broken() -> None:\n    raise RuntimeError("secret")\n'
    with serve("Problem Details", broken) as served:
        answers = [
            served.ask(method, path)
            for method, path in (
                *(("GET", "/carts/1"), ("GET", "/carts/2"), ("GET", "/carts/x")),
                *(("DELETE", "/hello"), ("GET", "/nowhere"), ("GET", "/broken")),
            )
        ]

    assert [(it.status, it.body["type"].removeprefix("/problems/")) for it in answers] == [
        *((409, "sold-out"), (404, "not-found"), (422, "invalid-request")),
        *((405, "method-not-allowed"), (404, "not-found"), (500, "internal-error")),
    ]
    assert {it.headers["content-type"] for it in answers} == {"application/problem+json"}
    assert answers[1].body["detail"] == "Cart 2 does not exist."
    assert "secret" not in answers[-1].text


def test_logging_configured_in_a_lifespan_writes_every_line_as_json(serve: Serve) -> None:
    early = 'log.info("early")\n'  # before the lifespan, and so in structlog's own form
    with serve("Logging", early) as served:
        served.ask("GET", "/hello?token=hunter2")
    before, _, written = served.log().partition("Waiting for application startup.")
    lines = [json.loads(line) for line in written.splitlines()[1:]]

    assert "early" in before
    greetings = [line for line in lines if line["event"] == "greeting"]
    assert {(line["service"], line["password"]) for line in greetings} == {("shop", "***")}
    events = {(line.get("logger"), line["event"]) for line in lines}
    assert ("shop.greetings", "the token=*** is old") in events
    requests = [line for line in lines if line.get("logger") == "uvicorn.access"]
    assert requests[-1]["event"].endswith('"GET /hello?token=*** HTTP/1.1" 200')
    assert "hunter2" not in written


def test_a_service_that_drains_answers_until_it_stops(serve: Serve) -> None:
    pid = 'import os\n\n\n@app.get("/pid")\nasync def pid() -> int:\n    return os.getpid()\n'
    with serve("Graceful drain", pid) as served:
        before = served.ask("GET", "/ready")
        number = served.ask("GET", "/pid").body
        os.kill(number, signal.SIGTERM)
        while (ready := served.ask("GET", "/ready")).status == 200:
            pass
        answer = served.ask("GET", "/hello")
        os.kill(number, signal.SIGTERM)  # at once
        served.process.wait(PATIENCE)

    assert (before.status, ready.status, answer.status) == (200, 503, 200)
    assert answer.headers["connection"] == "close"
    assert "stopping" in served.log()


def test_a_request_that_takes_too_long_is_answered(serve: Serve) -> None:
    with serve("Deadline", SLOW, soon=True) as served:
        slow = served.ask("GET", "/slow")

    assert (slow.status, slow.body["type"]) == (504, "/problems/deadline-exceeded")


def test_quick_routes_answer_the_same(serve: Serve) -> None:
    seen = """
from chassis.web.routing.lean_route import LeanRoute

seen: list[str] = []
call = LeanRoute.__call__


async def noting(route, scope, receive, send) -> None:
    seen.append(scope["path"])
    await call(route, scope, receive, send)


LeanRoute.__call__ = noting


@app.get("/seen")
async def get_seen() -> list[str]:
    return seen
"""
    with serve("Quick routes", seen) as served:
        twice = served.ask("GET", "/hello/you?times=2")
        refused = served.ask("GET", "/hello/you?times=x")
        seen_paths = served.ask("GET", "/seen").body

    assert twice.body == ["Hello you"] * 2
    assert refused.status == 422
    assert {"/hello", "/hello/you", "/seen"} == {*seen_paths}


def test_several_pieces_stand_in_the_order_of_the_page(serve: Serve) -> None:
    stack = """
@app.get("/stack")
async def stack() -> list[str]:
    return [middleware.cls.__name__ for middleware in app.user_middleware]
"""
    with serve("Several at once", SLOW + stack, soon=True) as served:
        slow = served.ask("GET", "/slow", X_Request_ID="abc-1")
        order = served.ask("GET", "/stack").body

    assert order == ["DrainMiddleware", "RequestIDMiddleware", "DeadlineMiddleware"]
    assert (slow.status, slow.body["request_id"]) == (504, "abc-1")
    assert slow.headers["x-request-id"] == "abc-1"
