"""Products and orders that are sent again: nothing is created twice, no stock is taken twice."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from httpx import AsyncClient

from tests.composition import make_environment
from tests.features.callers import ENV, writer
from tests.support.serving import SERVICE, serving

KEY = {"Idempotency-Key": "8e03978e-40d5-43dd-bc93-6894a57f9324"}
LAMP: dict[str, Any] = {"sku": "lamp", "name": "Lamp", "price_cents": 100, "stock": 50}


@pytest.fixture
async def client(database_url: str, clean_database: None) -> AsyncIterator[AsyncClient]:
    """Of the service in a process of its own."""
    env = make_environment(DATABASE_URL=database_url, **ENV)
    with serving(SERVICE, env=env) as it:
        async with AsyncClient(base_url=it.url, headers=writer(), timeout=60) as client:
            yield client


async def test_a_product_that_is_sent_again_is_no_conflict(client: AsyncClient) -> None:
    first = await client.post("/v1/products", json=LAMP, headers=KEY)
    again = await client.post("/v1/products", json=LAMP, headers=KEY)
    other = await client.post("/v1/products", json=LAMP | {"sku": "bulb"}, headers=KEY)

    assert (first.status_code, again.status_code) == (201, 201)
    assert again.content == first.content
    for name in ("location", "etag", "cache-control", "content-type"):
        assert again.headers[name] == first.headers[name]
    assert again.headers["idempotent-replayed"] == "true"
    assert (other.status_code, other.json()["type"]) == (422, "/problems/idempotency-key-reused")
    assert (await client.get(first.headers["location"])).content == first.content


async def test_of_parallel_duplicates_of_an_order_one_takes_stock(client: AsyncClient) -> None:
    product = await client.post("/v1/products", json=LAMP)
    body = {"lines": [{"product_id": product.json()["id"], "quantity": 3}]}

    responses = await asyncio.gather(
        *(client.post("/v1/orders", json=body, headers=KEY) for _ in range(20))
    )

    assert {(r.status_code, r.content) for r in responses} == {(201, responses[0].content)}
    assert sum("idempotent-replayed" in r.headers for r in responses) == 19
    assert len((await client.get("/v1/orders")).json()["items"]) == 1
    assert (await client.get(product.headers["location"])).json()["stock"] == 47


async def test_an_order_that_was_refused_may_succeed_with_the_same_key(client: AsyncClient) -> None:
    product = await client.post("/v1/products", json=LAMP | {"stock": 0})
    body = {"lines": [{"product_id": product.json()["id"], "quantity": 3}]}

    refused = await client.post("/v1/orders", json=body, headers=KEY)
    await client.patch(product.headers["location"], json={"stock": 5})
    placed = await client.post("/v1/orders", json=body, headers=KEY)
    again = await client.post("/v1/orders", json=body, headers=KEY)

    assert [r.status_code for r in (refused, placed, again)] == [409, 201, 201]
    assert again.json() == placed.json()
    assert (await client.get(product.headers["location"])).json()["stock"] == 2
