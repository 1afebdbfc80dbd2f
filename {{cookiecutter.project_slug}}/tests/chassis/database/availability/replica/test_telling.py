"""Metrics and health tell of the replica."""

import asyncio

from chassis.settings import Settings
from chassis.settings.groups import MetricsSettings
from tests.chassis.database.availability.replica.reading import started, until
from tests.support.clients import client_of
from tests.support.composition import StartApp
from tools.postgres import Server

AVAILABLE = 'database_available{database="replica"} 1.0'


async def test_metrics_tell_whether_the_replica_is_fit(
    start_app: StartApp, settings: Settings
) -> None:
    measured = settings.model_copy(update={"metrics": MetricsSettings(enabled=True, port=None)})
    app = await started(start_app, measured)
    async with client_of(app) as client, asyncio.timeout(90):
        while AVAILABLE not in (await client.get("/metrics")).text:  # noqa: ASYNC110  as scrapers do
            await asyncio.sleep(0.1)


async def test_health_shows_the_replica_and_works_without_it(
    start_app: StartApp, settings: Settings, standby: Server
) -> None:
    app = await started(start_app, settings)
    async with client_of(app) as client:
        replica = (await client.get("/health")).json()["dependencies"]["replica"]
        assert (replica["status"], replica["pool_size"]) == ("ok", 5)
        assert replica["lag_seconds"] < 5
        assert replica["latency_ms"] > 0
        assert replica["server_version"]

        await asyncio.to_thread(standby.stop)
        try:
            await until(lambda: not app.state.database.replica.fit)
            answer = await client.get("/health")
            assert (answer.status_code, answer.json()["status"]) == (200, "ok")
            assert answer.json()["dependencies"]["replica"]["status"] == "unavailable"
            assert (await client.get("/health/ready")).status_code == 200
        finally:
            await asyncio.to_thread(standby.start)
