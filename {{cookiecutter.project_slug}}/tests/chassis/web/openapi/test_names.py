"""Operations are called after their handlers, so that clients have functions of these names."""

from collections.abc import Callable
from typing import Annotated, Any, Literal

import pytest
from fastapi import APIRouter, FastAPI, Form, UploadFile
from fastapi.utils import generate_unique_id

from chassis.web.openapi import describe_api
from tests.support.composition import ReadLog

TOLD = "handlers share a name, so clients get a long one: rename it, or give it operation_id="


async def list_things() -> None: ...


async def search() -> None: ...


@pytest.fixture
def plain() -> FastAPI:
    app = FastAPI()
    describe_api(app)
    return app


def names(app: FastAPI) -> dict[str, str]:
    paths = app.openapi()["paths"]
    return {
        f"{method} {path}": operation["operationId"]
        for path, operations in paths.items()
        for method, operation in operations.items()
    }


def test_an_operation_is_called_after_its_handler_wherever_its_router_is(plain: FastAPI) -> None:
    inner, outer = APIRouter(prefix="/things"), APIRouter(prefix="/v1")
    inner.get("")(list_things)
    outer.include_router(inner)
    plain.include_router(outer)
    plain.get("/search")(search)

    assert names(plain) == {"get /v1/things": "list_things", "get /search": "search"}


def test_handlers_of_one_name_get_names_that_differ_and_do_not_depend_on_their_order(
    plain: FastAPI,
) -> None:
    for place in ("things", "orders"):
        router = APIRouter(prefix=f"/v1/{place}")
        router.get("/search")(search)
        plain.include_router(router)
    plain.get("/v1/things")(list_things)

    assert names(plain) == {
        "get /v1/things/search": "search_v1_things_search_get",
        "get /v1/orders/search": "search_v1_orders_search_get",
        "get /v1/things": "list_things",
    }


async def test_handlers_of_one_name_are_told(app: FastAPI, read_log: ReadLog) -> None:
    for path in ("/a", "/b"):
        app.get(path)(search)

    app.openapi()
    app.openapi()

    lines = [(line["name"], line["route"]) for line in read_log(TOLD)]
    assert lines == [("search", "GET /a"), ("search", "GET /b")]


def test_a_handler_of_several_methods_has_an_operation_for_each(plain: FastAPI) -> None:
    plain.api_route("/things", methods=["PUT", "POST"])(search)
    with pytest.warns(UserWarning, match="Duplicate Operation ID"):  # it would be FastAPI's own
        plain.openapi()

    assert names(plain) == {"put /things": "search_put", "post /things": "search_post"}


@pytest.mark.parametrize(
    "said",
    [
        {"operation_id": "find"},
        {"openapi_extra": {"operationId": "find"}},
        {"generate_unique_id_function": lambda _: "find"},
    ],
)
def test_what_a_route_says_itself_stays(plain: FastAPI, said: dict[str, Any]) -> None:
    plain.get("/a", **said)(search)
    plain.get("/b")(search)

    assert names(plain) == {"get /a": "find", "get /b": "search"}


def test_what_a_route_says_itself_is_nobody_elses(plain: FastAPI) -> None:
    plain.get("/a", operation_id="search")(list_things)
    plain.get("/b")(search)

    assert names(plain) == {"get /a": "search", "get /b": "search_b_get"}


@pytest.mark.parametrize(
    ("function", "name"),
    [(lambda route: f"my_{route.name}", "my_search"), (generate_unique_id, "search_a_get")],
)
def test_what_the_application_says_stays(function: Callable[..., str], name: str) -> None:
    app = FastAPI(generate_unique_id_function=function)
    describe_api(app)
    router = APIRouter()
    router.get("/a")(search)
    app.include_router(router)

    assert names(app) == {"get /a": name}


def test_a_name_has_letters_digits_and_underscores_alone(plain: FastAPI) -> None:
    plain.get("/a", name="all things (old)")(search)
    plain.get("/b")(lambda: None)

    assert names(plain) == {"get /a": "all_things_old", "get /b": "lambda"}


def test_a_form_is_called_after_its_handler_too(plain: FastAPI) -> None:
    router = APIRouter(prefix="/v1")

    @router.post("/files")
    async def upload(file: UploadFile, title: Annotated[str, Form()]) -> None: ...

    plain.include_router(router)
    document = plain.openapi()

    content = document["paths"]["/v1/files"]["post"]["requestBody"]["content"]
    assert content["multipart/form-data"]["schema"]["$ref"].endswith("/Body_upload")
    assert document["components"]["schemas"]["Body_upload"]["title"] == "Body_upload"
    assert "Body_upload_v1_files_post" not in str(document)


def test_ways_to_sort_are_called_after_the_field_and_the_direction(plain: FastAPI) -> None:
    @plain.get("/things")
    async def read(sort: Literal["id", "-id"] = "id", kind: Literal["a", "b"] = "a") -> None: ...

    sort, kind = plain.openapi()["paths"]["/things"]["get"]["parameters"]

    assert sort["schema"]["x-enum-varnames"] == ["ID", "ID_DESCENDING"]
    assert "x-enum-varnames" not in kind["schema"]


def test_what_others_are_told_of_is_named_alike(plain: FastAPI) -> None:
    plain.webhooks.post("thing-made")(list_things)

    operation = plain.openapi()["webhooks"]["thing-made"]["post"]

    assert operation["operationId"] == "list_things"
