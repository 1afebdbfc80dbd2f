"""A span for each request that is sent to another service, in the request that sends it."""

from collections.abc import Iterator
from contextlib import suppress
from typing import Annotated, Any

import pytest
from fastapi import APIRouter

from chassis.outbound.problems import UpstreamProblem
from chassis.outbound.upstream import Upstream
from chassis.web.upstreams import public_only, upstream
from tests.chassis import application
from tests.chassis.application import create_app, lifespan
from tests.chassis.observability.collector import Collector, attributes, collecting
from tests.chassis.outbound.misbehaving import Misbehaving, misbehaving
from tests.support.clients import client_of
from tests.support.settings import make_settings

SERVER, CLIENT, ERROR = 2, 3, 2

router = APIRouter()


@router.get("/calls")
async def calls(
    shop: Annotated[Upstream, upstream("shop")], anywhere: Annotated[Upstream, public_only()]
) -> None:
    await shop.get("/number", params={"token": "hunter2"})
    with suppress(UpstreamProblem):
        await shop.post("/500")
    with suppress(UpstreamProblem):
        await shop.get("/drop")
    with suppress(UpstreamProblem):
        await anywhere.get("http://127.0.0.1/hunter2")


@pytest.fixture
def collector() -> Iterator[Collector]:
    with collecting() as collector:
        yield collector


async def spans_and_peer(collector: Collector, database_url: str) -> tuple[Any, Misbehaving]:
    async with misbehaving() as peer:
        settings = make_settings(
            database={"url": database_url},
            tracing={"endpoint": collector.url},
            outbound={"upstreams": {"shop": peer.url}, "attempts": 1},
        )
        app = create_app(settings)
        async with lifespan(app), client_of(app) as client:
            assert (await client.get("/calls")).status_code == 200
    return collector.spans, peer


async def test_each_is_told_and_none_with_its_url(
    collector: Collector, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(application, "ROUTERS", [router])

    spans, peer = await spans_and_peer(collector, database_url)

    (request,) = [span for span in spans if span.kind == SERVER]
    calls = [span for span in spans if span.kind == CLIENT]
    assert {(span.trace_id, span.parent_span_id) for span in calls} == {
        (request.trace_id, request.span_id)
    }
    assert [(span.name, span.status.code) for span in calls] == [
        *(("GET shop", 0), ("POST shop", ERROR), ("GET shop", ERROR), ("GET public", ERROR))
    ]
    first, second, third, fourth = (attributes(span) for span in calls)
    assert first.pop("server.port") > 0
    assert first == {
        "http.request.method": "GET",
        "http.response.status_code": 200,
        "server.address": "localhost",
        "service.peer.name": "shop",
    }
    assert (second["http.response.status_code"], second["error.type"]) == (500, "500")
    assert third["error.type"] == "ServerDisconnectedError"
    assert "server.address" not in fourth
    assert "hunter2" not in str(spans)
    told = [
        f"-{span.span_id.hex()}-01" in head
        for span, head in zip(calls[:3], peer.heads, strict=True)
    ]
    assert told == [True, True, True]
