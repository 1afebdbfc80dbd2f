"""What follows an order: its receipt, and what others are told."""

from typing import Any

from chassis.jobs.events.publisher import Event
from tests.jobs import DoJobs
from tests.support.clients import Client
from tests.support.composition import ReadLog


async def order(client: Client, quantity: int) -> Any:
    body = {"sku": "lamp", "name": "Lamp", "price_cents": 100, "stock": 5}
    lamp = (await client.post("/v1/products", json=body)).json()["id"]
    lines = [{"product_id": lamp, "quantity": quantity}]
    return await client.post("/v1/orders", json={"lines": lines})


async def test_an_order_brings_a_receipt_and_news(
    client: Client, do_jobs: DoJobs, published: list[Event], read_log: ReadLog
) -> None:
    placed = await order(client, 2)

    assert await do_jobs() == ["send_receipt"]
    (line,) = read_log("receipt sent")
    assert line["order_id"] == placed.json()["id"]
    assert line["request_id"] == placed.headers["X-Request-ID"]
    (event,) = published
    assert (event.subject, event.body) == (
        "orders.placed",
        {"id": placed.json()["id"], "total_cents": 200},
    )
    assert event.aggregate == f"orders/{placed.json()['id']}"


async def test_an_order_that_is_refused_brings_nothing(
    client: Client, do_jobs: DoJobs, published: list[Event]
) -> None:
    assert (await order(client, 6)).status_code == 409

    assert await do_jobs() == []
    assert published == []
