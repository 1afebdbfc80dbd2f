"""The service in this directory, with a trivial route that asks who calls, and ones beside it."""

from app import main
from chassis.auth.guards import Authenticated, Requires, authentication_of
from chassis.cli import main as run
from chassis.cli.service import Service
from fastapi import Depends, FastAPI
from schemas import Health
from starlette.requests import HTTPConnection

create_app = main.create_app


async def trivial() -> Health:
    return Health(status="ok")


async def guarded(caller: Authenticated) -> Health:
    assert caller.id
    return Health(status="ok")


async def forget(connection: HTTPConnection) -> None:
    authentication_of(connection.scope).verified.forget()


async def verified() -> Health:
    return Health(status="ok")


def create_app_with_guards() -> FastAPI:
    app = create_app()
    app.get("/trivial")(trivial)
    app.get("/guarded")(guarded)
    # Each time as if the token had never been seen.
    app.get("/verified", dependencies=[Depends(forget), Depends(Requires())])(verified)
    return app


if __name__ == "__main__":
    main.create_app = create_app_with_guards  # what the server imports, in this process
    run(Service("app.main:create_app"))
