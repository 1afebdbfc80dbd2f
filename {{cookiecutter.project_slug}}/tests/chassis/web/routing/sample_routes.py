"""Routes of every kind: plain ones, those that need more of FastAPI, and one of its own class."""

from collections.abc import AsyncIterator, Iterator
from itertools import count
from typing import Annotated, Any, cast

from fastapi import (
    APIRouter,
    BackgroundTasks,
    Body,
    Cookie,
    Depends,
    Header,
    Query,
    Request,
    Response,
)
from fastapi.responses import PlainTextResponse, StreamingResponse
from fastapi.routing import APIRoute
from fastapi.security import HTTPBearer, SecurityScopes
from pydantic import BaseModel, Field
from starlette.requests import HTTPConnection

plain, other = APIRouter(), APIRouter()
events: list[str] = []
numbers = count()


class Item(BaseModel):
    name: Annotated[str, Field(max_length=5)]
    size: int = 1


class Search(BaseModel):
    model_config = {"extra": "forbid"}
    word: str = "none"
    tag: list[str] = []
    limit: Annotated[int, Field(ge=1, alias="max")] = 10


async def number() -> int:
    return next(numbers)


class Checked:
    async def __call__(self, x_key: Annotated[int, Header()]) -> int:
        return x_key


async def session(request: Request) -> AsyncIterator[str]:
    events.append("opened")
    try:
        yield "session"
    except ValueError:
        events.append("saw the error")
        raise
    finally:
        events.append("closed")


async def ended_late() -> AsyncIterator[str]:
    yield "late"
    events.append("closed late")


async def swallowing() -> AsyncIterator[None]:
    try:
        yield
    except ValueError:
        events.append("swallowed")


async def counted(response: Response, limit: Annotated[int, Query(le=9)] = 3) -> int:
    response.headers["X-Limit"] = str(limit)
    return limit


Shared = Annotated[int, Depends(number)]
Late = Annotated[str, Depends(ended_late)]
Early = Annotated[str, Depends(session, scope="function")]


async def twice(one: Shared) -> int:
    return one


async def once_with_anew(
    new: Annotated[int, Depends(number, use_cache=False)],
    newer: Annotated[int, Depends(number, use_cache=False)],
) -> int:
    return newer - new


async def again_with_anew(found: Annotated[int, Depends(once_with_anew)]) -> int:
    return found


@plain.get("/items/{item_id}/{kind}")
async def read(
    item_id: int,
    kind: str,
    q: Annotated[list[str], Query(alias="query")] = ["a"],  # noqa: B006  FastAPI copies it
    x_token: Annotated[str | None, Header()] = None,
    seen: Annotated[str, Cookie()] = "never",
) -> dict[str, object]:
    return {"id": item_id, "kind": kind, "q": q, "token": x_token, "seen": seen}


@plain.get("/search")
async def search(query: Annotated[Search, Query()]) -> Search:
    return query


@plain.get("/shared")
async def shared(
    one: Shared,
    same: Annotated[int, Depends(twice)],
    new: Annotated[int, Depends(number, use_cache=False)],
) -> dict[str, bool]:
    return {"same": one == same, "new": new != one}


@plain.get("/anew")
async def anew(
    first: Annotated[int, Depends(once_with_anew)], second: Annotated[int, Depends(again_with_anew)]
) -> int:
    """How often `number` was called for this request."""
    return next(numbers) - first - second


@plain.get("/checked", dependencies=[Depends(number)])
async def checked(
    key: Annotated[int, Depends(Checked())],
    again: Annotated[int, Depends(counted)],
    bearer: Annotated[Any, Depends(HTTPBearer(auto_error=False))],
    wanted: int,
    connection: HTTPConnection,
) -> list[object]:
    return [key, again, bearer and bearer.credentials, wanted, connection.scope["type"]]


@plain.get("/opened", response_model=str)
async def opened(late: Late, early: Early) -> Response:
    events.append(f"{early} {late}")
    return Response("body", 203, {"X-Own": "1"})


@plain.get("/broken")
async def broken(late: Late, early: Early) -> str:
    raise ValueError(early + late)


@plain.get("/swallowed")
async def swallowed(_: Annotated[None, Depends(swallowing)]) -> str:
    raise ValueError


@plain.get("/swallowed-early")
async def swallowed_early(_: Annotated[None, Depends(swallowing, scope="function")]) -> str:
    raise ValueError


@plain.post("/items", status_code=201)
async def create(item: Item, limit: Annotated[int, Depends(counted)]) -> Item:
    return Item(name=item.name, size=item.size + limit)


@plain.post("/optional")
async def optional(item: Item | None = None) -> Item | None:
    return item


@plain.post("/embedded")
async def embedded(item: Annotated[Item, Body(embed=True)]) -> Item:
    return item


@plain.post("/two")
async def two(item: Item, amount: Annotated[int, Body()]) -> tuple[Item, int]:
    return item, amount


@plain.put("/status/{status}", response_model_exclude={"size"}, response_model_exclude_none=True)
async def set_status(status: int, response: Response, _: Annotated[int, Depends(counted)]) -> Item:
    response.status_code = status
    response.set_cookie("seen", "now")
    return Item(name="x")


@plain.get("/invalid")
async def invalid() -> int:
    return cast("int", "no number")


@other.get("/sync")
def sync() -> str:
    return "from a thread"


@other.get("/sync-dependency")
async def sync_dependency(found: Annotated[int, Depends(lambda: 5)]) -> int:
    return found


def opened_in_thread() -> Iterator[int]:
    yield 6


@other.get("/sync-generator")
async def sync_generator(found: Annotated[int, Depends(opened_in_thread)]) -> int:
    return found


@other.get("/background")
async def background(tasks: BackgroundTasks) -> str:
    tasks.add_task(events.append, "in the background")
    return "soon"


@other.get("/scopes")
async def scopes(found: SecurityScopes) -> list[str]:
    return found.scopes


@other.get("/text", response_class=PlainTextResponse)
async def text() -> str:
    return "text"


@plain.get("/untyped")
async def untyped():  # type: ignore[no-untyped-def]  # noqa: ANN201  on purpose
    return {"any": "thing"}


@other.get("/stream", response_class=StreamingResponse)
async def stream() -> AsyncIterator[bytes]:
    yield b"one"
    yield b"two"


@plain.delete("/items/{item_id}", status_code=204)
async def delete(item_id: int) -> None:
    events.append(f"deleted {item_id}")


class OwnRoute(APIRoute):
    def get_route_handler(self) -> Any:
        async def handler(_: Request) -> Response:
            return Response("own")

        return handler


own = APIRouter(route_class=OwnRoute)


@own.get("/own")
async def own_handler() -> str:
    return "never"
