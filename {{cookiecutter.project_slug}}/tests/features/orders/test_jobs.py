"""What follows an order: its receipt, and what others are told."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from typing import Any

import pytest

from chassis.jobs.events.publisher import Event
from chassis.outbound.problems import UpstreamFailed
from tests.jobs import DoJobs
from tests.support.clients import Client
from tests.support.composition import ReadLog
from tests.support.upstreams import LocalUpstream, local_upstream

RECEIPTS = "/receipts"


@pytest.fixture
def optional() -> Sequence[str]:
    """Upstreams that the service calls only where there are such."""
    return ["mailer"]


@pytest.fixture
def upstreams(
    upstreams: dict[str, LocalUpstream], optional: Sequence[str]
) -> Iterator[dict[str, LocalUpstream]]:
    with ExitStack() as stack:
        yield upstreams | {name: stack.enter_context(local_upstream()) for name in optional}


async def order(client: Client, quantity: int) -> Any:
    body = {"sku": "lamp", "name": "Lamp", "price_cents": 100, "stock": 5}
    lamp = (await client.post("/v1/products", json=body)).json()["id"]
    lines = [{"product_id": lamp, "quantity": quantity}]
    return await client.post("/v1/orders", json={"lines": lines})


async def test_an_order_brings_a_receipt_and_news(
    client: Client, do_jobs: DoJobs, published: list[Event], upstreams: dict[str, LocalUpstream]
) -> None:
    upstreams["mailer"].answers("POST", RECEIPTS, status=202)
    placed = (await order(client, 2)).json()["id"]

    assert await do_jobs() == ["send_receipt"]
    (asked,) = upstreams["mailer"].received
    assert asked.json == {"order_id": placed, "total_cents": 200}
    (event,) = published
    assert (event.subject, event.body) == ("orders.placed", {"id": placed, "total_cents": 200})
    assert event.aggregate == f"orders/{placed}"


async def test_a_receipt_is_asked_for_until_it_is_taken_by_the_same_key(
    client: Client, do_jobs: DoJobs, sql: Any, upstreams: dict[str, LocalUpstream]
) -> None:
    mailer = upstreams["mailer"]
    for status in (500, 503, 202):
        mailer.answers("POST", RECEIPTS, status=status)
    await order(client, 2)

    with pytest.raises(UpstreamFailed):
        await do_jobs()
    job = await sql.fetchval("UPDATE jobs SET due = now() RETURNING id")
    assert await do_jobs() == ["send_receipt"]

    keys = [asked.headers["idempotency-key"] for asked in mailer.received]
    assert keys == [str(job)] * 3  # of two attempts; the second one called twice


@pytest.mark.parametrize("optional", [[]])
async def test_without_a_mailer_the_log_says_that_none_is_sent(
    client: Client, do_jobs: DoJobs, read_log: ReadLog
) -> None:
    placed = await order(client, 2)

    assert await do_jobs() == ["send_receipt"]
    (line,) = read_log("no receipt is sent")
    assert line["order_id"] == placed.json()["id"]
    assert line["request_id"] == placed.headers["X-Request-ID"]


async def test_an_order_that_is_refused_brings_nothing(
    client: Client, do_jobs: DoJobs, published: list[Event]
) -> None:
    assert (await order(client, 6)).status_code == 409

    assert await do_jobs() == []
    assert published == []
