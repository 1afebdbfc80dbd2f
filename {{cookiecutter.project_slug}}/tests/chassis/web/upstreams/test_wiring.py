"""Upstreams are handed out by their names, and missed at start."""

from unittest.mock import AsyncMock

import pytest
from fastapi import APIRouter, FastAPI, WebSocket

from chassis.settings.faults import SettingsError
from chassis.web.upstreams import upstream
from tests.chassis import application
from tests.chassis.application import create_app
from tests.chassis.web.upstreams.calling import Shop, fetch, router
from tests.support.clients import Client, client_of
from tests.support.composition import StartApp
from tests.support.settings import make_settings


def test_a_service_without_an_upstream_that_a_route_calls_is_not_made(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(application, "ROUTERS", [router])
    with pytest.raises(SettingsError) as refused:
        create_app(make_settings(database={"url": database_url}))

    (fault,) = refused.value.faults
    assert fault.startswith("OUTBOUND_UPSTREAMS names no 'shop', which /")
    assert fault.endswith('Example: {"shop": "https://shop.example/v1"}')


def test_a_websocket_needs_what_it_calls_too(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    sockets = APIRouter(prefix="/feeds")

    @sockets.websocket("/shop")
    async def feed(socket: WebSocket, shop: Shop) -> None: ...

    monkeypatch.setattr(application, "ROUTERS", [sockets])

    with pytest.raises(SettingsError, match="names no 'shop', which /feeds/shop calls"):
        create_app(make_settings(database={"url": database_url}))


async def test_urls_of_users_need_no_setting(
    start_app: StartApp, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = APIRouter()
    one.get("/fetch")(fetch)
    monkeypatch.setattr(application, "ROUTERS", [one])

    async with client_of(await start_app(make_settings(database={"url": database_url}))) as client:
        assert (await client.get("/fetch?url=http://10.0.0.1/")).status_code == 422


async def test_a_test_may_put_another_in_its_place(app: FastAPI, client: Client) -> None:
    instead = AsyncMock()
    instead.get.return_value.status = 299
    app.dependency_overrides[upstream("shop").dependency] = lambda: instead

    assert (await client.get("/call/number")).json() == 299
