"""Django, ASGI: `uvicorn --workers 2 with_django_async.asgi:application`."""

import os
from typing import Any

from chassis.database.opening import open_database
from chassis.settings import Settings
from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "with_django_async.settings")
django = get_asgi_application()


async def application(scope: Any, receive: Any, send: Any) -> None:
    """Django, and before it what Django has not: https://asgi.readthedocs.io/en/latest/specs/lifespan.html."""
    if scope["type"] == "lifespan":
        await lifespan(receive, send)
    else:
        await django(scope, receive, send)


async def lifespan(receive: Any, send: Any) -> None:
    from with_django_async.apps import shop  # Django has to be set up before it

    await receive()  # lifespan.startup
    settings = Settings()
    async with open_database(settings.database, settings.service.name) as opened:
        shop().opened = opened
        await send({"type": "lifespan.startup.complete"})
        await receive()  # lifespan.shutdown
    await send({"type": "lifespan.shutdown.complete"})
