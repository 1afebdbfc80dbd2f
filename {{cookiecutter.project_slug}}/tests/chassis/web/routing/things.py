"""Small routes, to be included in any way there is."""

from typing import Annotated

from fastapi import APIRouter, Depends
from starlette.requests import Request
from starlette.responses import Response


async def colour() -> str:
    return "red"


async def read(thing: str, found: Annotated[str, Depends(colour)]) -> str:
    return f"{found} {thing}"


async def word() -> str:
    return "word"


def things() -> APIRouter:
    router = APIRouter(prefix="/things", tags=["things"])
    router.get("/{thing}")(read)
    return router


async def plain(request: Request) -> Response:
    return Response(request.path_params["thing"])
