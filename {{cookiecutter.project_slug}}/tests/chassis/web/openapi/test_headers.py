"""Headers that routes read by themselves are parameters in the document."""

from typing import Annotated, Any

import pytest
from fastapi import APIRouter, Depends, FastAPI, Header

from chassis.problems import Contention, NotFound, PreconditionFailed, RateLimitExceeded
from chassis.web.conditional import tags
from chassis.web.idempotency import Once
from chassis.web.openapi import describe_api, problems
from chassis.web.pagination import PageOf
from chassis.web.types import Output

CHANGES = ["post", "put", "patch", "delete"]


class ThingRead(Output):
    name: str


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


def answers(app: FastAPI, path: str, method: str) -> dict[str, list[str]]:
    """The headers of each answer that has some."""
    responses = app.openapi()["paths"][path][method]["responses"]
    return {status: [*it["headers"]] for status, it in responses.items() if "headers" in it}


def test_a_create_says_where_it_is(plain: FastAPI) -> None:
    plain.post("/things", status_code=201, responses=tags(201))(handle_once)

    told = answers(plain, "/things", "post")
    assert told["201"] == ["ETag", "Location", "Idempotent-Replayed"]


def test_a_page_names_the_next_one(plain: FastAPI) -> None:
    plain.get("/things", response_model=PageOf[ThingRead])(handle)
    plain.get("/thing", response_model=ThingRead)(handle)

    assert answers(plain, "/things", "get") == {"200": ["Link"]}
    assert answers(plain, "/thing", "get") == {}


def test_what_may_be_tried_again_says_when(plain: FastAPI) -> None:
    several = problems(RateLimitExceeded, Contention, NotFound)
    plain.post("/things", responses=several)(handle_once)

    assert answers(plain, "/things", "post") == {
        "200": ["Idempotent-Replayed"],
        **{status: ["Retry-After"] for status in ("429", "503", "409")},
    }


def test_what_the_route_documents_itself_stays(plain: FastAPI) -> None:
    own = problems(Contention)
    own[503]["headers"] = {"Retry-After": {"description": "Later."}}
    plain.get("/own", responses=own)(handle)
    plain.get("/text", responses={503: {"content": {"text/plain": {}}}})(handle)

    assert plain.openapi()["paths"]["/own"]["get"]["responses"]["503"]["headers"] == {
        "Retry-After": {"description": "Later."}
    }
    assert answers(plain, "/text", "get") == {}
