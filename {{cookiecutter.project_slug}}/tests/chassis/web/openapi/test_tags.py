"""What a tag means is said where its router is, and listed once in the document."""

from enum import Enum
from typing import Any

import pytest
from fastapi import APIRouter, FastAPI

from chassis.web.openapi import Tag, describe_api

THINGS = Tag("things", "What there is.")


class Group(Enum):
    OLD = "old"


async def read() -> None: ...


@pytest.fixture
def app() -> FastAPI:
    app = FastAPI()
    describe_api(app)
    return app


def listed(app: FastAPI) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = app.openapi().get("tags", [])
    return found


def tagged(*tags: str | Enum, prefix: str = "") -> APIRouter:
    router = APIRouter(prefix=prefix, tags=[*tags])
    router.get("/read")(read)
    return router


def test_the_sentence_of_a_router_is_in_the_document(app: FastAPI) -> None:
    outer = APIRouter(prefix="/v1")
    outer.include_router(tagged(THINGS))
    app.include_router(outer)

    assert listed(app) == [{"name": "things", "description": "What there is."}]
    assert app.openapi()["paths"]["/v1/read"]["get"]["tags"] == ["things"]


def test_tags_are_listed_once_in_the_order_of_their_routes(app: FastAPI) -> None:
    app.include_router(tagged("plain", "things", prefix="/a"))
    app.include_router(tagged(THINGS, Group.OLD, prefix="/b"))

    assert listed(app) == [
        {"name": "plain"},
        {"name": "things", "description": "What there is."},
        {"name": "old"},
    ]


def test_what_the_application_says_of_a_tag_wins_and_comes_first() -> None:
    said = [{"name": "other"}, {"name": "things", "description": "Its own."}]
    app = FastAPI(openapi_tags=said)
    describe_api(app)
    app.include_router(tagged("plain", THINGS))

    assert listed(app) == [*said, {"name": "plain"}]


def test_without_tags_there_is_no_list(app: FastAPI) -> None:
    app.get("/read")(read)

    assert "tags" not in app.openapi()


def test_a_tag_is_the_text_of_its_name() -> None:
    assert THINGS == "things"
    assert f"{THINGS}" == "things"
