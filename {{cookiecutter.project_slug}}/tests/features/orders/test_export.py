"""All orders as JSON Lines, however many there are."""

import json
from typing import Any

import pytest

from app.features.orders import repository
from chassis.database.reader import Reader
from chassis.database.session import Database
from chassis.problems import PoolExhausted
from tests.support.clients import Client

ORDERS = 7


@pytest.fixture
async def orders(client: Client, monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    monkeypatch.setattr(repository, "EXPORTED_AT_ONCE", 3)
    body = {"sku": "lamp", "name": "lamp", "price_cents": 5, "stock": 99}
    product = (await client.post("/v1/products", json=body)).json()["id"]
    line = {"product_id": product, "quantity": 1}
    placed = [await client.post("/v1/orders", json={"lines": [line]}) for _ in range(ORDERS)]
    return [response.json() for response in placed]


async def test_each_line_is_an_order(client: Client, orders: list[Any]) -> None:
    response = await client.get("/v1/orders/export")

    assert response.headers["content-type"] == "application/jsonl"
    assert [json.loads(line) for line in response.text.splitlines()] == orders


async def test_without_orders_there_is_no_line(client: Client) -> None:
    response = await client.get("/v1/orders/export")

    assert (response.status_code, response.text) == (200, "")


async def test_no_connection_is_held_between_pages(database: Database, orders: list[Any]) -> None:
    every = repository.OrderRepository(Reader(database)).every()

    assert (await anext(every)).total_cents == 5
    assert database.engine.pool.checkedout() == 0  # type: ignore[attr-defined]  # of a queue
    assert len([order async for order in every]) == ORDERS - 1


async def test_a_first_page_that_fails_has_a_status(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def exhausted(*_: object, **__: object) -> None:
        raise PoolExhausted

    monkeypatch.setattr(repository.OrderRepository, "page", exhausted)
    response = await client.get("/v1/orders/export")

    assert response.status_code == 503
    assert response.json()["type"] == "/problems/pool-exhausted"
