"""Routes that ask who calls."""

from typing import Annotated

from fastapi import APIRouter, Depends, Response, WebSocket

from chassis.auth.guards import Authenticated, MaybeAuthenticated, Requires, public
from chassis.auth.principal import Principal
from chassis.web.idempotency import Once

router = APIRouter()

Writer = Annotated[Principal, Depends(Requires("orders:write"))]


@router.get("/guarded")
async def read_guarded(principal: Authenticated) -> str:
    return principal.id


@router.get("/plain")
async def read_plain() -> str:
    return "anybody"


@router.get("/open")
@public
async def read_open() -> str:
    return "anybody"


@router.get("/perhaps")
async def read_perhaps(principal: MaybeAuthenticated) -> str:
    return principal.id if principal else "a stranger"


@router.post("/orders", dependencies=[Depends(Requires("orders:write"))], status_code=204)
async def create_order() -> None:
    """Guarded without wanting to know who it is."""


@router.get("/scopes")
async def read_scopes(principal: Writer) -> list[str]:
    return sorted(principal.scopes)


@router.post("/once")
async def create_once(principal: Authenticated, once: Once) -> Response:
    return await once.run(lambda _: _answer(principal.id))


async def _answer(text: str) -> Response:
    return Response(text)


@router.websocket("/socket")
async def talk(socket: WebSocket, principal: Authenticated) -> None:
    await socket.accept()
    await socket.send_text(principal.id)
