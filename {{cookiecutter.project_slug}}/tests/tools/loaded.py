"""A service with a resource of the tests' own, kept in memory, for the load test to ask."""

from typing import Annotated, Any
from uuid import UUID, uuid4

from fastapi import APIRouter, FastAPI
from fastapi.routing import iter_route_contexts
from pydantic import BaseModel, Field
from starlette.routing import BaseRoute

from app import main
from chassis.problems import NotFound

router = APIRouter(prefix="/v1/gadgets")
gadgets: dict[UUID, dict[str, Any]] = {}


class GadgetCreate(BaseModel):
    name: Annotated[str, Field(max_length=40, pattern="^[^\\x00]*[^\\x00-\\x20][^\\x00]*$")]
    size: Annotated[int, Field(ge=1, le=9)] = 1
    note: str | None = None


class GadgetUpdate(BaseModel):
    size: Annotated[int, Field(ge=1, le=9)] = 1


@router.get("")
async def list_gadgets() -> dict[str, Any]:
    return {"items": list(gadgets.values())[:20]}


@router.post("", status_code=201)
async def create_gadget(body: GadgetCreate) -> dict[str, Any]:
    key = uuid4()
    gadgets[key] = {"id": key, **body.model_dump()}
    return gadgets[key]


@router.get("/{gadget_id}")
async def get_gadget(gadget_id: UUID) -> dict[str, Any]:
    if gadget_id not in gadgets:
        raise NotFound
    return gadgets[gadget_id]


@router.patch("/{gadget_id}")
async def update_gadget(gadget_id: UUID, body: GadgetUpdate) -> dict[str, Any]:
    return gadgets[gadget_id] | body.model_dump()


def create_app() -> FastAPI:
    app = create_empty_app()
    app.include_router(router)
    return app


def create_failing_app() -> FastAPI:
    app = create_empty_app()

    @app.post("/v1/gadgets", status_code=201)
    async def fail(body: GadgetCreate) -> None:
        raise RuntimeError(body.name)

    return app


def create_empty_app() -> FastAPI:
    """Without what the service has: among many resources, a short load asks for few of them."""
    app = main.create_app()
    app.router.routes = [entry for entry in app.router.routes if not _is_versioned(entry)]
    return app


def _is_versioned(entry: BaseRoute) -> bool:
    return any((route.path or "").startswith("/v1/") for route in iter_route_contexts([entry]))
