"""Headers that routes read by themselves are parameters in the document."""

from typing import Annotated, Any

import pytest
from fastapi import APIRouter, Depends, FastAPI, Header

from chassis.problems import PreconditionFailed
from chassis.web.conditional import tags
from chassis.web.idempotency import Once
from chassis.web.openapi import describe_api, problems

CHANGES = ["post", "put", "patch", "delete"]


async def handle() -> None: ...


async def handle_once(once: Once) -> None: ...


@pytest.fixture
def plain() -> FastAPI:
    app = FastAPI()
    describe_api(app)
    return app


def headers(app: FastAPI, path: str, method: str) -> dict[str, Any]:
    parameters = app.openapi()["paths"][path][method].get("parameters", [])
    return {it["name"]: it for it in parameters if it["in"] == "header"}


def test_a_read_that_answers_304_takes_the_tag_of_an_earlier_answer(plain: FastAPI) -> None:
    plain.get("/things", responses=tags(200, 304))(handle)

    (header,) = headers(plain, "/things", "get").values()
    assert header["name"] == "If-None-Match"
    assert header["required"] is False
    assert header["schema"] == {"type": "string", "examples": ['"1"']}


@pytest.mark.parametrize("method", CHANGES)
def test_a_change_that_answers_412_takes_the_tag_that_was_read(plain: FastAPI, method: str) -> None:
    plain.api_route("/things", methods=[method], responses=problems(PreconditionFailed))(handle)

    assert [*headers(plain, "/things", method)] == ["If-Match"]


@pytest.mark.parametrize("responses", [{}, tags(200), {**tags(201)}])
def test_others_take_none(plain: FastAPI, responses: dict[int | str, Any]) -> None:
    for method in ("get", *CHANGES):
        plain.api_route("/things", methods=[method], responses=responses)(handle)

    assert [headers(plain, "/things", method) for method in ("get", *CHANGES)] == [{}] * 5


def test_what_a_router_answers_counts_where_the_header_means_something(plain: FastAPI) -> None:
    responses = tags(304) | problems(PreconditionFailed)
    router = APIRouter(prefix="/v1", responses=responses)
    router.get("/things")(handle)
    router.put("/things")(handle)
    plain.include_router(router)

    assert [*headers(plain, "/v1/things", "get")] == ["If-None-Match"]
    assert [*headers(plain, "/v1/things", "put")] == ["If-Match"]


def test_a_route_that_asks_for_once_takes_a_key(plain: FastAPI) -> None:
    async def deeper(once: Once) -> None: ...

    plain.post("/a")(handle_once)
    plain.post("/b", dependencies=[Depends(deeper)])(handle)
    plain.post("/c")(handle)

    for path in ("/a", "/b"):
        (header,) = headers(plain, path, "post").values()
        assert (header["name"], header["required"]) == ("Idempotency-Key", False)
    assert headers(plain, "/c", "post") == {}


@pytest.mark.parametrize("name", ["If-Match", "if-match"])
def test_a_header_that_the_route_declares_is_there_once(plain: FastAPI, name: str) -> None:
    @plain.put("/things", responses=problems(PreconditionFailed))
    async def change(tag: Annotated[str, Header(alias=name)]) -> None: ...

    (header,) = headers(plain, "/things", "put").values()
    assert (header["name"], header["required"]) == (name, True)
