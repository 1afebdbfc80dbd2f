"""Orders over HTTP."""

import asyncio
from typing import Any
from uuid import uuid4

import pytest

from tests.support.clients import Client


async def product(client: Client, sku: str, *, stock: int, price_cents: int = 100) -> str:
    body = {"sku": sku, "name": sku, "price_cents": price_cents, "stock": stock}
    response = await client.post("/v1/products", json=body)
    return str(response.json()["id"])


async def stock_of(client: Client, product_id: str) -> int:
    return int((await client.get(f"/v1/products/{product_id}")).json()["stock"])


def lines(*wanted: tuple[str, int]) -> dict[str, Any]:
    return {"lines": [{"product_id": key, "quantity": quantity} for key, quantity in wanted]}


async def test_an_order_takes_stock_and_keeps_the_price(client: Client) -> None:
    lamp = await product(client, "lamp", stock=5, price_cents=1999)
    bulb = await product(client, "bulb", stock=9, price_cents=300)

    response = await client.post("/v1/orders", json=lines((lamp, 1), (bulb, 3), (lamp, 1)))

    assert response.status_code == 201
    order = response.json()
    assert order["status"] == "placed"
    assert order["total_cents"] == 2 * 1999 + 3 * 300
    assert order["lines"] == [
        {"product_id": lamp, "quantity": 2, "price_cents": 1999},
        {"product_id": bulb, "quantity": 3, "price_cents": 300},
    ]
    assert [await stock_of(client, key) for key in (lamp, bulb)] == [3, 6]
    await client.patch(f"/v1/products/{lamp}", json={"price_cents": 1})
    assert (await client.get(response.headers["location"])).json() == order


async def test_an_order_that_oversells_one_product_takes_nothing_of_any(client: Client) -> None:
    lamp, bulb = await product(client, "lamp", stock=5), await product(client, "bulb", stock=1)

    response = await client.post("/v1/orders", json=lines((lamp, 2), (bulb, 2)))

    assert response.status_code == 409
    assert response.json()["type"] == "/problems/out-of-stock"
    assert [await stock_of(client, key) for key in (lamp, bulb)] == [5, 1]
    assert (await client.get("/v1/orders")).json()["items"] == []


async def test_parallel_orders_never_oversell_and_never_deadlock(client: Client) -> None:
    lamp, bulb = await product(client, "lamp", stock=10), await product(client, "bulb", stock=99)
    either_way = [lines((lamp, 1), (bulb, 1)), lines((bulb, 1), (lamp, 1))]

    responses = await asyncio.gather(
        *(client.post("/v1/orders", json=either_way[n % 2]) for n in range(30))
    )

    statuses = sorted(response.status_code for response in responses)
    assert statuses == [201] * 10 + [409] * 20
    assert [await stock_of(client, key) for key in (lamp, bulb)] == [0, 89]


async def test_an_order_of_an_unknown_product_is_refused(client: Client) -> None:
    missing = str(uuid4())

    response = await client.post("/v1/orders", json=lines((missing, 1)))

    assert response.status_code == 404
    assert missing in response.json()["detail"]


@pytest.mark.parametrize(
    ("body", "place"),
    [
        ({}, ["body", "lines"]),
        (lines(), ["body", "lines"]),
        (lines(*[(str(uuid4()), 1)] * 101), ["body", "lines"]),
        (lines(("lamp", 1)), ["body", "lines", 0, "product_id"]),
        (lines((str(uuid4()), 1), (str(uuid4()), 0)), ["body", "lines", 1, "quantity"]),
        (lines((str(uuid4()), 10_001)), ["body", "lines", 0, "quantity"]),
    ],
)
async def test_an_unacceptable_order_is_refused_by_place(
    client: Client, body: dict[str, Any], place: list[object]
) -> None:
    response = await client.post("/v1/orders", json=body)

    assert response.status_code == 422
    assert response.json()["errors"][0]["loc"] == place


async def test_cancelling_puts_the_stock_back_once(client: Client) -> None:
    lamp = await product(client, "lamp", stock=5)
    location = (await client.post("/v1/orders", json=lines((lamp, 2)))).headers["location"]

    responses = await asyncio.gather(*(client.post(f"{location}/cancel") for _ in range(4)))

    assert [response.status_code for response in responses] == [200] * 4
    assert {response.json()["status"] for response in responses} == {"cancelled"}
    assert await stock_of(client, lamp) == 5


async def test_an_order_is_not_cancelled_where_its_stock_has_no_room(client: Client) -> None:
    lamp = await product(client, "lamp", stock=5)
    location = (await client.post("/v1/orders", json=lines((lamp, 2)))).headers["location"]
    await client.patch(f"/v1/products/{lamp}", json={"stock": 2**31 - 1})

    refused = await client.post(f"{location}/cancel")

    assert (refused.status_code, refused.json()["type"]) == (409, "/problems/conflict")
    assert (await client.get(location)).json()["status"] == "placed"


@pytest.mark.parametrize(("method", "path"), [("GET", ""), ("POST", "/cancel")])
async def test_an_unknown_order_is_not_found(client: Client, method: str, path: str) -> None:
    response = await client.request(method, f"/v1/orders/{uuid4()}{path}")

    assert response.status_code == 404


async def test_an_ordered_product_cannot_be_deleted(client: Client) -> None:
    lamp = await product(client, "lamp", stock=5)
    await client.post("/v1/orders", json=lines((lamp, 2)))

    response = await client.delete(f"/v1/products/{lamp}")

    assert response.status_code == 409
    assert response.json()["type"] == "/problems/still-referenced"


async def test_orders_are_listed_newest_first_with_their_lines(client: Client) -> None:
    lamp = await product(client, "lamp", stock=5)
    placed = [(await client.post("/v1/orders", json=lines((lamp, 1)))).json() for _ in range(3)]
    await client.post(f"/v1/orders/{placed[0]['id']}/cancel")

    newest = (await client.get("/v1/orders?status=placed")).json()["items"]

    assert newest == [placed[2], placed[1]]
