"""Templates of paths that are hard to tell apart, paths to try on them, and an application."""

from fastapi import APIRouter, FastAPI, WebSocket
from fastapi.routing import APIRoute
from fastapi.telemetry import TelemetryConfig
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Host, Match, Mount, Route, WebSocketRoute
from starlette.types import Scope

from chassis.web.errors.handlers import handle_errors
from chassis.web.routing import quicken

TEMPLATES = [
    "/v1/things",
    "/v1/things/{thing}",
    "/v1/things/latest",
    "/v1/things/{thing:int}/parts",
    "/v1/things/{thing}/parts/{part}",
    "/v1/thing{number}",
    "/v1/{kind}",
    "/v1/{kind}/latest",
    "/v1/files/{path:path}",
    "/v1/files",
    "/v1",
    "/v1/",
    "/",
    "/{any}",
    "/a{b}c/d",
    "/ä/{x}",
    "/x.y/{x}",
]
PATHS = [
    "",
    "/",
    "//",
    "/v1",
    "/v1/",
    "/v1/things",
    "/v1/things/",
    "/v1/things/7",
    "/v1/things/latest",
    "/v1/things/7/parts",
    "/v1/things/x/parts",
    "/v1/things/7/parts/9",
    "/v1/things/7/parts/9/",
    "/v1/things//parts/9",
    "/v1//things/7",
    "//v1/things",
    "/v1/thing7",
    "/v1/thing",
    "/v1/other",
    "/v1/other/latest",
    "/v1/files",
    "/v1/files/",
    "/v1/files/a/b/c",
    "/v1/files/{path}",
    "/v1/files/a\nb",
    "/v1/things\n",
    "/v1/things\n\n",
    "/v1/things/7\n",
    "/\n",
    "/a1c/d",
    "/ä/1",
    "/x.y/1",
    "/xzy/1",
    "/V1/things",
    "/mounted",
    "/mounted/v1/things/7",
    "/mounted/nowhere",
    "/inside/v1/things/7",
    "/v1/things/nested/7/parts",
    "/v1/a/nested/nested",
    "/own/anything",
    "/plain/7",
    "/socket/7",
    "nowhere",
    "/" * 5_000,
]
SILENT: TelemetryConfig = {"tracing": False, "metrics": False, "logs": False}
METHODS = ["GET", "HEAD", "POST", "DELETE", "OPTIONS"]


class OwnRoute(APIRoute):
    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        if scope["type"] == "http" and scope["path"].startswith("/own"):
            return Match.FULL, {"endpoint": self.endpoint, "path_params": {}, "route": self}
        return Match.NONE, {}


async def seen(request: Request) -> Response:
    """Everything of the scope that routing decides."""
    scope = request.scope
    names = [scope["route"].path, scope["endpoint"].__name__] if "route" in scope else []
    effective = scope.get("fastapi", {}).get("effective_route_context")
    whole = getattr(effective, "path", None)
    return JSONResponse([scope["method"], *names, whole, request.path_params, scope["root_path"]])


def seen_by_thread(request: Request) -> Response:
    """Not plain."""
    return JSONResponse([request.method, request.path_params])


async def live(socket: WebSocket) -> None:
    await socket.accept()
    await socket.close(reason=str(socket.path_params))


def router_of(templates: list[str]) -> APIRouter:
    router = APIRouter()
    for number, template in enumerate(templates):
        method = ["GET", "POST", "DELETE"][number % 3]
        endpoint = seen_by_thread if number % 5 == 0 else seen
        router.add_api_route(template, endpoint, methods=[method], response_model=None)
        if number % 2:
            router.add_api_route(template, seen, methods=["PATCH", "GET"], response_model=None)
    return router


def application(templates: list[str], *, others_first: bool, slashes: bool = False) -> FastAPI:
    app = FastAPI(redirect_slashes=slashes, telemetry=SILENT)
    inner = FastAPI(redirect_slashes=slashes, telemetry=SILENT)
    inner.include_router(router_of(templates))
    quicken(inner)
    included, own = APIRouter(), APIRouter(route_class=OwnRoute)
    nested = APIRouter(prefix="/v1/{kind}")
    nested.include_router(router_of(["/{thing}/parts", "/nested"]), prefix="/nested")
    included.include_router(nested)
    included.mount("/inside", inner)
    included.add_api_route("/v1/{included}/parts", seen, response_model=None)
    own.add_api_route("/elsewhere", seen, response_model=None)
    others = [
        Mount("/mounted", inner),
        Host("other.test", inner),
        Route("/plain/{x}", seen, methods=["GET"]),
        WebSocketRoute("/socket/{x}", live),
        WebSocketRoute("/v1/things/{thing}", live),
    ]
    if others_first:
        app.router.routes += others
        app.include_router(included)
        app.include_router(own)
    app.include_router(router_of(templates))
    if not others_first:
        app.router.routes += others
        app.include_router(included)
        app.include_router(own)
    handle_errors(app)
    return app
