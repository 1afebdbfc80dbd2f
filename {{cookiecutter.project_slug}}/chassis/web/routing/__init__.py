"""What makes FastAPI's routes quick: one line, `quicken(app)`, which changes no answer."""

from fastapi import FastAPI
from fastapi.routing import APIRouter

from chassis.web.routing.quick_router import QuickRouter


def quicken(app: FastAPI) -> None:
    """Prepare what FastAPI would find out again at each request.

    Before or after routes are added, any number of times. A router that is not plainly FastAPI's
    own stays as it is. See docs/decisions/0025-quick-routes.md.
    """
    router = app.router
    if type(router).app is APIRouter.app and router.middleware_stack == router.app:
        router.middleware_stack = QuickRouter(router)
