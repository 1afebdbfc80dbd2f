"""An application with each middleware of docs/your-own-middleware.md, where the page puts it."""

import re
from typing import Any

import structlog
from fastapi import APIRouter, FastAPI, Request, WebSocket
from starlette.middleware import Middleware

from tests.chassis import application
from tests.chassis.documents.pages import Page

PAGE = Page("your-own-middleware.md")
PLACE = re.compile(r"^\| `(\w+)` \| `(\w+)` \|", re.MULTILINE)
PLACES = PLACE.findall(PAGE.section("Where in the order"))
SUNSET, SECRET = "Sat, 01 Jan 2028 00:00:00 GMT", "hunter2"
OPTIONS: dict[str, dict[str, Any]] = {
    "ClosedMiddleware": {"below": "/v1/closed"},
    "SignatureMiddleware": {"below": "/v1/signed", "secret": SECRET},
    "SunsetMiddleware": {"at": SUNSET},
}

router = APIRouter(prefix="/v1")


def create_app() -> FastAPI:
    app = application.create_app()
    page, stack = PAGE.load(), app.user_middleware
    for name, neighbour in PLACES:
        names = [getattr(entry.cls, "__name__", "") for entry in stack]
        own = Middleware(getattr(page, name), **OPTIONS.get(name, {}))
        stack.insert(names.index(neighbour) + 1, own)
    app.include_router(router)
    return app


@router.get("/tenant")
async def tenant(request: Request) -> str:
    structlog.get_logger().info("asked")
    structlog.contextvars.bind_contextvars(bound="by a coroutine")
    return str(request.state.tenant)


@router.get("/in-a-thread")
def in_a_thread() -> None:
    structlog.contextvars.bind_contextvars(bound="in a thread")


@router.get("/closed/here")
@router.get("/closedness")
async def found() -> str:
    return "found"


@router.post("/signed")
async def signed(request: Request, body: dict[str, Any]) -> dict[str, Any]:
    return body | {"left": await request.is_disconnected()}


@router.websocket("/talk")
@router.websocket("/closed/talk")
async def talk(socket: WebSocket) -> None:
    await socket.accept()
    await socket.send_text(socket.state.tenant)
