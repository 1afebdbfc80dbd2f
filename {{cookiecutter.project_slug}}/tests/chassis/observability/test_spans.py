"""Spans of requests and statements, as a collector receives them."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

import pytest
from fastapi import BackgroundTasks, FastAPI
from sqlalchemy import text

from chassis.settings import Settings
from chassis.web.sessions import CurrentDatabase, Session
from tests.chassis.application import create_app, lifespan
from tests.chassis.observability.collector import Collector, attributes, collecting
from tests.chassis.observability.conftest import lines, log_of
from tests.support.clients import Client, client_of
from tests.support.eventually import eventually
from tests.support.serving import serving
from tests.support.settings import make_settings

TRACE, SPAN = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"
SERVER, CLIENT = 2, 3
ERROR = 2

Exchange = Callable[[Client], Awaitable[object]]


@pytest.fixture
def collector() -> Iterator[Collector]:
    with collecting() as collector:
        yield collector


def settings_for(collector: Collector, database_url: str, **tracing: Any) -> Settings:
    return make_settings(
        database={"url": database_url},
        service={"name": "shop", "version": "1.2.3"},
        log={"format": "json"},
        tracing={"endpoint": collector.url, **tracing},
    )


async def run(settings: Settings, exchange: Exchange) -> FastAPI:
    """Start the service, call it, and stop it: then every span has arrived."""
    app = create_app(settings)

    @app.get("/items/{item_id}")
    async def item(item_id: int, session: Session, database: CurrentDatabase) -> None:
        await session.execute(text("SELECT :secret"), {"secret": "hunter2"})

        async def in_a_task() -> None:
            async with database.reading() as reading:
                await reading.execute(text("select  2"))

        await asyncio.create_task(in_a_task())

    @app.get("/wrong")
    async def wrong(session: Session) -> None:
        await session.execute(text("SELECT 1 / 0"))

    @app.get("/crash")
    async def crash() -> None:
        raise RuntimeError

    @app.post("/late")
    async def late(tasks: BackgroundTasks) -> None:
        tasks.add_task(crash)

    async with lifespan(app), client_of(app) as client:
        await exchange(client)
        async with app.state.database.transaction() as session:
            await session.execute(text("SELECT 'outside of a request'"))
    return app


async def test_a_request_is_a_span_in_the_callers_trace(
    collector: Collector, database_url: str
) -> None:
    async def exchange(client: Client) -> None:
        headers = {"traceparent": f"00-{TRACE}-{SPAN}-01"}
        response = await client.get("/items/7?password=hunter2", headers=headers)
        responses.append(response)

    responses: list[Any] = []
    await run(settings_for(collector, database_url), exchange)

    (span,) = [span for span in collector.spans if span.kind == SERVER]
    assert (span.name, span.status.code) == ("GET /items/{item_id}", 0)
    assert (span.trace_id.hex(), span.parent_span_id.hex()) == (TRACE, SPAN)
    assert responses[0].headers["traceresponse"] == f"00-{TRACE}-{span.span_id.hex()}-01"
    assert attributes(span) == {
        "http.request.method": "GET",
        "http.route": "/items/{item_id}",
        "http.response.status_code": 200,
        "url.path": "/items/7",
        "url.scheme": "http",
        "client.address": "127.0.0.1",
    }
    assert collector.resource.items() >= {
        ("service.name", "shop"),
        ("service.version", "1.2.3"),
        ("deployment.environment.name", "test"),
    }
    assert set(collector.paths) == {"/v1/traces"}


async def test_its_statements_are_spans_in_it_without_parameters(
    collector: Collector, database_url: str
) -> None:
    await run(settings_for(collector, database_url), lambda client: client.get("/items/7"))

    (request,) = [span for span in collector.spans if span.kind == SERVER]
    first, second = sorted(
        (span for span in collector.spans if span.kind == CLIENT),
        key=lambda span: span.start_time_unix_nano,
    )
    for span in (first, second):
        assert (span.trace_id, span.parent_span_id) == (request.trace_id, request.span_id)
        assert (span.name, span.status.code) == ("SELECT", 0)
        assert request.start_time_unix_nano <= span.start_time_unix_nano
        assert span.end_time_unix_nano <= request.end_time_unix_nano
    told = attributes(first)
    assert told.pop("server.port") > 0
    assert told.pop("db.query.text").startswith("SELECT $1")
    assert told == {
        "db.system.name": "postgresql",
        "db.namespace": database_url.rpartition("/")[2],
        "db.operation.name": "SELECT",
        "server.address": "127.0.0.1",
    }
    assert attributes(second)["db.query.text"] == "select  2"
    assert "hunter2" not in str(collector.spans)


async def test_what_fails_is_marked(collector: Collector, database_url: str) -> None:
    async def exchange(client: Client) -> None:
        await client.get("/wrong")
        await client.get("/crash")
        await client.post("/late")
        await client.request("BREW", "/nowhere")

    await run(settings_for(collector, database_url), exchange)

    by_name = {span.name: span for span in collector.spans}
    assert set(by_name) == {"GET /wrong", "SELECT", "GET /crash", "POST /late", "HTTP"}
    assert by_name["GET /wrong"].status.code == 0  # the client's fault
    assert by_name["SELECT"].status.code == ERROR
    assert attributes(by_name["SELECT"])["error.type"] == "22012"
    assert by_name["GET /crash"].status.code == ERROR
    assert attributes(by_name["GET /crash"])["http.response.status_code"] == 500
    assert by_name["POST /late"].status.code == ERROR  # though it was answered with 200
    assert attributes(by_name["HTTP"])["http.request.method"] == "_OTHER"
    assert "http.route" not in attributes(by_name["HTTP"])


@pytest.mark.parametrize(("flags", "sent"), [("01", 3), ("00", 0)])
async def test_the_callers_decision_is_kept(
    collector: Collector, database_url: str, flags: str, sent: int
) -> None:
    ratio = 0.0 if sent else 1.0
    headers = {"traceparent": f"00-{TRACE}-{SPAN}-{flags}"}

    await run(
        settings_for(collector, database_url, sample_ratio=ratio),
        lambda client: client.get("/items/7", headers=headers),
    )

    assert len(collector.spans) == sent


async def test_of_new_traces_a_share_is_sent(collector: Collector, database_url: str) -> None:
    async def exchange(client: Client) -> None:
        for _ in range(40):
            response = await client.get("/health/live")
            flags.append(response.headers["traceresponse"][-2:])

    flags: list[str] = []
    await run(settings_for(collector, database_url, sample_ratio=0.5), exchange)

    assert 1 <= flags.count("01") <= 39
    assert len(collector.spans) == flags.count("01")


async def test_the_log_line_has_the_ids_of_the_span(
    collector: Collector, database_url: str
) -> None:
    settings = settings_for(collector, database_url)
    read = None

    async def exchange(client: Client) -> None:
        nonlocal read
        read = log_of(settings)
        await client.get("/health/live")

    await run(settings, exchange)

    assert read is not None
    (line,) = [line for line in lines(read) if line["event"] == "request"]
    (span,) = collector.spans
    assert (line["trace_id"], line["span_id"]) == (span.trace_id.hex(), span.span_id.hex())


async def test_a_collector_that_is_away_neither_fails_a_request_nor_keeps_the_service(
    collector: Collector,
    database_url: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    collector.status = 503
    monkeypatch.setenv("OTEL_BSP_SCHEDULE_DELAY", "50")  # milliseconds until it tries

    async def exchange(client: Client) -> None:
        assert (await client.get("/health/live")).status_code == 200
        await eventually(lambda: collector.paths)  # it has tried once
        # Less than the pause of the exporter, which is there by now, between two tries.
        monkeypatch.setattr("chassis.observability.spans.EXPORT_TIMEOUT", 0.7)

    async with asyncio.timeout(90):
        await run(settings_for(collector, database_url), exchange)

    assert collector.paths
    assert collector.spans == []
    assert "spans are lost" in capsys.readouterr().out


def test_a_service_that_is_stopped_sends_what_it_has(
    collector: Collector, database_url: str
) -> None:
    env = {"DATABASE_URL": database_url, "TRACING_ENDPOINT": f"{collector.url}/"}
    with serving(env=env) as served:
        before = len(collector.spans)
        served.stop()

    assert "GET /health/live" in {span.name for span in collector.spans[before:]}
