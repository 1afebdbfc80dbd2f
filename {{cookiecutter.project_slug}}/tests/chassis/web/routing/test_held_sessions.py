"""Routes that outlive a session are refused when the application is made."""

from collections.abc import AsyncIterator, Callable
from typing import Annotated, Any

import pytest
from fastapi import APIRouter, Depends, FastAPI, WebSocket
from fastapi.sse import EventSourceResponse
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.responses import Response, StreamingResponse
from starlette.routing import WebSocketRoute

from chassis.settings import Settings
from chassis.web.named_databases import reads_of, session_of
from chassis.web.routing.held_sessions import refuse_held_sessions
from chassis.web.sessions import CurrentDatabase, PrimaryReadSession, ReadSession, Session
from tests.chassis import application

Analytics = Annotated[AsyncSession, session_of("analytics")]
AnalyticsReads = Annotated[AsyncSession, reads_of("analytics")]


async def with_session(session: Session) -> str:
    return str(session)


async def direct(socket: WebSocket, session: Session) -> None: ...
async def beneath(socket: WebSocket, found: Annotated[str, Depends(with_session)]) -> None: ...
async def named(socket: WebSocket, session: Analytics) -> None: ...


async def safe(
    socket: WebSocket,
    database: CurrentDatabase,
    reads: ReadSession,
    primary: PrimaryReadSession,
    analytics: AnalyticsReads,
) -> None: ...


async def streamed(session: Session) -> AsyncIterator[str]:
    yield "never"


async def asked(session: Session) -> str:
    return "asked"


async def plain(socket: WebSocket) -> None: ...


@pytest.mark.parametrize("handler", [direct, beneath, named])
def test_a_websocket_takes_no_session(handler: object) -> None:
    router, app = APIRouter(prefix="/v1"), FastAPI()
    router.add_api_websocket_route("/feed", handler)  # type: ignore[arg-type]  # any of them
    app.include_router(router)

    with pytest.raises(TypeError) as refused:
        refuse_held_sessions(app.routes)

    assert str(refused.value) == (
        "/v1/feed is a WebSocket and cannot take a session: open one for each piece of work, "
        "`async with database.transaction()` of CurrentDatabase"
    )


@pytest.mark.parametrize("response_class", [EventSourceResponse, StreamingResponse])
def test_what_is_streamed_takes_none_either(response_class: type[Response]) -> None:
    app = FastAPI()
    app.get("/feed", response_class=response_class)(streamed)

    with pytest.raises(TypeError, match=r"^/feed is a stream and cannot take a session"):
        refuse_held_sessions(app.routes)


async def told(session: Session) -> StreamingResponse:
    return StreamingResponse(iter([b"never"]))


@pytest.mark.parametrize(("handler", "response_class"), [(told, None), (asked, StreamingResponse)])
def test_a_stream_that_a_handler_makes_takes_none_either(
    handler: Callable[..., object], response_class: type[Response] | None
) -> None:
    app = FastAPI()
    options: dict[str, Any] = {"response_class": response_class} if response_class else {}
    app.get("/feed", **options)(handler)

    with pytest.raises(TypeError, match=r"^/feed is a stream and cannot take a session"):
        refuse_held_sessions(app.routes)


def test_what_holds_nothing_is_taken() -> None:
    app = FastAPI()
    app.add_api_websocket_route("/feed", safe)
    app.get("/asked")(asked)
    app.router.routes.append(WebSocketRoute("/plain", plain))

    refuse_held_sessions(app.routes)


def test_the_application_is_not_made(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    router = APIRouter()
    router.add_api_websocket_route("/feed", direct)
    monkeypatch.setattr(application, "ROUTERS", [router])

    with pytest.raises(TypeError, match="/feed"):
        application.create_app(settings)
