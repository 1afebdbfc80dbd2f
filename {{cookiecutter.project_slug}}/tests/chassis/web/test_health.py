"""Health: cheap to ask, honest, and silent about details."""

import asyncio
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from urllib.parse import urlsplit

import pytest
from fastapi import FastAPI
from pydantic import SecretStr

from chassis.database.availability.probe import Probe
from chassis.database.session import Database
from chassis.settings import Settings
from chassis.settings.groups import DatabaseSettings
from chassis.web.serving.drain import Drain
from tests.support.clients import Client, client_of
from tests.support.composition import ReadLog, StartApp
from tests.support.settings import make_settings

READY = ["/health/ready", "/health"]
ALL = ["/health/live", *READY]


@pytest.fixture
def closed_port() -> Iterator[int]:
    """Taken, so that nobody listens there while the test runs."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield taken.getsockname()[1]


@pytest.fixture
async def client_without_database(start_app: StartApp, closed_port: int) -> AsyncIterator[Client]:
    url = f"postgresql://alice:hunter2@127.0.0.1:{closed_port}/nothing"
    async with client_of(await start_app(make_settings(database={"url": url}))) as client:
        yield client


@pytest.mark.parametrize("path", ALL)
async def test_a_healthy_service_says_so(client: Client, path: str) -> None:
    response = await client.get(path)

    assert (response.status_code, response.json()["status"]) == (200, "ok")
    assert response.headers["cache-control"] == "no-store"


@pytest.mark.parametrize("path", READY)
async def test_without_its_database_it_is_unavailable(
    client_without_database: Client, path: str
) -> None:
    response = await client_without_database.get(path)

    assert (response.status_code, response.json()["status"]) == (503, "unavailable")
    assert response.headers["cache-control"] == "no-store"
    for secret in ("refused", "Errno", "hunter2", "alice", "127.0.0.1", "rror"):
        assert secret not in response.text


async def test_without_its_database_it_still_lives(client_without_database: Client) -> None:
    response = await client_without_database.get("/health/live")

    assert (response.status_code, response.json()) == (200, {"status": "ok"})


@pytest.mark.parametrize("path", READY)
async def test_a_drain_is_no_error_in_the_log_and_an_absent_database_is(
    app: FastAPI, client: Client, read_log: ReadLog, closed_port: int, path: str
) -> None:
    app.state.drain.begin()
    assert (await client.get(path)).status_code == 503

    app.state.drain = Drain()
    url = SecretStr(f"postgresql://127.0.0.1:{closed_port}/nothing")
    app.state.probe = Probe(DatabaseSettings(url=url), "test")
    assert (await client.get(path)).status_code == 503

    assert [line["level"] for line in read_log("request")] == ["info", "error"]


async def test_a_start_that_is_not_at_its_end_is_no_error_either(
    app: FastAPI, client: Client, read_log: ReadLog
) -> None:
    app.state.warm_up.done = False

    assert (await client.get("/health/ready")).status_code == 503

    assert [line["level"] for line in read_log("request")] == ["info"]


@pytest.mark.parametrize("path", ALL)
async def test_a_probe_may_ask_for_the_head_alone(client: Client, path: str) -> None:
    response = await client.head(path)

    assert response.status_code == 200
    assert response.content == b""


@pytest.mark.parametrize("path", READY)
async def test_the_head_tells_the_same_status(client_without_database: Client, path: str) -> None:
    assert (await client_without_database.head(path)).status_code == 503


async def test_a_person_sees_what_runs(client: Client, settings: Settings) -> None:
    body = (await client.get("/health")).json()

    assert body["service"] == settings.service.name
    assert body["version"] == settings.service.version
    assert body["environment"] == "test"
    assert body["uptime_seconds"] >= 0
    database = body["dependencies"]["database"]
    assert database["status"] == "ok"
    assert database["latency_ms"] > 0
    assert int(database["server_version"].split(".")[0]) >= 14


async def test_of_a_database_that_never_answered_nothing_is_known(
    client_without_database: Client,
) -> None:
    database = (await client_without_database.get("/health")).json()["dependencies"]["database"]

    assert (database["latency_ms"], database["server_version"]) == (None, None)


async def test_the_pool_is_counted(client: Client, database: Database) -> None:
    async with database.driver_connection(), database.driver_connection():
        pass
    async with database.driver_connection():
        body = (await client.get("/health")).json()

    figures = {k: v for k, v in body["dependencies"]["database"].items() if k.startswith("pool")}
    assert figures == {
        "pool_size": 5,
        "pool_open": 2,
        "pool_checked_out": 1,
        "pool_overflow": 0,
    }


async def test_a_busy_pool_is_no_reason_to_be_unavailable(
    start_app: StartApp, database_url: str
) -> None:
    one = {"url": database_url, "pool_size": 1, "max_overflow": 0}
    app = await start_app(make_settings(database=one))

    async with client_of(app) as client, app.state.database.driver_connection():
        assert (await client.get("/health/ready")).status_code == 200


async def test_a_hundred_probes_at_once_ask_the_database_once(
    start_app: StartApp, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "chassis.database.availability.probe.CACHE", 60.0
    )  # a busy machine takes over a second
    async with counting(database_url) as (url, questions):
        app = await start_app(make_settings(database={"url": url}))
        async with client_of(app) as client, asyncio.timeout(90):
            while not app.state.warm_up.done:  # noqa: ASYNC110  it calls nobody
                await asyncio.sleep(0.01)
            answers = await asyncio.gather(*(client.get("/health/ready") for _ in range(100)))

    assert {answer.status_code for answer in answers} == {200}
    assert len(questions) == 1


QUESTION = b"Q\0\0\0\rSELECT 1"  # its answer names SELECT 1 too


@asynccontextmanager
async def counting(database_url: str) -> AsyncIterator[tuple[str, list[bytes]]]:
    """The database behind a relay that notes each question on its way."""
    address = urlsplit(database_url)
    questions: list[bytes] = []

    async def relay(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, back = await asyncio.open_connection(address.hostname, address.port)
        await asyncio.gather(forward(reader, back), forward(there, writer))

    async def forward(source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
        while data := await source.read(65_536):
            questions.extend([data] * data.count(QUESTION))
            target.write(data)
        target.close()

    async with await asyncio.start_server(relay, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        yield (
            address._replace(netloc=f"{address.netloc.rpartition(':')[0]}:{port}").geturl(),
            questions,
        )


async def test_where_details_are_not_told_the_status_is_all(
    start_app: StartApp, database_url: str
) -> None:
    hidden = {"health_details": False}
    app = await start_app(make_settings(database={"url": database_url}, server=hidden))

    async with client_of(app) as client:
        assert (await client.get("/health")).json() == {"status": "ok"}


async def test_without_details_an_outage_is_told_as_well(
    start_app: StartApp, closed_port: int
) -> None:
    away = {"url": f"postgresql://a@127.0.0.1:{closed_port}/b"}
    app = await start_app(make_settings(database=away, server={"health_details": False}))

    async with client_of(app) as client:
        response = await client.get("/health")

    assert (response.status_code, response.json()) == (503, {"status": "unavailable"})
