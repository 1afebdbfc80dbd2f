"""FastAPI with one route in a router that is included by another."""

from fastapi import APIRouter, FastAPI
from schemas import Health

inner, outer = APIRouter(prefix="/inner"), APIRouter(prefix="/outer")


@inner.get("/trivial")
async def trivial() -> Health:
    return Health(status="ok")


outer.include_router(inner)
app = FastAPI()
app.include_router(outer)
