"""What may be sent again is, within a budget; what may have been done never is."""

import asyncio
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import pytest

from chassis.outbound import retries
from chassis.outbound.answer import Answer
from chassis.outbound.problems import (
    UpstreamFailed,
    UpstreamProblem,
    UpstreamTimeout,
    UpstreamUnavailable,
)
from tests.chassis.outbound.conftest import OpenOutbound
from tests.chassis.outbound.misbehaving import Misbehaving

REPEATABLE = ["get", "put", "delete"]


@pytest.fixture(autouse=True)
def _no_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retries, "FIRST_PAUSE", 0.001)


@pytest.mark.parametrize("verb", REPEATABLE)
async def test_a_request_that_can_do_no_harm_is_sent_again(
    open_outbound: OpenOutbound, peer: Misbehaving, verb: str
) -> None:
    shop = (await open_outbound()).upstreams["shop"]

    answer = await getattr(shop, verb)("/once-busy")

    assert answer.status == 200
    assert peer.counts == {f"{verb.upper()} /once-busy": 2}


@pytest.mark.parametrize("path", ["/503", "/502", "/504", "/500", "/429", "/drop", "/cut"])
@pytest.mark.parametrize("verb", ["post", "patch"])
async def test_what_may_have_been_done_is_never_sent_twice(
    open_outbound: OpenOutbound, peer: Misbehaving, verb: str, path: str
) -> None:
    shop = (await open_outbound()).upstreams["shop"]
    await getattr(shop, verb)("/number")  # so that the next one finds a connection open

    with pytest.raises(UpstreamProblem):
        await getattr(shop, verb)(path, json={"cents": 7})

    assert peer.counts[f"{verb.upper()} {path}"] == 1


async def test_with_a_key_it_is_sent_again_under_the_same_key(
    open_outbound: OpenOutbound, peer: Misbehaving
) -> None:
    shop = (await open_outbound()).upstreams["shop"]

    await shop.post("/once-busy", json={"cents": 7}, idempotency_key="k-1")

    assert peer.counts == {"POST /once-busy": 2}
    assert [("Idempotency-Key: k-1" in head) for head in peer.heads] == [True, True]


@pytest.mark.parametrize(
    ("path", "sent"),
    [
        *(("/503", 3), ("/502", 3), ("/504", 3), ("/drop", 3), ("/cut", 3)),
        *(("/500", 1), ("/404", 1), ("/429", 1), ("/redirect", 1), ("/not-json", 1), ("/wait", 1)),
    ],
)
async def test_only_what_may_pass_is_tried_again(
    open_outbound: OpenOutbound, peer: Misbehaving, path: str, sent: int
) -> None:
    shop = (await open_outbound(timeout=6)).upstreams["shop"]  # less than /wait asks for

    with pytest.raises(UpstreamProblem):
        await shop.get(path, read_as=int)

    assert peer.counts[f"GET {path}"] == sent


async def test_a_connection_that_breaks_is_no_reason_to_send_more_than_the_attempts(
    open_outbound: OpenOutbound, peer: Misbehaving
) -> None:
    """As aiohttp by itself would, for any idempotent method."""
    shop = (await open_outbound(attempts=1)).upstreams["shop"]
    for verb in REPEATABLE:
        await getattr(shop, verb)("/number")
        with pytest.raises(UpstreamFailed):
            await getattr(shop, verb)("/drop")

        assert peer.counts[f"{verb.upper()} /drop"] == 1


async def test_a_post_that_never_left_is_tried_again(
    open_outbound: OpenOutbound, monkeypatch: pytest.MonkeyPatch
) -> None:
    outbound = await open_outbound(upstreams={"away": "http://127.0.0.1:1"})
    away, pauses = outbound.upstreams["away"], list[float]()
    monkeypatch.setattr(away.observation, "sent_again", lambda _, pause: pauses.append(pause))

    with pytest.raises(UpstreamUnavailable):
        await away.post("/")

    assert len(pauses) == 2


async def test_a_call_that_timed_out_is_not_tried_again(
    open_outbound: OpenOutbound, peer: Misbehaving
) -> None:
    shop = (await open_outbound(read_timeout=0.1)).upstreams["shop"]

    with pytest.raises(UpstreamTimeout):
        await shop.get("/hang")

    assert peer.counts.total() <= 1


async def test_an_upstream_that_fails_half_of_its_calls_gets_hardly_more_of_them(
    open_outbound: OpenOutbound, peer: Misbehaving
) -> None:
    peer.fails = lambda number: number % 2 == 0
    shop, calls, clients = (await open_outbound()).upstreams["shop"], 50, 16

    async def client() -> None:
        for _ in range(calls):
            await ended(shop.get("/sometimes"))

    async with asyncio.TaskGroup() as tasks:
        for _ in range(clients):
            tasks.create_task(client())

    asked = calls * clients
    assert asked < peer.counts["GET /sometimes"] < 1.15 * asked


async def ended(call: Any) -> None:
    with suppress(UpstreamUnavailable):
        await call


async def test_rare_failures_are_all_tried_again(
    open_outbound: OpenOutbound, peer: Misbehaving
) -> None:
    peer.fails = lambda number: number % 12 == 0
    shop = (await open_outbound()).upstreams["shop"]

    for _ in range(200):
        await shop.get("/sometimes")


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("7", 7),
        ("0", 0),
        ("", None),
        ("soon", None),
        ("-1", None),
        ("²", None),
        ("9" * 400, 999_999_999),
    ],
)
def test_seconds_of_retry_after(text: str, seconds: float | None) -> None:
    found = retries.retry_after(Answer(503, {"Retry-After": text}, b""))

    assert found == (seconds if seconds is None else pytest.approx(seconds))


@pytest.mark.parametrize("zone", ["GMT", "-0000"])
def test_a_date_of_retry_after(zone: str) -> None:
    """`-0000` is a date without a zone, to Python."""
    at = format_datetime(datetime.now(UTC) + timedelta(seconds=30), usegmt=True)
    past = format_datetime(datetime.now(UTC) - timedelta(days=1), usegmt=True)

    found = retries.retry_after(Answer(503, {"Retry-After": at.replace("GMT", zone)}, b""))

    assert found is not None
    assert 0 < found <= 30
    assert retries.retry_after(Answer(503, {"Retry-After": past}, b"")) == 0


async def test_what_an_upstream_asks_to_wait_is_passed_on_within_reason(
    open_outbound: OpenOutbound,
) -> None:
    shop = (await open_outbound(attempts=1)).upstreams["shop"]

    with pytest.raises(UpstreamUnavailable) as raised:
        await shop.get("/wait")
    assert raised.value.retry_after == 7
    with pytest.raises(UpstreamUnavailable) as raised:
        await shop.get("/503")
    assert raised.value.retry_after == 1
