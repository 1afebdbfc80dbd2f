"""Routes answered without FastAPI's own handler: the same answers, for the same requests."""

from collections.abc import AsyncIterator, Callable
from functools import wraps
from typing import Annotated, Any

import httpx
import pytest
from fastapi import FastAPI, Form, Request, Response, routing
from fastapi.exceptions import FastAPIError, ResponseValidationError
from fastapi.routing import APIRoute, RouteContext, iter_route_contexts
from starlette.types import Receive, Scope, Send

from chassis.web.errors.handlers import handle_errors
from chassis.web.middleware.limits import LimitsMiddleware
from chassis.web.routing import quicken
from chassis.web.routing.plain import is_plain
from tests.chassis.web.routing.sample_routes import events, numbers, other, own, plain
from tests.support.clients import client_of


async def asks_nothing() -> str:
    return "nothing"


JSON = {"Content-Type": "application/json"}
REQUESTS: list[tuple[str, str, dict[str, Any]]] = [
    ("GET", "/items/1/a", {}),
    ("GET", "/items/1/a?query=b&query=c", {"headers": {"X-Token": "t", "Cookie": "seen=1"}}),
    ("GET", "/items/x/a?query=", {}),
    ("GET", "/search", {}),
    ("GET", "/search?word=a&word=b&tag=1&tag=2&max=3", {}),
    ("GET", "/search?max=0&unknown=1&tag=", {}),
    ("GET", "/shared", {}),
    ("GET", "/checked?wanted=1", {"headers": {"X-Key": "5", "Authorization": "Bearer b"}}),
    ("GET", "/checked?limit=10&wanted=x", {"headers": {"X-Key": "no"}}),
    ("GET", "/checked", {}),
    ("GET", "/opened", {}),
    ("POST", "/items?limit=2", {"json": {"name": "a", "size": 3}}),
    ("POST", "/items?limit=x", {"json": {"name": "too long", "size": "x"}}),
    ("POST", "/items", {"content": b'{"name": ', "headers": JSON}),
    ("POST", "/items", {"content": b"\xff\xfe{", "headers": JSON}),
    ("POST", "/items", {"content": b"[" * 100_000, "headers": JSON}),
    ("POST", "/items", {"content": b'{"name": "a"}', "headers": {"Content-Type": "text/plain"}}),
    ("POST", "/items", {"content": b'{"name": "a"}'}),
    ("POST", "/items", {"content": b"", "headers": JSON}),
    ("POST", "/optional", {"content": b""}),
    ("POST", "/optional", {"content": b"null", "headers": JSON}),
    ("POST", "/embedded", {"json": {"item": {"name": "a"}}}),
    ("POST", "/embedded", {"json": {"name": "a"}}),
    ("POST", "/two", {"json": {"item": {"name": "a"}, "amount": 2}}),
    ("POST", "/two", {"json": []}),
    *[("PUT", f"/status/{status}", {}) for status in (200, 204, 304, 418)],
    ("GET", "/sync", {}),
    ("GET", "/sync-dependency", {}),
    ("GET", "/sync-generator", {}),
    ("GET", "/background", {}),
    ("GET", "/scopes", {}),
    ("GET", "/text", {}),
    ("GET", "/untyped", {}),
    ("GET", "/stream", {}),
    ("DELETE", "/items/1", {}),
    ("GET", "/own", {}),
]
CONTENT_TYPES = [
    "application/json",
    "Application/JSON; charset=utf-8",
    " application/problem+json ;a=b",
    "application/+json",
    "application/jsonp",
    "application/a/b+json",
    "application/json/x",
    "application/json;",
    "text/json",
    "application/",
    "json",
]


def made() -> FastAPI:
    app = FastAPI(telemetry={"tracing": False, "metrics": False, "logs": False})
    for router in (plain, other, own):
        app.include_router(router)
    handle_errors(app)
    return app


def usual() -> FastAPI:
    return made()


def ours() -> FastAPI:
    app = made()
    quicken(app)
    return app


async def ask(app: FastAPI, method: str, path: str, **options: Any) -> tuple[object, ...]:
    events.clear()
    response: httpx.Response = await client_of(app).request(method, path, **options)
    return response.status_code, response.headers.multi_items(), response.content, [*events]


@pytest.mark.parametrize(("method", "path", "options"), REQUESTS)
async def test_an_answer_is_the_one_of_fastapi(
    method: str, path: str, options: dict[str, Any]
) -> None:
    assert await ask(ours(), method, path, **options) == await ask(usual(), method, path, **options)


@pytest.mark.parametrize("content_type", CONTENT_TYPES)
async def test_a_body_is_json_where_fastapi_takes_it_for_json(content_type: str) -> None:
    options = {"content": b'{"name": "a"}', "headers": {"Content-Type": content_type}}

    answers = [await ask(app, "POST", "/items", **options) for app in (ours(), usual())]

    assert answers[0] == answers[1]


@pytest.mark.parametrize("make", [ours, usual])
async def test_a_body_that_grows_too_large_while_it_is_read_is_refused(
    make: Callable[[], FastAPI],
) -> None:
    async def chunks() -> AsyncIterator[bytes]:
        yield b'{"name": '
        yield b'"a"}'

    app = make()
    app.add_middleware(LimitsMiddleware, max_body_bytes=10, max_header_bytes=1_000)

    status, *_ = await ask(app, "POST", "/items", content=chunks(), headers=JSON)

    assert status == 413


async def called_anew(app: FastAPI) -> int:
    before = next(numbers)
    await ask(app, "GET", "/anew")
    return next(numbers) - before


async def test_what_is_wanted_anew_beneath_what_is_found_already_is_called_again() -> None:
    assert await called_anew(ours()) == await called_anew(usual()) == 6


def test_a_route_is_plain_unless_it_needs_more() -> None:
    assert all(map(is_plain, iter_route_contexts(plain.routes)))
    assert not any(map(is_plain, iter_route_contexts([*other.routes, *own.routes])))


def test_a_form_is_not_plain() -> None:
    async def form(name: Annotated[str, Form()]) -> str:
        return name

    assert not is_plain(RouteContext(APIRoute("/form", form, methods=["POST"])))


def test_what_a_tool_has_wrapped_is_not_plain() -> None:
    route = APIRoute("/wrapped", asks_nothing)
    assert is_plain(RouteContext(route))
    answer = route.app

    @wraps(answer)
    async def observed(scope: Scope, receive: Receive, send: Send) -> None:
        await answer(scope, receive, send)

    route.app = observed

    assert not is_plain(RouteContext(route))


def test_what_a_tool_has_put_in_the_place_of_the_handler_is_not_plain(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    usual = routing.get_request_handler

    def get_request_handler(*arguments: Any, **named: Any) -> Any:
        handler = usual(*arguments, **named)

        @wraps(handler)
        async def observed(request: Request) -> Response:
            return await handler(request)

        return observed

    monkeypatch.setattr(routing, "get_request_handler", get_request_handler)

    assert not is_plain(RouteContext(APIRoute("/wrapped", asks_nothing)))


async def test_what_is_opened_for_a_handler_is_closed_before_the_answer_else_after_it() -> None:
    *_, closed = await ask(ours(), "GET", "/opened")

    assert closed == ["opened", "session late", "closed", "closed late"]


@pytest.mark.parametrize("app", [ours(), usual()], ids=["ours", "usual"])
async def test_what_is_opened_sees_the_error_of_the_handler(app: FastAPI) -> None:
    with pytest.raises(ValueError, match="sessionlate"):
        await ask(app, "GET", "/broken")

    assert events == ["opened", "saw the error", "closed"]


@pytest.mark.parametrize("path", ["/swallowed", "/swallowed-early"])
async def test_an_error_that_was_swallowed_is_no_answer(path: str) -> None:
    with pytest.raises(FastAPIError, match="yield"):
        await ask(ours(), "GET", path)


async def test_an_answer_that_is_not_what_was_promised_names_its_route() -> None:
    with pytest.raises(ResponseValidationError, match="GET /invalid"):
        await ask(ours(), "GET", "/invalid")
