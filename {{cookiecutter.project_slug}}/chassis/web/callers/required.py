"""AUTH_REQUIRED: nobody passes without a credential, but to what is marked public."""

from starlette.types import ASGIApp, Receive, Scope, Send

from chassis.auth.guards import authentication_of, is_public
from chassis.auth.problems import missing_credentials
from chassis.web.routing.matched_route import path_in_service
from chassis.web.routing.route_table import RouteTable, method_of


class AuthRequiredMiddleware:
    """In the stack only where that is set. A path that no route takes is guarded as well.

    So are routes that are added while it serves: what is not known to be public is not.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self._public: RouteTable[bool] | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] in {"http", "websocket"} and not self._is_public(scope):
            principal = await authentication_of(scope).principal(scope)
            if principal is None:
                raise missing_credentials()
        await self.app(scope, receive, send)

    def _is_public(self, scope: Scope) -> bool:
        if self._public is None:
            routes = scope["app"].routes
            self._public = RouteTable(routes, lambda route: is_public(route.endpoint) or None)
        return self._public.at(path_in_service(scope), method_of(scope)) is True
