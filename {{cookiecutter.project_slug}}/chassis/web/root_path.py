"""The path below which a proxy serves the service: see `middleware/root_path.py`."""

from fastapi import FastAPI
from fastapi.routing import iter_route_contexts

from chassis.settings.faults import SettingsError
from chassis.web.middleware.root_path import is_below


def serve_below(root_path: str, app: FastAPI) -> None:
    """Tell clients in the OpenAPI document; empty is the root of the host.

    Raises SettingsError where routes begin with it: `/v1/x` would be `/x` below `/v1`, or itself.
    """
    app.servers = [{"url": root_path or "/"}]
    paths = [route.path or "" for route in iter_route_contexts(list(app.routes))]
    own = next((path for path in paths if root_path and is_below(path, root_path)), None)
    if own is not None:
        fault = (
            f"SERVER_ROOT_PATH={root_path} begins a path of the service itself, {own}; name what "
            "the proxy has before that, or nothing"
        )
        raise SettingsError([fault])
