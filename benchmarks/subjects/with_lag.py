"""The service in this directory, which tells at `/lag` how late its event loop was since then."""

import asyncio

from app import main
from chassis.cli import main as run
from chassis.cli.service import Service
from fastapi import FastAPI

PAUSE = 0.005
create_app = main.create_app
late: list[float] = []


async def lag() -> list[float]:
    """Seconds; the first call begins to look."""
    if not late:
        _look(asyncio.get_running_loop().time())
    told = late.copy()
    late.clear()
    late.append(0.0)
    return told


def _look(due: float) -> None:
    loop = asyncio.get_running_loop()
    late.append(max(loop.time() - due, 0.0))
    due = loop.time() + PAUSE
    loop.call_at(due, _look, due)


def create_app_with_lag() -> FastAPI:
    app = create_app()
    app.get("/lag")(lag)
    return app


if __name__ == "__main__":
    main.create_app = create_app_with_lag  # what the server imports, in this process
    run(Service("app.main:create_app"))
