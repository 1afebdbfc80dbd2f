"""The OpenAPI document says what the service really answers."""

import json
import re
import tomllib
from collections.abc import Iterator
from typing import Annotated, Any

import pytest
from fastapi import APIRouter, Depends, FastAPI
from fastapi.security import HTTPBearer, OAuth2PasswordBearer

from chassis.problems import AlreadyExists, Conflict, Forbidden, IdempotencyKeyReused, NotFound
from chassis.web.openapi import problems
from chassis.web.types import Input, Output
from tests.chassis.application import create_app
from tests.support.clients import Client
from tests.support.composition import PROJECT
from tests.support.settings import make_settings

Document = dict[str, Any]
METHODS = {"get", "head", "post", "put", "patch", "delete", "options", "trace"}
MEDIA_TYPE = "application/problem+json"
PROBLEM = {"$ref": "#/components/schemas/Problem"}
NOWHERE = "postgresql://db/shop"

TOKEN = OAuth2PasswordBearer("token")


class ThingCreate(Input):
    name: str


class ThingRead(Output):
    name: str


@pytest.fixture
async def document(app: FastAPI) -> Document:
    """Of the whole service, and a few routes of every kind."""

    @app.get("/things", response_model=list[ThingRead])
    async def list_things(limit: int = 1) -> None: ...

    @app.post("/things", response_model=ThingRead, responses=problems(AlreadyExists, Conflict))
    async def create_thing(body: ThingCreate) -> None: ...

    @app.delete("/things/{thing_id}", status_code=204, responses=problems(NotFound))
    async def delete_thing(thing_id: int) -> None: ...

    @app.get("/mine", dependencies=[Depends(HTTPBearer())])
    async def read_mine() -> None: ...

    @app.put("/mine", responses=problems(IdempotencyKeyReused, Forbidden) | {401: {}})
    async def replace_mine(body: ThingCreate, _: Annotated[str, Depends(TOKEN)]) -> None: ...

    return app.openapi()


def operations(document: Document) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, item in document["paths"].items():
        for method, operation in item.items():
            yield path, method, operation


def parts(value: object) -> Iterator[dict[str, Any]]:
    """Every object in it, at any depth."""
    if isinstance(value, dict):
        yield value
    for part in value.values() if isinstance(value, dict) else value:  # type: ignore[attr-defined]
        if isinstance(part, dict | list):
            yield from parts(part)


async def test_the_document_is_served(client: Client, document: Document) -> None:
    response = await client.get("/openapi.json")

    assert response.status_code == 200
    assert response.json() == document


async def test_it_is_a_complete_openapi_document(document: Document, app: FastAPI) -> None:
    assert re.fullmatch(r"3\.1\.\d", document["openapi"])
    assert document["info"] == {
        "title": app.title,
        "description": app.description,
        "version": app.version,
        "contact": app.contact,
    }
    assert document["servers"] == [{"url": "/"}]
    for path, method, operation in operations(document):
        assert path.startswith("/")
        assert method in METHODS
        assert operation["operationId"]
        names = {p["name"] for p in operation.get("parameters", []) if p["in"] == "path"}
        assert names == set(re.findall(r"\{(\w+)\}", path))
        for status, response in operation["responses"].items():
            assert re.fullmatch(r"[1-5]\d\d|default", status)
            assert response["description"]


@pytest.mark.parametrize(
    ("said", "told"), [("Checkout team", {"name": "Checkout team"}), ("", None)]
)
def test_it_says_who_looks_after_the_service_where_that_is_known(
    said: str, told: dict[str, str] | None
) -> None:
    settings = make_settings(database={"url": NOWHERE}, service={"contact": said})

    assert create_app(settings).openapi()["info"].get("contact") == told


def test_who_that_is_stands_in_the_project_file() -> None:
    authors = tomllib.loads((PROJECT / "pyproject.toml").read_text("utf-8"))["project"]["authors"]

    contact = make_settings(database={"url": NOWHERE}).service.contact

    assert contact == ", ".join(author["name"] for author in authors)


async def test_operations_have_names_of_their_own(document: Document) -> None:
    names = [operation["operationId"] for _, _, operation in operations(document)]

    assert len(set(names)) == len(names)


async def test_every_reference_leads_somewhere(document: Document) -> None:
    schemas = document["components"]["schemas"]

    for part in parts(document):
        if "$ref" in part:
            assert part["$ref"].removeprefix("#/components/schemas/") in schemas


async def test_every_error_is_a_problem(document: Document) -> None:
    for path, _, operation in operations(document):
        for status, response in operation["responses"].items():
            if status == "default" or (status >= "400" and not path.startswith("/health")):
                assert response["content"][MEDIA_TYPE]["schema"] == PROBLEM


async def test_each_problem_is_shown_by_an_example_of_its_own(document: Document) -> None:
    responses = document["paths"]["/mine"]["put"]["responses"]

    examples = responses["422"]["content"][MEDIA_TYPE]["examples"]

    assert examples == {
        "idempotency-key-reused": {
            "summary": "Idempotency key reused",
            "value": {
                "type": "/problems/idempotency-key-reused",
                "title": "Idempotency key reused",
                "status": 422,
                "detail": IdempotencyKeyReused.detail,
            },
        },
        "invalid-request": {
            "summary": "Invalid request",
            "value": {
                "type": "/problems/invalid-request",
                "title": "Invalid request",
                "status": 422,
                "errors": [{"loc": ["body", "name"], "msg": "Field required", "type": "missing"}],
            },
        },
    }


async def test_the_frameworks_own_errors_are_gone(document: Document) -> None:
    assert not {"HTTPValidationError", "ValidationError"} & set(document["components"]["schemas"])


@pytest.mark.parametrize(
    ("path", "method", "statuses"),
    [
        ("/things", "get", {"200", "422", "default"}),
        ("/things", "post", {"200", "400", "409", "415", "422", "default"}),
        ("/things/{thing_id}", "delete", {"204", "404", "422", "default"}),
        ("/mine", "get", {"200", "401", "403", "default"}),
        ("/mine", "put", {"200", "400", "401", "403", "415", "422", "default"}),
        ("/health/live", "get", {"200", "default"}),
        ("/health/ready", "get", {"200", "503", "default"}),
    ],
)
async def test_an_operation_lists_what_it_can_answer(
    document: Document, path: str, method: str, statuses: set[str]
) -> None:
    assert set(document["paths"][path][method]["responses"]) == statuses


async def test_problems_of_one_status_share_its_description(document: Document) -> None:
    responses = document["paths"]["/things"]["post"]["responses"]

    assert responses["409"]["description"] == "Already exists / Conflict"


async def test_what_a_route_says_of_a_status_is_kept(document: Document) -> None:
    responses = document["paths"]["/mine"]["put"]["responses"]

    assert {status: responses[status]["description"] for status in ("401", "403", "422")} == {
        "401": "Unauthorized / Unauthenticated",
        "403": "Forbidden",
        "422": "Idempotency key reused / Invalid request",
    }


async def test_a_model_that_a_route_names_for_an_error_is_kept(app: FastAPI) -> None:
    @app.put("/own", responses={400: {"model": ThingRead, "description": "Own"}})
    async def own(body: ThingCreate) -> None: ...

    response = app.openapi()["paths"]["/own"]["put"]["responses"]["400"]

    assert response["description"] == "Own / Malformed request"
    schemas = {kind: told["schema"] for kind, told in response["content"].items()}
    model = {"$ref": "#/components/schemas/ThingRead"}
    assert schemas == {"application/json": model, MEDIA_TYPE: PROBLEM}


async def test_a_problem_that_is_sent_has_the_documented_shape(
    client: Client, document: Document
) -> None:
    schema = document["components"]["schemas"]["Problem"]
    types = {"string": str, "integer": int, "array": list}

    for response in (await client.get("/nowhere"), await client.post("/things", json={})):
        body = response.json()
        assert set(schema["required"]) <= set(body) <= set(schema["properties"])
        for name, value in body.items():
            assert isinstance(value, types[schema["properties"][name]["type"]])
        shape = schema["properties"]["errors"]["items"]["properties"]
        assert all(set(error) == set(shape) for error in body.get("errors", []))


async def test_what_others_answer_to_us_refers_to_nothing_that_is_not_there(app: FastAPI) -> None:
    callbacks = APIRouter()
    callbacks.post("{$request.body#/url}")(create_thing)
    app.post("/things", callbacks=callbacks.routes)(create_thing)
    app.webhooks.post("thing-made")(create_thing)
    app.webhooks.post("all-made")(tell)

    text = json.dumps(app.openapi())

    assert "HTTPValidationError" not in text


async def tell() -> None: ...


async def create_thing(body: ThingCreate) -> None: ...
