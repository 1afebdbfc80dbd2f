"""The service and a few WebSockets, most of which misbehave: see `serving.py`."""

import asyncio
from typing import Annotated

import structlog
from fastapi import APIRouter, Depends, FastAPI, WebSocket, WebSocketException
from starlette.exceptions import HTTPException

from chassis.problems import Forbidden, InvalidRequest, NotFound, RateLimitExceeded, Unavailable
from chassis.web.mounting import adopt_mounted
from chassis.web.rate_limits.policies import limited
from chassis.web.serving.drain import CurrentDrain
from tests.chassis import application

router = APIRouter(prefix="/ws")
log = structlog.get_logger()


FAILURES: dict[str, Exception] = {
    "not-found": NotFound("There is no such room."),
    "invalid": InvalidRequest(errors=[{"loc": ["name"], "msg": "too long", "type": "x"}]),
    "forbidden": Forbidden("You may not."),
    "too-often": RateLimitExceeded(retry_after=3),
    "unavailable": Unavailable(),
    "http-404": HTTPException(404),
    "http-413": HTTPException(413),
    "http-418": HTTPException(418, headers={"X-Own": "yes"}),
    "socket": WebSocketException(3000, "no token"),
    "defect": RuntimeError("the text of an exception"),
}


def create_app() -> FastAPI:
    app = application.create_app()
    app.include_router(router)
    mounted = FastAPI()
    mounted.include_router(router)
    app.mount("/mounted", mounted)
    adopt_mounted(app)
    return app


@router.websocket("/echo/{room}")
async def echo(socket: WebSocket, room: int) -> None:
    """Until the client leaves, of which it takes no notice."""
    await socket.accept()
    log.info("socket accepted", room=room)
    while True:
        await socket.send_text(await socket.receive_text())


@router.websocket("/refuse/{kind}")
async def refuse(socket: WebSocket, kind: str) -> None:
    raise FAILURES[kind]


@router.websocket("/fail/{kind}")
async def fail(socket: WebSocket, kind: str) -> None:
    await socket.accept()
    raise FAILURES[kind]


@router.websocket("/fail-closed")
async def fail_closed(socket: WebSocket) -> None:
    await socket.accept()
    await socket.close(4_000)
    raise FAILURES["not-found"]


@router.websocket("/close")
async def close(socket: WebSocket) -> None:
    await socket.close(4_000, "not you")


@router.websocket("/forgotten")
async def forgotten(socket: WebSocket) -> None:
    """Neither accepts nor refuses."""


@router.websocket("/return")
@router.websocket("/invited/{token}")
async def return_(socket: WebSocket) -> None:
    await socket.accept()


async def as_user(token: str) -> str:
    raise WebSocketException(1008)


@router.websocket("/user")
async def user(socket: WebSocket, name: Annotated[str, Depends(as_user)]) -> None: ...


@router.websocket("/two-tasks")
async def two_tasks(socket: WebSocket) -> None:
    """One task receives and another sends, as many do."""
    await socket.accept()

    async def send() -> None:
        while True:
            await socket.send_text("tick")
            await asyncio.sleep(0.01)

    async def receive() -> None:
        while True:
            await socket.receive_text()

    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(send())
        tasks.create_task(receive())


@router.websocket("/tick")
async def tick(socket: WebSocket) -> None:
    """Sends, and never listens."""
    await socket.accept()
    while True:
        await socket.send_text("tick")
        await asyncio.sleep(0.01)


@router.websocket("/late")
async def late(socket: WebSocket) -> None:
    """Accepts once the client has left."""
    log.info("handshake begun")
    await socket.receive()
    await socket.receive()
    await socket.accept()


@router.websocket("/deaf")
async def deaf(socket: WebSocket) -> None:
    """Neither sends nor listens."""
    await socket.accept()
    await asyncio.Event().wait()


@router.websocket("/until-drain")
async def until_drain(socket: WebSocket, drain: CurrentDrain) -> None:
    await socket.accept()
    await drain.wait()


@router.websocket("/limited")
@limited("2/hour")
async def seldom(socket: WebSocket) -> None:
    await socket.accept()


@router.get("/limited")
async def often() -> str:
    return "at the same path"


@router.websocket("/quiet")
async def quiet(socket: WebSocket) -> None:
    """Longer than any timer of the tests."""
    await socket.accept()
    await asyncio.sleep(1.5)


@router.get("/slow")
async def slow(seconds: float) -> dict[str, str]:
    await asyncio.sleep(seconds)
    return {"said": "done"}
