"""The service, and routes that name paths of their own in every way: for a prefix to be right."""

from fastapi import FastAPI, Request, Response, WebSocket
from fastapi.responses import RedirectResponse

from chassis.database.paging.keyset import Page
from chassis.problems import NotFound
from chassis.web.idempotency import Once
from chassis.web.pagination import link_next
from chassis.web.rate_limits.policies import limited
from tests.chassis import application


def create_app() -> FastAPI:
    app = application.create_app()
    app.mount("/inner", inner)
    app.post("/v1/things")(create)
    app.get("/v1/things")(read)
    app.get("/v1/missing")(missing)
    app.get("/v1/old", status_code=307)(old)
    app.get("/v1/away")(away)
    app.get("/v1/where")(where)
    app.get("/v1/rare")(limited("1/hour")(rare))
    app.websocket("/v1/echo")(echo)
    return app


inner = FastAPI(telemetry={"tracing": False, "metrics": False, "logs": False})


@inner.get("/where")
async def inner_where(request: Request) -> dict[str, str]:
    return {"path": request.url.path, "named": str(request.url_for("inner_where"))}


async def create(once: Once) -> Response:
    async def work(_: object) -> Response:
        return Response(status_code=201, headers={"Location": "/v1/things/7?a=/shop"})

    return await once.run(work)


async def read(request: Request, response: Response) -> list[str]:
    link_next(Page([], "next"), request, response)
    return []


async def missing() -> None:
    raise NotFound


async def old(request: Request) -> RedirectResponse:
    """To a path as a handler writes it, or as the framework has it."""
    path = request.url.path.replace("old", "where")
    return RedirectResponse(path if "whole" in request.query_params else "/v1/where")


async def away() -> RedirectResponse:
    return RedirectResponse("//other.example/v1/where")


async def where(request: Request) -> dict[str, str]:
    return {"path": request.url.path, "named": str(request.url_for("where"))}


async def rare() -> None:
    """Once an hour."""


async def echo(socket: WebSocket) -> None:
    await socket.accept()
    await socket.send_text(socket.url.path)
    await socket.close()
