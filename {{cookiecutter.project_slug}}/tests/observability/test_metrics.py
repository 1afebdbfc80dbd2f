"""What is counted, and by which labels. The names are part of the API: dashboards use them."""

import asyncio
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from fastapi.responses import StreamingResponse
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from app.main import create_app, lifespan
from app.observability.metrics.recording import RequestRecorder
from app.settings import Settings
from app.settings.faults import SettingsError
from app.telemetry import Telemetry
from tests.conftest import Client, StartApp, client_of, make_settings
from tests.observability.conftest import configured, lines
from tests.observability.scraping import Scrape, read

NAMES = {
    "http_requests_total": {"method", "route", "status"},
    "http_request_duration_seconds_bucket": {"method", "route", "status", "le"},
    "http_requests_in_progress": {"method"},
    "database_pool_size": {"database"},
    "database_pool_checked_out": {"database"},
    "database_pool_overflow": {"database"},
    "database_pool_waiting": {"database"},
    "database_pool_checkout_seconds_bucket": {"database", "le"},
    "database_pool_timeouts_total": {"database"},
    "database_pool_invalidations_total": {"database"},
    "database_query_duration_seconds_bucket": {"database", "le"},
    "database_available": {"database"},
    "rate_limit_exceeded_total": {"route"},
    "rate_limit_unavailable_total": set(),
    "service_info": {"service", "version", "environment"},
}


def measured(database_url: str, **database: Any) -> Settings:
    """On the service's own port, which the client of a test can reach."""
    return make_settings(
        database={"url": database_url, **database},
        service={"name": "shop", "version": "1.2.3"},
        metrics={"enabled": True, "port": None},
        rate={"limit_enabled": True, "limit_default": "1000000/second"},
    )


@pytest.fixture
async def app(start_app: StartApp, database_url: str) -> FastAPI:
    app: FastAPI = await start_app(measured(database_url, pool_size=2, pool_timeout=0.2))
    return app


async def scrape(app: FastAPI) -> Scrape:
    async with client_of(app) as client:
        response = await client.get("/metrics")
    assert response.headers["content-type"].startswith("text/plain; version=0.0.4")
    return read(response.text)


async def until_scraped(app: FastAPI, condition: Callable[[Scrape], bool]) -> Scrape:
    async with asyncio.timeout(90):
        while not condition(scraped := await scrape(app)):  # noqa: ASYNC110  as Prometheus does
            await asyncio.sleep(0.1)
    return scraped


async def test_every_metric_has_its_name_and_its_labels(app: FastAPI, client: Client) -> None:
    await client.get("/health/live")
    app.state.rate_limiter.observer.exceeded("GET /v1/things")
    app.state.rate_limiter.observer.unavailable()

    scraped = await until_scraped(app, lambda scraped: bool(scraped.all("database_available")))

    for name, labels in NAMES.items():
        assert {frozenset(found) for found in scraped.labels(name)} == {frozenset(labels)}, name
    known = {
        name.replace("_bucket", end) for name in NAMES for end in ("_bucket", "_sum", "_count")
    }
    ours = {name for name, _, _ in scraped.samples if not name.startswith("process_")}
    assert ours - known == set()
    assert scraped.all("service_info", service="shop", version="1.2.3", environment="test") == [1]
    assert scraped.all("rate_limit_exceeded_total", route="GET /v1/things") == [1]
    assert scraped.all("rate_limit_unavailable_total") == [1]
    assert scraped.total("process_resident_memory_bytes") > 0


async def test_a_request_is_counted_by_method_route_and_status(
    app: FastAPI, client: Client
) -> None:
    @app.get("/items/{item_id}", status_code=202)
    async def item(item_id: int) -> None:
        await asyncio.sleep(0.02)

    @app.get("/crash")
    async def crash() -> None:
        raise RuntimeError

    for path in ("/items/1", "/items/2", "/items/x", "/crash"):
        await client.get(path)

    scraped = await scrape(app)
    one = {"method": "GET", "route": "/items/{item_id}"}
    assert scraped.all("http_requests_total", **one, status="202") == [2]
    assert scraped.all("http_requests_total", **one, status="422") == [1]
    assert scraped.all("http_requests_total", route="/crash", status="500") == [1]
    assert scraped.all("http_request_duration_seconds_count", **one, status="202") == [2]
    assert 0.04 <= scraped.total("http_request_duration_seconds_sum", **one, status="202") < 10
    assert scraped.all("http_requests_in_progress", method="GET") == [1]  # the scrape itself


async def test_a_thousand_paths_and_methods_are_few_labels(app: FastAPI, client: Client) -> None:
    for number in range(500):
        await client.get(f"/nowhere/{number}")
        await client.request(f"BREW{number}", f"/health/{number}")

    scraped = await scrape(app)
    assert scraped.labels("http_requests_total") == [
        {"method": "GET", "route": "unmatched", "status": "404"},
        {"method": "OTHER", "route": "unmatched", "status": "404"},
    ]
    assert scraped.total("http_requests_total") == 1_000


async def test_a_wrong_method_is_counted_at_its_route(app: FastAPI, client: Client) -> None:
    await client.delete("/health/live")

    scraped = await scrape(app)
    assert scraped.labels("http_requests_total") == [
        {"method": "DELETE", "route": "/health/live", "status": "405"}
    ]


async def test_a_request_that_has_no_answer_is_a_failure(app: FastAPI, client: Client) -> None:
    begun = asyncio.Event()

    @app.get("/endless")
    async def endless() -> None:
        begun.set()
        await asyncio.Event().wait()

    task = asyncio.create_task(client.get("/endless"))
    await begun.wait()
    assert (await scrape(app)).all("http_requests_in_progress", method="GET") == [2]
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task

    scraped = await scrape(app)
    assert scraped.all("http_requests_total", route="/endless", status="500") == [1]
    assert scraped.all("http_requests_in_progress", method="GET") == [1]


async def test_a_stream_lasts_until_its_end(app: FastAPI, client: Client) -> None:
    @app.get("/stream")
    async def stream() -> StreamingResponse:
        async def parts() -> Any:
            yield b"one"
            await asyncio.sleep(0.05)
            yield b"two"

        return StreamingResponse(parts())

    await client.get("/stream")

    scraped = await scrape(app)
    assert scraped.total("http_request_duration_seconds_sum", route="/stream") >= 0.05


async def test_metrics_that_fail_harm_no_request(
    app: FastAPI, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError

    monkeypatch.setattr(RequestRecorder, "_in_progress_of", fail)
    logged = configured()

    assert (await client.get("/health/live")).status_code == 200
    events = [line["event"] for line in lines(logged)]
    assert events.count("a metric could not be recorded") == 2


async def test_statements_are_timed_the_failed_ones_too(app: FastAPI) -> None:
    for statement in ("SELECT pg_sleep(0.02)", "SELECT 1", "SELECT 1 / 0"):
        try:
            async with app.state.database.reading() as session:
                await session.execute(text(statement))
        except DBAPIError:
            assert "/ 0" in statement

    scraped = await scrape(app)
    of = {"database": "primary"}
    assert scraped.all("database_query_duration_seconds_count", **of) == [3]
    assert scraped.total("database_query_duration_seconds_sum", **of) >= 0.02


async def test_the_pool_and_the_database_are_watched(app: FastAPI) -> None:
    engine = app.state.database.engine
    async with engine.connect(), engine.connect():
        scraped = await until_scraped(
            app, lambda scraped: scraped.all("database_pool_checked_out") == [2]
        )
    assert scraped.all("database_pool_size", database="primary") == [2]
    assert scraped.all("database_pool_overflow", database="primary") == [0]
    assert scraped.all("database_pool_waiting", database="primary") == [0]
    assert scraped.all("database_available", database="primary") == [1]
    await until_scraped(app, lambda scraped: scraped.all("database_pool_checked_out") == [0])


async def test_a_database_that_is_away_is_told(start_app: StartApp) -> None:
    app: FastAPI = await start_app(measured("postgresql://u:p@127.0.0.1:1/db"))

    await until_scraped(app, lambda scraped: scraped.all("database_available") == [0])


async def test_who_waits_for_a_connection_is_counted(app: FastAPI) -> None:
    engine = app.state.database.engine

    async def use() -> None:
        async with engine.connect():
            await asyncio.sleep(0.05)

    await asyncio.gather(use(), use())
    assert (await scrape(app)).all("database_pool_checkout_seconds_count") == [0]
    await asyncio.gather(*(use() for _ in range(4)))

    scraped = await scrape(app)
    assert scraped.all("database_pool_checkout_seconds_count", database="primary") == [2]
    assert 0.05 <= scraped.total("database_pool_checkout_seconds_sum", database="primary") < 0.4
    assert scraped.all("database_pool_timeouts_total", database="primary") == [0]


async def test_who_waits_in_vain_is_counted(app: FastAPI) -> None:
    engine = app.state.database.engine
    async with engine.connect(), engine.connect():
        waiting = asyncio.create_task(engine.connect().start())
        with pytest.raises(PoolTimeoutError):
            await waiting

    scraped = await scrape(app)
    assert scraped.all("database_pool_timeouts_total", database="primary") == [1]
    assert scraped.all("database_pool_checkout_seconds_count", database="primary") == [1]
    assert scraped.total("database_pool_checkout_seconds_sum", database="primary") >= 0.2


async def test_a_pool_made_anew_is_still_watched(app: FastAPI) -> None:
    engine = app.state.database.engine
    await engine.dispose()

    await test_who_waits_in_vain_is_counted(app)


async def test_connections_that_break_are_counted(app: FastAPI, sql: Any) -> None:
    async with app.state.database.engine.connect() as connection:
        await connection.execute(text("SELECT 1"))
        pid = await connection.scalar(text("SELECT pg_backend_pid()"))
        await sql.execute("SELECT pg_terminate_backend($1)", pid)
        with pytest.raises(DBAPIError):
            await connection.execute(text("SELECT 1"))

    scraped = await scrape(app)
    assert scraped.all("database_pool_invalidations_total", database="primary") == [1]


async def test_a_sample_that_fails_is_not_the_last(
    app: FastAPI, monkeypatch: pytest.MonkeyPatch
) -> None:
    logged = configured()
    with monkeypatch.context() as patch:
        patch.setattr(app.state.database.engine.pool, "waiting", None)
        async with asyncio.timeout(90):
            while "the pool could not be sampled" not in logged():  # noqa: ASYNC110  a log
                await asyncio.sleep(0.05)

    async with app.state.database.engine.connect():
        await until_scraped(app, lambda scraped: scraped.all("database_pool_checked_out") == [1])


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
