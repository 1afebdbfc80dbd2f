"""Orders read and cancelled under a condition."""

import asyncio

import pytest

from tests.support.clients import Client


@pytest.fixture
async def product(client: Client) -> str:
    body = {"sku": "lamp", "name": "Lamp", "price_cents": 100, "stock": 5}
    return str((await client.post("/v1/products", json=body)).headers["location"])


@pytest.fixture
async def order(client: Client, product: str) -> str:
    """Of two lamps; three are left."""
    body = {"lines": [{"product_id": product.rpartition("/")[2], "quantity": 2}]}
    response = await client.post("/v1/orders", json=body)
    assert (response.headers["etag"], response.headers["cache-control"]) == ('"1"', "no-cache")
    return str(response.headers["location"])


async def stock(client: Client, product: str) -> int:
    return int((await client.get(product)).json()["stock"])


async def test_an_order_is_sent_again_only_when_it_has_changed(client: Client, order: str) -> None:
    headers = {"If-None-Match": (await client.get(order)).headers["etag"]}

    same = await client.get(order, headers=headers)
    assert (same.status_code, same.content, same.headers["etag"]) == (304, b"", '"1"')

    cancelled = await client.post(f"{order}/cancel")
    assert cancelled.headers["etag"] == '"2"'
    changed = await client.get(order, headers=headers)
    assert (changed.status_code, changed.json()) == (200, cancelled.json())
    assert changed.headers["etag"] == '"2"'


async def test_only_the_version_a_client_has_read_is_cancelled(
    client: Client, order: str, product: str
) -> None:
    refused = await client.post(f"{order}/cancel", headers={"If-Match": '"2"'})
    assert refused.status_code == 412
    assert (await client.get(order)).json()["status"] == "placed"
    assert await stock(client, product) == 3

    cancelled = await client.post(f"{order}/cancel", headers={"If-Match": '"1"'})
    assert (cancelled.status_code, cancelled.json()["status"]) == (200, "cancelled")
    assert await stock(client, product) == 5


async def test_of_parallel_cancellations_of_one_version_one_is_made(
    client: Client, order: str, product: str
) -> None:
    headers = {"If-Match": '"1"'}

    responses = await asyncio.gather(
        *(client.post(f"{order}/cancel", headers=headers) for _ in range(4))
    )

    assert sorted(response.status_code for response in responses) == [200, 412, 412, 412]
    assert await stock(client, product) == 5
