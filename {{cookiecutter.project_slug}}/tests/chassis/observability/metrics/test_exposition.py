"""Where metrics are to be had, and in which format."""

import httpx
import pytest
from fastapi import FastAPI

from chassis.settings import Settings
from chassis.settings.faults import SettingsError
from chassis.web.telemetry import Telemetry
from tests.chassis.application import create_app, lifespan
from tests.chassis.observability.conftest import configured, lines
from tests.chassis.observability.metrics.measuring import measured
from tests.support.clients import Client, client_of
from tests.support.composition import StartApp
from tests.support.settings import make_settings


async def test_openmetrics_is_spoken_to_who_asks_for_it(client: Client) -> None:
    response = await client.get("/metrics", headers={"Accept": "application/openmetrics-text"})

    assert response.headers["content-type"].startswith("application/openmetrics-text")
    assert response.text.endswith("# EOF\n")


async def test_by_default_nothing_is_counted(start_app: StartApp, settings: Settings) -> None:
    app: FastAPI = await start_app(settings)

    assert app.state.telemetry.metrics is None
    async with client_of(app) as client:
        assert (await client.get("/metrics")).status_code == 404


async def test_at_a_port_of_their_own_they_are_not_public(database_url: str) -> None:
    on = {"enabled": True, "port": 0}
    app = create_app(make_settings(database={"url": database_url}, metrics=on))
    logged = configured()

    async with lifespan(app), client_of(app) as client, httpx.AsyncClient() as other:
        (line,) = [line for line in lines(logged) if line["event"] == "metrics are served"]
        own = await other.get(line["address"])
        public = await client.get("/metrics")
    assert "http_requests_total" in own.text
    assert public.status_code == 404


async def test_a_port_that_is_taken_is_told_in_a_sentence(
    start_app: StartApp, database_url: str, free_tcp_port: int
) -> None:
    on = {"enabled": True, "port": free_tcp_port}
    settings = make_settings(database={"url": database_url}, metrics=on)
    await start_app(settings)

    with pytest.raises(SettingsError, match=f"METRICS_PORT={free_tcp_port}: cannot listen at"):
        await start_app(settings)


def test_two_applications_count_each_for_itself(database_url: str) -> None:
    one, other = (create_app(measured(database_url)).state.telemetry for _ in range(2))

    assert isinstance(one, Telemetry)
    assert one.metrics is not None
    assert one.metrics.registry is not other.metrics.registry
