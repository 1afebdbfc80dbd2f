"""Routes answered without FastAPI's own handler: the same answers, for the same requests."""

from collections.abc import AsyncIterator, Callable
from typing import Annotated, Any

import httpx
import pytest
from fastapi import FastAPI, Form
from fastapi.exceptions import FastAPIError, ResponseValidationError
from fastapi.routing import APIRoute

from app.web.errors import handle_errors
from app.web.lean_routes import is_lean
from app.web.middleware.limits import LimitsMiddleware
from app.web.routes import add_routes
from tests.conftest import client_of
from tests.web.sample_routes import events, lean, other, own

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


def usual() -> FastAPI:
    """Added in FastAPI's own way."""
    app = FastAPI()
    for router in (lean, other, own):
        for route in router.routes:
            assert isinstance(route, APIRoute)
            assert route.methods is not None
            route.methods = route.methods | (
                {"HEAD"} & ({"HEAD"} if "GET" in route.methods else set())
            )
        app.include_router(router)
    handle_errors(app)
    return app


def ours() -> FastAPI:
    app = FastAPI()
    for router in (lean, other, own):
        add_routes(app, router)
    handle_errors(app)
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


def test_a_route_is_lean_unless_it_needs_more() -> None:
    assert all(is_lean(route) for route in lean.routes if isinstance(route, APIRoute))
    assert not any(is_lean(r) for r in (*other.routes, *own.routes) if isinstance(r, APIRoute))


def test_a_form_is_not_lean(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fastapi.dependencies.utils.ensure_multipart_is_installed", lambda: None)

    async def form(name: Annotated[str, Form()]) -> str:
        return name

    assert not is_lean(APIRoute("/form", form, methods=["POST"]))


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
    with pytest.raises(ResponseValidationError, match=r"/invalid \(invalid\)"):
        await ask(ours(), "GET", "/invalid")
