"""How requests are counted, and by which labels."""

import asyncio
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.responses import StreamingResponse

from chassis.observability.metrics.recording import RequestRecorder
from tests.chassis.observability.conftest import configured, lines
from tests.chassis.observability.metrics.measuring import scrape
from tests.support.clients import Client


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
    assert 0.04 <= scraped.total("http_request_duration_seconds_sum", **one, status="202") < 60
    assert scraped.all("http_requests_in_progress", method="GET") == [1]  # the scrape itself


@pytest.mark.no_cover  # other tests cover it; measured, it would take thrice as long
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
