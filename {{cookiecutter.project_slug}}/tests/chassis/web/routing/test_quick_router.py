"""A request finds the route that it would find if all were tried in turn."""

from collections.abc import Iterator

import pytest
from fastapi import APIRouter, FastAPI
from fastapi.routing import APIRoute, iter_route_contexts
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Match, Route
from starlette.types import Message, Receive, Scope, Send

from chassis.web.rate_limits.policies import Policies, limited
from chassis.web.routing import quicken
from tests.chassis.web.routing.sample_paths import (
    METHODS,
    PATHS,
    TEMPLATES,
    application,
    router_of,
    seen,
    seen_by_thread,
)
from tests.support.clients import Client, client_of


async def answer(app: FastAPI, scope: Scope) -> list[Message]:
    sent: list[Message] = []

    async def receive() -> Message:
        return {"type": "http.request" if scope["type"] == "http" else "websocket.connect"}

    async def send(message: Message) -> None:
        sent.append(message)

    await app(dict(scope), receive, send)
    return sent


def scopes(path: str) -> Iterator[Scope]:
    shared = {"path": path, "query_string": b"", "server": ("test", 80), "client": None}
    for host, root_path in [(b"test", ""), (b"test", "/v1"), (b"other.test", "")]:
        about = shared | {"root_path": root_path, "headers": [(b"host", host)]}
        for method in METHODS:
            yield {"type": "http", "scheme": "http", "method": method, "state": {}} | about
        yield {"type": "websocket", "scheme": "ws", "subprotocols": [], "state": {}} | about


@pytest.mark.parametrize("slashes", [False, True])
@pytest.mark.parametrize("others_first", [False, True])
# Measured, it would take thrice as long; the first of them covers all.
@pytest.mark.parametrize("turn", [0, pytest.param(8, marks=pytest.mark.no_cover)])
async def test_every_request_gets_the_same_answer(
    turn: int, others_first: bool, slashes: bool
) -> None:
    templates = [*TEMPLATES[turn:], *TEMPLATES[:turn]]
    ours, plain = [
        application(templates, others_first=others_first, slashes=slashes) for _ in range(2)
    ]
    quicken(ours)

    for path in PATHS:
        for scope in scopes(path):
            assert await answer(ours, scope) == await answer(plain, scope), scope


async def test_a_route_of_later_is_found_and_a_former_one_is_not() -> None:
    app = FastAPI(redirect_slashes=False)
    quicken(app)
    app.include_router(router_of(["/{any}/{other}"]))
    client = client_of(app)
    before = (await client.get("/things/7")).json()

    app.router.routes.insert(0, Route("/things/{thing}", seen))
    after = (await client.get("/things/7")).json()
    app.router.routes = app.router.routes[1:]

    assert (before[1], after[2]) == ({"any": "things", "other": "7"}, {"thing": "7"})
    assert (await client.get("/things/7")).json() == before


async def test_a_route_of_later_is_found_however_deep_its_router_is_included() -> None:
    app, outer, inner = FastAPI(), APIRouter(), APIRouter()
    outer.include_router(inner, prefix="/inner")
    app.include_router(outer, prefix="/outer")
    quicken(app)
    client = client_of(app)
    assert (await client.get("/outer/inner/late")).status_code == 404

    inner.add_api_route("/late", seen, response_model=None)

    assert (await client.get("/outer/inner/late")).status_code == 200


async def test_of_hundreds_of_routes_those_are_tried_that_may_be_meant(
    app: FastAPI, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried = []
    of_framework = APIRoute.matches

    def matches(self: APIRoute, scope: Scope) -> tuple[Match, Scope]:
        tried.append(self.path)
        return of_framework(self, scope)

    paths = [f"/v1/kind{number}{end}" for number in range(100) for end in ("", "/{key}")]
    for path in paths:
        app.get(path)(seen_by_thread)
    monkeypatch.setattr(APIRoute, "matches", matches)
    await client.get("/v1/kind99/1")

    assert set(tried) == {"/v1/kind99", "/v1/kind99/{key}"}


def test_it_is_quickened_once_however_often_it_is_said() -> None:
    app = FastAPI()
    quicken(app)
    quick = app.router.middleware_stack
    quicken(app)

    assert app.router.middleware_stack is quick


def test_a_router_of_its_own_kind_stays_as_it_is() -> None:
    class OwnRouter(APIRouter):
        async def app(self, scope: Scope, receive: Receive, send: Send) -> None: ...

    app = FastAPI()
    app.router = OwnRouter()
    quicken(app)

    assert app.router.middleware_stack == app.router.app


async def test_a_route_may_link_to_any_other(app: FastAPI, client: Client) -> None:
    async def link(request: Request) -> Response:
        return Response(str(request.url_for("there", x="7").path))

    async def there() -> None: ...

    app.router.routes += [Route("/here", link), Route("/there/{x}", there)]

    assert (await client.get("/here")).text == "/there/7"


@pytest.mark.parametrize("path", PATHS)
def test_the_limit_is_that_of_the_route(path: str) -> None:
    router = APIRouter()
    for number, template in enumerate(TEMPLATES):

        async def endpoint() -> None: ...

        router.get(template)(limited("1/hour")(endpoint) if number % 3 else endpoint)
    app = FastAPI(openapi_url=None)
    app.include_router(router)
    scope = {"type": "http", "method": "GET", "path": path}
    routes = iter_route_contexts(app.routes)
    found = [route for route in routes if route.matches(dict(scope))[0] is Match.FULL]
    templates = [route.path or "" for route in found[:1]]

    policy = Policies(app.routes, "99/hour").of(scope)

    own = [f"GET {template}" for template in templates if TEMPLATES.index(template) % 3]
    assert policy.name == next(iter(own), "default")
