"""What is ordered most: counted once a minute, however many ask."""

from typing import Any

from tests.support.clients import Client


async def order(client: Client, name: str, units: int) -> dict[str, Any]:
    body = {"sku": name, "name": name, "price_cents": 100, "stock": 100}
    product = (await client.post("/v1/products", json=body)).json()
    lines = [{"product_id": product["id"], "quantity": units}]
    placed: dict[str, Any] = (await client.post("/v1/orders", json={"lines": lines})).json()
    return placed


async def best_sellers(client: Client) -> list[tuple[str, int]]:
    found = (await client.get("/v1/orders/best-sellers")).json()["products"]
    return [(each["name"], each["units"]) for each in found]


async def test_products_are_told_by_how_many_were_ordered(client: Client) -> None:
    for number in range(12):
        await order(client, f"lamp-{number:02}", 1 + number)

    assert await best_sellers(client) == [(f"lamp-{it:02}", 1 + it) for it in range(11, 1, -1)]


async def test_what_was_cancelled_does_not_count(client: Client) -> None:
    cancelled = await order(client, "lamp", 2)
    await order(client, "desk", 1)
    await client.post(f"/v1/orders/{cancelled['id']}/cancel")

    assert await best_sellers(client) == [("desk", 1)]


async def test_they_are_kept_whatever_is_ordered_meanwhile(client: Client) -> None:
    assert await best_sellers(client) == []
    await order(client, "lamp", 2)

    assert await best_sellers(client) == []
