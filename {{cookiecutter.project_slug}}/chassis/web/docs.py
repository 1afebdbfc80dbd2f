"""`/docs` from files that a package ships: works without internet access, under a strict policy."""

import importlib.resources
from collections.abc import Awaitable, Callable
from html import escape

from fastapi import FastAPI
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from chassis.auth.guards import public

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data:; connect-src 'self'; frame-ancestors 'none'; base-uri 'none'"
)
PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<link rel="icon" href="docs/favicon-32x32.png">
<link rel="stylesheet" href="docs/swagger-ui.css">
</head>
<body>
<div id="swagger-ui"></div>
<script src="docs/swagger-ui-bundle.js"></script>
<script src="docs/start.js"></script>
</body>
</html>
"""
START = """SwaggerUIBundle({
  url: "openapi.json", dom_id: "#swagger-ui", deepLinking: true, tryItOutEnabled: true,
});
"""
MEDIA_TYPES = {
    "swagger-ui-bundle.js": "text/javascript",
    "swagger-ui.css": "text/css",
    "favicon-32x32.png": "image/png",
}


def serve_docs(app: FastAPI) -> None:
    """Also where AUTH_REQUIRED is on: a browser sends no token before it has the page."""
    for place, route in enumerate(app.router.routes):
        if isinstance(route, Route) and route.path == app.openapi_url:
            served = Route(route.path, _off_the_loop(app, route), include_in_schema=False)
            app.router.routes[place] = served
    app.router.routes += [
        Route("/docs", page, include_in_schema=False),
        Route("/docs/start.js", start, include_in_schema=False),
        *(Route(f"/docs/{name}", asset, include_in_schema=False) for name in MEDIA_TYPES),
    ]


def _off_the_loop(app: FastAPI, route: Route) -> Callable[[Request], Awaitable[Response]]:
    """To make the document takes a tenth of a second: at the first request, in a thread."""

    @public
    async def document(request: Request) -> Response:
        await run_in_threadpool(app.openapi)
        response: Response = await route.endpoint(request)
        return response

    return document


@public
async def page(request: Request) -> Response:
    return HTMLResponse(
        PAGE.format(title=escape(request.app.title)), headers={"Content-Security-Policy": POLICY}
    )


@public
async def start(_request: Request) -> Response:
    return Response(START, media_type="text/javascript")


@public
async def asset(request: Request) -> Response:
    name = request.url.path.rpartition("/")[2]
    content = importlib.resources.files("fastapi_swagger.resources").joinpath(name).read_bytes()
    headers = {"Cache-Control": "public, max-age=86400"}
    return Response(content, media_type=MEDIA_TYPES[name], headers=headers)
