"""What people write in standard FastAPI works in this service as FastAPI documents it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from typing import Annotated

import httpx
import pytest
from fastapi import APIRouter, Depends, FastAPI, HTTPException, Security
from fastapi.routing import iter_route_contexts
from fastapi.security import HTTPBearer
from pydantic import BaseModel

from chassis.settings import Settings
from tests.chassis import application
from tests.chassis.application import create_app
from tests.chassis.web.routing.things import colour, read, things, word
from tests.support.clients import Client, client_of

bearer = HTTPBearer(auto_error=False)


async def guard(token: Annotated[object, Security(bearer)]) -> None:
    if token is None:
        raise HTTPException(401, headers={"WWW-Authenticate": "Bearer"})


@pytest.mark.usefixtures("clean_database")
async def test_a_dependency_of_the_application_guards_every_route(
    monkeypatch: pytest.MonkeyPatch, settings: Settings
) -> None:
    guarded = partial(FastAPI, dependencies=[Depends(guard)], responses={418: {}})
    monkeypatch.setattr(application, "FastAPI", guarded)
    app = create_app(settings)
    outer = APIRouter()
    outer.include_router(things(), prefix="/nested")
    app.include_router(outer)
    app.get("/later/{thing}")(read)

    asked = []
    async with application.lifespan(app), client_of(app) as client:
        for route in iter_route_contexts(app.routes):
            for method in (route.methods or set()) if hasattr(route, "dependant") else ():
                path = (route.path or "").replace("{", "").replace("}", "")
                asked.append((await client.request(method, path)).status_code)
        with_token = await client.get("/later/car", headers={"Authorization": "Bearer t"})

    assert len(asked) > 3
    assert set(asked) == {401}
    assert with_token.json() == "red car"
    assert "418" in app.openapi()["paths"]["/later/{thing}"]["get"]["responses"]


@pytest.mark.parametrize("where", ["router", "inclusion", "outer router"])
async def test_a_dependency_of_a_router_guards_its_routes(app: FastAPI, where: str) -> None:
    guards = [Depends(guard)]
    router = APIRouter(dependencies=guards if where == "router" else None)
    router.get("/guarded")(word)
    outer = APIRouter(dependencies=guards if where == "outer router" else None)
    outer.include_router(router, dependencies=guards if where == "inclusion" else None)
    app.include_router(outer)
    router.get("/guarded-later")(word)

    answers = [await client_of(app).get(path) for path in ("/guarded", "/guarded-later")]

    assert [answer.status_code for answer in answers] == [401, 401]


async def test_what_a_router_starts_is_started_and_stopped() -> None:
    events = []

    @asynccontextmanager
    async def own(_: FastAPI) -> AsyncIterator[None]:
        yield

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[dict[str, str]]:
        events.append("opened")
        yield {"held": "by the router"}
        events.append("closed")

    router, older = APIRouter(lifespan=lifespan), APIRouter()
    older.add_event_handler("startup", lambda: events.append("started"))
    app = FastAPI(lifespan=own)  # as this service has one
    app.include_router(router)
    app.include_router(older)

    async with app.router.lifespan_context(app) as state:
        assert state == {"held": "by the router"}

    assert sorted(events) == ["closed", "opened", "started"]


async def test_a_body_without_a_content_type_is_read_where_the_router_says_so(
    app: FastAPI,
) -> None:
    class Thing(BaseModel):
        name: str

    async def create(thing: Thing) -> str:
        return thing.name

    for path, strict in (("/lenient", False), ("/strict", True)):
        router = APIRouter(strict_content_type=strict)
        router.post(path)(create)
        app.include_router(router)

    answers = [
        await client_of(app).post(path, content=b'{"name": "a"}', headers={"Content-Type": ""})
        for path in ("/lenient", "/strict")
    ]

    assert [answer.status_code for answer in answers] == [200, 415]


async def test_an_override_of_a_dependency_is_for_one_application_alone() -> None:
    router = things()
    overridden, plain = FastAPI(), FastAPI()
    for app in (overridden, plain):
        app.include_router(router)
    overridden.dependency_overrides[colour] = lambda: "blue"

    answers = [await client_of(app).get("/things/car") for app in (overridden, plain)]

    assert [answer.json() for answer in answers] == ["blue car", "red car"]


async def test_that_is_not_documented_for_each_route(app: FastAPI) -> None:
    app.include_router(things())

    assert list(app.openapi()["paths"]["/things/{thing}"]) == ["get"]
    assert app.openapi()["paths"]["/things/{thing}"]["get"]["tags"] == ["things"]


async def test_a_route_of_later_is_documented_too(app: FastAPI) -> None:
    before = app.openapi()
    app.include_router(things())

    assert app.openapi() is app.openapi()
    assert "/things/{thing}" not in before["paths"]
    assert "/problems" not in app.openapi()["paths"]
    operation = app.openapi()["paths"]["/things/{thing}"]["get"]
    assert "application/problem+json" in operation["responses"]["default"]["content"]


async def test_what_the_application_says_of_itself_is_documented(
    monkeypatch: pytest.MonkeyPatch, settings: Settings
) -> None:
    told = partial(FastAPI, license_info={"name": "MIT"}, openapi_tags=[{"name": "things"}])
    monkeypatch.setattr(application, "FastAPI", told)

    document = create_app(settings).openapi()

    assert document["info"]["license"] == {"name": "MIT"}
    assert [tag["name"] for tag in document["tags"]] == ["things", "health"]


async def test_a_route_is_found_behind_a_proxy_that_keeps_its_prefix(app: FastAPI) -> None:
    app.include_router(things())
    behind = httpx.ASGITransport(app, root_path="/shop")

    async with Client(transport=behind, base_url="http://test") as client:
        answers = [await client.get(path) for path in ("/shop/things/car", "/things/car")]

    assert [answer.json() for answer in answers] == ["red car", "red car"]
