"""A call while the request holds a connection to the database is warned of, in development."""

import pytest
from fastapi import FastAPI
from sqlalchemy import text

from chassis.settings import Settings
from chassis.web.sessions import ReadSession, Session
from tests.chassis.outbound.misbehaving import Misbehaving
from tests.chassis.web.upstreams.calling import Shop, settings_with
from tests.support.clients import client_of
from tests.support.composition import StartApp

HELD = "a connection to the database is held during a call"


@pytest.mark.parametrize("environment", ["development", "test"])
async def test_in_development_a_held_connection_is_warned_of(
    start_app: StartApp,
    settings: Settings,
    database_url: str,
    peer: Misbehaving,
    environment: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    app: FastAPI = await start_app(settings_with(database_url, peer, environment=environment))

    @app.get("/before")
    async def before(shop: Shop, session: Session, reads: ReadSession) -> None:
        await reads.scalar(text("SELECT 1"))
        await shop.get("/number")
        await session.execute(text("SELECT 1"))

    @app.get("/amid")
    async def amid(shop: Shop, session: Session) -> None:
        await session.execute(text("SELECT 1"))
        await shop.get("/number")

    async with app.state.database.reading() as session:  # of no request
        await session.execute(text("SELECT 1"))
    async with client_of(app) as client:
        await client.get("/before")
        assert HELD not in capsys.readouterr().out
        await client.get("/amid")
        assert (HELD in capsys.readouterr().out) is (environment == "development")
        await client.get("/before")
        assert HELD not in capsys.readouterr().out
