"""What is found out about all routes before the start is found out about mounted ones too."""

from typing import Annotated

import pytest
from fastapi import APIRouter, FastAPI, WebSocket
from starlette.applications import Starlette
from starlette.routing import Host, Mount

from chassis.database.reader import Reader
from chassis.settings import Settings
from chassis.settings.faults import SettingsError
from chassis.web.named_databases import reads_of
from chassis.web.routing.held_sessions import refuse_held_sessions
from chassis.web.sessions import Session
from tests.chassis import application


def test_what_a_mounted_route_needs_is_known_before_the_start(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    admin, router = FastAPI(), APIRouter()

    @admin.get("/facts")
    async def facts(reads: Annotated[Reader, reads_of("analytics")]) -> None: ...

    router.mount("/admin", admin)
    monkeypatch.setattr(application, "ROUTERS", [router])

    with pytest.raises(SettingsError, match="which /admin/facts needs"):
        application.create_app(settings)


def test_a_session_that_a_mounted_route_would_hold_is_refused_before_the_start() -> None:
    admin, app = FastAPI(), FastAPI()

    @admin.websocket("/talk")
    async def talk(socket: WebSocket, session: Session) -> None: ...

    app.router.routes.append(Host("admin.example", Starlette(routes=[Mount("/admin", admin)])))

    with pytest.raises(TypeError, match="/admin/talk is a WebSocket"):
        refuse_held_sessions(app.routes)
