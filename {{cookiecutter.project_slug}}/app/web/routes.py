"""Routes: added flat, and each with the quickest way to answer that it allows."""

from copy import copy

from fastapi import APIRouter, FastAPI
from fastapi.routing import APIRoute
from starlette.routing import BaseRoute

from app.web.lean_routes import app_of


def add_routes(app: FastAPI, router: APIRouter) -> None:
    """`app.include_router` without its wrapper, which matches each request twice.

    Copies, so that each application has its own `dependency_overrides`.
    """
    for route in router.routes:
        added = copy(route)
        if isinstance(added, APIRoute):
            added.dependency_overrides_provider = app
            added.app = app_of(added, app)
            if added.methods and "GET" in added.methods:
                added.methods = added.methods | {"HEAD"}  # the server sends it without the body
        app.router.routes.append(added)


def without_head(route: BaseRoute) -> BaseRoute:
    """For documentation, where GET says it all."""
    if not isinstance(route, APIRoute) or not route.methods or "GET" not in route.methods:
        return route
    documented = copy(route)
    documented.methods = route.methods - {"HEAD"}
    return documented
