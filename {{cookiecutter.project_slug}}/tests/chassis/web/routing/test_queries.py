"""A query model read at once is read as FastAPI reads it."""

from collections.abc import Sequence
from typing import Annotated, Any, Literal

import pytest
from fastapi import APIRouter, Depends, FastAPI, Header, Query
from pydantic import AliasChoices, BaseModel, ConfigDict, Field, Json

from chassis.web.errors.handlers import handle_errors
from chassis.web.openapi import describe_api
from chassis.web.pagination import PageQuery
from chassis.web.routing import quicken
from chassis.web.types import Input, Instant, Name
from tests.support.clients import client_of


class Filters(PageQuery):
    sort: Literal["id", "-id"] = "id"
    name: Name | None = None
    flag: bool | None = None
    since: Instant | None = None
    tags: Annotated[list[str], Field(max_length=3)] = Field(default_factory=lambda: ["none"])
    sizes: Annotated[set[int] | None, Query(alias="size")] = None
    words: Sequence[str] | None = None


class Required(Input):
    number: Annotated[int, Field(validation_alias="n")]
    numbers: list[int]


class Open(BaseModel):
    model_config = ConfigDict(extra="allow")

    number: int = 1


class Silent(BaseModel):
    number: int = 1


class Choosing(Input):
    number: Annotated[int, Field(validation_alias=AliasChoices("n", "number"))] = 1
    numbers: list[int] = Field(default_factory=list)


class ByName(Input):
    model_config = ConfigDict(validate_by_name=True)

    number: Annotated[int, Field(alias="n")] = 1
    numbers: list[int] = Field(alias="ns", default_factory=list)


class Encoded(Input):
    numbers: Json[list[int]] = Field(default_factory=lambda: [1])


class Names(BaseModel):
    x_name: list[str] = []


MODELS: list[type[BaseModel]] = [Filters, Required, Open, Silent, Choosing, ByName, Encoded]
router = APIRouter()


def _route(model: type[BaseModel]) -> None:
    Asked = Annotated[model, Query()]  # type: ignore[valid-type]  # noqa: N806
    Perhaps = Annotated[model | None, Query()]  # type: ignore[valid-type]  # noqa: N806

    @router.get(f"/{model.__name__}")
    async def read(query: Asked) -> Any:
        return [repr(query), sorted(query.model_fields_set)]  # type: ignore[attr-defined]

    @router.get(f"/{model.__name__}/{{number}}")
    async def read_more(
        number: int, other: Annotated[Any, Depends(read)], query: Asked, n: int = 0
    ) -> Any:
        return [number, n, other, repr(query)]

    @router.get(f"/{model.__name__}/optional/{{number}}")
    async def read_optional(query: Perhaps) -> Any:
        return repr(query)


for model in MODELS:
    _route(model)


@router.get("/others")
async def read_others(
    names: Annotated[Names, Header()], number: Json[Open] | None = None, n: int = 0
) -> Any:
    return [names, number, n]


@router.get("/encoded")
async def read_encoded(number: Annotated[Json[Open], Query()]) -> Any:
    return number


QUERIES = [
    "",
    "limit=2",
    "limit=2&limit=3",
    "limit=3&limit=x",
    "limit=x",
    "limit=",
    "limit",
    "limit=0&sort=y&flag=perhaps&unknown=1&since=1",
    "unknown=1&unknown=2&limit=x",
    "sort=-id&name=%00&name=a",
    "name=",
    "flag=true&flag=",
    "since=2026-01-01T00:00:00%2B02:00",
    "tags=a",
    "tags=a&tags=b&limit=1&tags=c",
    "tags=a&tags=b&tags=c&tags=d",
    "tags=",
    "size=1&size=2&size=1",
    "size=x&size=2",
    "sizes=1",
    "words=a&words=b",
    "words=a",
    "n=1",
    "n=1&numbers=1&numbers=2",
    "n=1&n=2&numbers=x",
    "number=1&numbers=1",
    "number=1&n=x",
    "numbers=",
    "numbers=[1,2]",
    "numbers=[x]",
    "number=1.0",
    'number={"number":2}',
    "%C3%A9=%FF&limit=%F0%9F",
    "&&=&a=b=c;d",
    "_field=1&validate=2",
]
ENDS = ["", "/1", "/x", "/optional/1"]
PATHS = ["/others", "/encoded", *(f"/{model.__name__}{end}" for model in MODELS for end in ENDS)]


def made() -> FastAPI:
    app = FastAPI(telemetry={"tracing": False, "metrics": False, "logs": False})
    app.include_router(router)
    handle_errors(app)
    describe_api(app)
    return app


@pytest.fixture
def ours() -> FastAPI:
    app = made()
    quicken(app)
    return app


@pytest.fixture
def plain() -> FastAPI:
    return made()


@pytest.mark.no_cover  # other tests cover it; measured, it would take thrice as long
@pytest.mark.parametrize("path", PATHS)
async def test_every_query_is_read_and_refused_alike(
    ours: FastAPI, plain: FastAPI, path: str
) -> None:
    async with client_of(ours) as one, client_of(plain) as other:
        for query in QUERIES:
            url = f"{path}?{query}"
            answers = [await client.get(url, headers={"X-Name": "n"}) for client in (one, other)]

            assert answers[0].status_code == answers[1].status_code, url
            assert answers[0].json() == answers[1].json(), url


def test_it_is_documented_alike(ours: FastAPI, plain: FastAPI) -> None:
    assert ours.openapi() == plain.openapi()


async def test_no_type_is_looked_at_for_each_request(
    ours: FastAPI, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delattr("fastapi.dependencies.utils.field_annotation_is_sequence")

    answer = await client_of(ours).get("/Filters?limit=2&tags=a")

    assert answer.status_code == 200
