"""The path of a request as logs and traces tell it: without what is secret by its parameter's name.

Of `/reset/{token}` the token, as `chassis/redaction` judges names.
"""

import re
from functools import lru_cache
from typing import Any
from weakref import WeakKeyDictionary

from fastapi import FastAPI
from fastapi.routing import RouteContext
from starlette.types import Scope

from chassis.redaction.named import HIDDEN
from chassis.redaction.names import names_secret
from chassis.web.routing.matched_route import path_in_service
from chassis.web.routing.route_table import RouteTable, method_of

PARAMETER = re.compile(r"{(\w+)(?::\w+)?}")

_tables: WeakKeyDictionary[Any, tuple[int, RouteTable[str]]] = WeakKeyDictionary()


def told_path(scope: Scope, route: str | None) -> str:
    """`route` is the template of the route that answered, None if none did."""
    path: str = scope["path"]
    template = route or _template_of_refused(scope)
    if template is None or not _has_secret(template):
        return path
    prefix = _prefix(scope)
    values = scope.get("path_params", {})

    def told(parameter: re.Match[str]) -> str:
        name = parameter[1]
        return HIDDEN if names_secret(name) else str(values.get(name, parameter[0]))

    return prefix + PARAMETER.sub(told, template)


@lru_cache(maxsize=1_024)
def _has_secret(template: str) -> bool:
    return any(map(names_secret, PARAMETER.findall(template)))


def _prefix(scope: Scope) -> str:
    """What a proxy has taken off, which is no part of any template."""
    prefix: str = scope.get("app_root_path", scope.get("root_path", ""))
    return prefix if scope["path"].startswith(prefix) else ""


def _template_of_refused(scope: Scope) -> str | None:
    """Of the route that would have answered, had not middleware refused the request before."""
    app = scope.get("service")
    if not isinstance(app, FastAPI):
        return None
    version = app.router._get_routes_version()  # noqa: SLF001  FastAPI has no public one
    known, table = _tables.get(app, (None, None))
    if table is None or known != version:
        table = RouteTable(app.routes, _secret_template)
        _tables[app] = (version, table)
    return table.at(path_in_service(scope), method_of(scope)) if table.values else None


def _secret_template(route: RouteContext) -> str | None:
    return route.path if route.path and _has_secret(route.path) else None
