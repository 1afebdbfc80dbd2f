"""The service in this directory, with a trivial route in a nested router and one of `app.get`."""

from app import main
from chassis.cli import main as run
from chassis.cli.service import Service
from fastapi import APIRouter, FastAPI
from schemas import Health

create_app = main.create_app


async def trivial() -> Health:
    return Health(status="ok")


def create_app_with_routes() -> FastAPI:
    app = create_app()
    outer, inner = APIRouter(prefix="/outer"), APIRouter(prefix="/inner")
    inner.get("/trivial")(trivial)
    outer.include_router(inner)
    app.include_router(outer)
    app.get("/trivial")(trivial)
    return app


if __name__ == "__main__":
    main.create_app = create_app_with_routes  # what the server imports, in this process
    run(Service("app.main:create_app"))
