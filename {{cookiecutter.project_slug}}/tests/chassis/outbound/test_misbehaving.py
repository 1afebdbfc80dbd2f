"""Whatever an upstream does, a call ends within its bound, as the problem that it is."""

import asyncio
import gc
import tracemalloc
import weakref
from typing import Any

import pytest
from pydantic import BaseModel

from chassis.outbound.problems import (
    UpstreamFailed,
    UpstreamProblem,
    UpstreamTimeout,
    UpstreamUnavailable,
)
from tests.chassis.outbound.conftest import OpenOutbound
from tests.chassis.outbound.misbehaving import MEBIBYTE, Misbehaving
from tests.support.eventually import eventually

SHORT = 0.2


class Number(BaseModel):
    number: int


@pytest.mark.parametrize(
    ("path", "kind", "because"),
    [
        ("/500", UpstreamFailed, "answered 500"),
        ("/404", UpstreamFailed, "answered 404"),
        ("/504", UpstreamTimeout, "answered 504"),
        ("/429", UpstreamUnavailable, "answered 429"),
        ("/wait", UpstreamUnavailable, "answered 503"),
        ("/redirect", UpstreamFailed, "answered 302"),
        ("/drop", UpstreamFailed, "ServerDisconnectedError"),
        ("/cut", UpstreamFailed, "ClientPayloadError"),
        ("/not-http", UpstreamFailed, ""),
        ("/not-chunked", UpstreamFailed, ""),
        ("/no-length", UpstreamFailed, ""),
        ("/long-header", UpstreamFailed, ""),
        ("/many-headers", UpstreamFailed, ""),
        ("/unknown-packing", UpstreamFailed, ""),
        ("/not-json", UpstreamFailed, "1 validation error for Number"),
        ("/not-the-type", UpstreamFailed, "1 validation error for Number"),
        ("/not-gzip", UpstreamFailed, ""),
        ("/bomb", UpstreamFailed, "TooLargeError more than 1000000 bytes"),
        ("/large", UpstreamFailed, "TooLargeError more than 1000000 bytes"),
        ("/endless", UpstreamFailed, "TooLargeError more than 1000000 bytes"),
    ],
)
async def test_what_is_no_success_is_a_problem(
    open_outbound: OpenOutbound,
    peer: Misbehaving,
    path: str,
    kind: type[UpstreamProblem],
    because: str,
) -> None:
    shop = (await open_outbound(max_bytes=1_000_000, attempts=1)).upstreams["shop"]

    with pytest.raises(kind) as raised:
        await shop.get(path, read_as=Number)

    problem = raised.value
    assert str(problem.__cause__).startswith(f"shop: {because}")
    assert "hunter2" not in f"{problem.detail}{problem.headers}{problem.data}{problem.errors}"
    assert shop.gate.inside == 0


@pytest.mark.parametrize("path", ["/hang", "/drip", "/hints"])
async def test_what_takes_too_long_is_given_up(
    open_outbound: OpenOutbound, peer: Misbehaving, path: str
) -> None:
    shop = (await open_outbound(timeout=SHORT)).upstreams["shop"]

    async with asyncio.timeout(30):
        with pytest.raises(UpstreamTimeout) as raised:
            await shop.get(path)

    assert str(raised.value.__cause__) == "shop: no answer in time"
    assert peer.counts.total() <= 1
    assert await eventually(lambda: peer.connections == 0)


async def test_a_connection_that_comes_to_nothing_is_given_up(
    open_outbound: OpenOutbound, peer: Misbehaving
) -> None:
    """It is open, and nobody there speaks TLS."""
    url = peer.url.replace("http:", "https:")
    outbound = await open_outbound(upstreams={"deaf": url}, connect_timeout=SHORT, attempts=1)

    async with asyncio.timeout(30):
        cause = await cause_of(outbound.upstreams["deaf"].post("/"))

    assert cause == "deaf: no connection in time"


async def test_silence_amid_an_answer_is_given_up(open_outbound: OpenOutbound) -> None:
    shop = (await open_outbound(read_timeout=SHORT)).upstreams["shop"]

    async with asyncio.timeout(30):
        with pytest.raises(UpstreamTimeout):
            await shop.get("/hang")


async def test_what_a_few_bytes_become_is_never_held(open_outbound: OpenOutbound) -> None:
    shop = (await open_outbound(max_bytes=1_000_000)).upstreams["shop"]

    tracemalloc.start()
    try:
        with pytest.raises(UpstreamFailed):
            await shop.get("/bomb")
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert peak < 16 * MEBIBYTE


async def test_a_connection_that_was_closed_while_idle_is_replaced(
    open_outbound: OpenOutbound, peer: Misbehaving
) -> None:
    shop = (await open_outbound()).upstreams["shop"]

    for _ in range(3):
        await shop.get("/close")

    assert peer.connected == 3


async def test_a_success_is_read_and_its_connection_is_used_again(
    open_outbound: OpenOutbound, peer: Misbehaving
) -> None:
    shop = (await open_outbound()).upstreams["shop"]

    found = [await shop.get(path, read_as=Number) for path in ("/number", "/gzip")]
    answer = await shop.get("/number")

    assert found == [Number(number=7), Number(number=7)]
    assert (answer.status, answer.body) == (200, b'{"number": 7}')
    assert answer.headers["content-type"] == "application/json"
    assert peer.connected == 1


async def test_an_upstream_that_is_not_there_is_unavailable(open_outbound: OpenOutbound) -> None:
    outbound = await open_outbound(
        upstreams={"away": "http://127.0.0.1:1", "nowhere": "http://nowhere.invalid"}
    )

    causes = [await cause_of(outbound.upstreams[name].post("/")) for name in ("away", "nowhere")]

    assert causes[0].startswith("away: ClientConnectorError Cannot connect to host 127.0.0.1:1")
    assert causes[1].startswith("nowhere: ClientConnectorDNSError")


async def cause_of(call: Any) -> str:
    with pytest.raises(UpstreamUnavailable) as raised:
        await call
    return str(raised.value.__cause__)


@pytest.mark.parametrize("path", ["/500", "/drop", "/not-json", "/large"])
async def test_nothing_of_a_failed_call_is_left_for_the_collector(
    open_outbound: OpenOutbound, path: str
) -> None:
    """It may hold an answer that is as large as answers may be."""
    shop = (await open_outbound(attempts=1, max_bytes=1_000_000)).upstreams["shop"]
    left: list[weakref.ref[UpstreamProblem]] = []
    gc.collect()
    gc.disable()
    try:
        try:
            await shop.get(path, read_as=Number)
        except UpstreamProblem as problem:
            left.append(weakref.ref(problem))
        await asyncio.sleep(0)
        assert [it() for it in left] == [None]
    finally:
        gc.enable()
