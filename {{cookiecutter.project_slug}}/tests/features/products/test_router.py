"""Products over HTTP."""

from typing import Any
from uuid import uuid4

import pytest
from fastapi import FastAPI

from tests.support.clients import Client
from tests.support.filling_in import body_for

LAMP: dict[str, Any] = {"sku": "lamp-1", "name": "Lamp", "price_cents": 1999, "stock": 3}


async def create(client: Client, **values: Any) -> dict[str, Any]:
    response = await client.post("/v1/products", json=LAMP | values)
    assert response.status_code == 201, response.text
    created: dict[str, Any] = response.json()
    return created


async def test_what_docs_fill_in_for_a_body_is_taken(app: FastAPI, client: Client) -> None:
    product = body_for(app.openapi(), "/v1/products", "post")
    changes = body_for(app.openapi(), "/v1/products/{product_id}", "patch")

    created = await create(client, **product)
    changed = await client.patch(f"/v1/products/{created['id']}", json=changes)

    assert product["sku"] == "pen-1"
    assert changed.status_code == 200, changed.text
    assert changed.json() | changes == changed.json()


async def test_what_looks_the_same_is_the_same(client: Client) -> None:
    composed, decomposed = "CAF\u00c9-1", "CAFE\u0301-1"
    body = {"sku": decomposed, "name": "Cafe\u0301", "price_cents": 1}
    created = await client.post("/v1/products", json=body)
    again = await client.post("/v1/products", json=body | {"sku": composed})

    assert (created.status_code, created.json()["sku"]) == (201, composed)
    assert again.status_code == 409
    for query in ({"sku": composed}, {"sku": decomposed}, {"name": "fe\u0301"}):
        found = await client.get("/v1/products", params=query)
        assert [item["name"] for item in found.json()["items"]] == ["Caf\u00e9"]


async def test_a_created_product_can_be_read_at_its_location(client: Client) -> None:
    response = await client.post("/v1/products", json=LAMP)

    assert response.status_code == 201
    created = response.json()
    assert created.items() >= LAMP.items()
    assert created["version"] == 1
    assert created["description"] is None
    read = await client.get(response.headers["location"])
    assert (read.status_code, read.json()) == (200, created)


async def test_a_second_product_with_the_same_sku_is_refused(client: Client) -> None:
    await create(client)

    response = await client.post("/v1/products", json=LAMP)

    assert response.status_code == 409
    assert response.json()["type"] == "/problems/already-exists"
    assert "uq_products_sku" in response.json()["detail"]
    assert LAMP["sku"] not in response.text


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("sku", ""),
        ("sku", "   "),
        ("sku", "x" * 65),
        ("sku", "a\0b"),
        ("sku", None),
        ("name", "x" * 201),
        ("name", 5),
        ("description", "\0"),
        ("price_cents", -1),
        ("price_cents", 2**31),
        ("price_cents", 1.5),
        ("price_cents", "5"),
        ("price_cents", True),
        ("stock", -1),
        ("stock", None),
        ("colour", "red"),
    ],
)
async def test_an_unacceptable_value_is_refused_by_name(
    client: Client, field: str, value: object
) -> None:
    created = await create(client, sku="good")
    for response in (
        await client.post("/v1/products", json=LAMP | {field: value}),
        await client.patch(f"/v1/products/{created['id']}", json={field: value}),
    ):
        assert response.status_code == 422
        assert [error["loc"] for error in response.json()["errors"]] == [["body", field]]
    assert (await client.get(f"/v1/products/{created['id']}")).json() == created


async def test_an_update_changes_what_it_names_and_nothing_else(client: Client) -> None:
    created = await create(client, description="warm")

    response = await client.patch(f"/v1/products/{created['id']}", json={"description": None})

    assert response.status_code == 200
    updated = response.json()
    assert updated["updated_at"] > created["updated_at"]
    expected = {"description": None, "version": 2, "updated_at": updated["updated_at"]}
    assert updated == created | expected


async def test_an_update_to_a_taken_sku_is_refused(client: Client) -> None:
    await create(client, sku="taken")
    created = await create(client)

    response = await client.patch(f"/v1/products/{created['id']}", json={"sku": "taken"})

    assert response.status_code == 409
    assert response.json()["type"] == "/problems/already-exists"


async def test_a_deleted_product_is_gone(client: Client) -> None:
    path = f"/v1/products/{(await create(client))['id']}"

    assert (await client.delete(path)).status_code == 204
    for response in (await client.get(path), await client.delete(path)):
        assert response.status_code == 404


@pytest.mark.parametrize("method", ["GET", "PATCH", "DELETE"])
async def test_an_unknown_product_is_not_found(client: Client, method: str) -> None:
    key = uuid4()

    response = await client.request(method, f"/v1/products/{key}", json={})

    assert response.status_code == 404
    assert response.json()["detail"] == f"Product {key} does not exist."


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", ["a", "b", "c"]),
        ("?sort=-id", ["c", "b", "a"]),
        ("?sort=name", ["b", "c", "a"]),
        ("?sort=-price_cents", ["c", "a", "b"]),
        ("?sku=b", ["b"]),
        ("?name=LAMP", ["a", "c"]),
        ("?name=100%25", ["b"]),
        ("?name=_", []),
        ("?min_price_cents=20", ["a", "c"]),
        ("?max_price_cents=20", ["a", "b"]),
        ("?in_stock=true", ["a", "c"]),
        ("?in_stock=false", ["b"]),
        ("?in_stock=true&max_price_cents=25", ["a"]),
    ],
)
async def test_lists_are_filtered_and_sorted(
    client: Client, query: str, expected: list[str]
) -> None:
    await create(client, sku="a", name="Red lamp", price_cents=20, stock=1)
    await create(client, sku="b", name="100% wool", price_cents=10, stock=0)
    await create(client, sku="c", name="Blue lamp", price_cents=30, stock=2)

    response = await client.get(f"/v1/products{query}")

    assert response.status_code == 200
    assert [item["sku"] for item in response.json()["items"]] == expected


@pytest.mark.parametrize("query", ["sort=stock", "limit=0", "limit=201", "colour=red", "sku=%00"])
async def test_an_unknown_or_wrong_parameter_is_refused_by_name(client: Client, query: str) -> None:
    response = await client.get(f"/v1/products?{query}")

    assert response.status_code == 422
    assert response.json()["errors"][0]["loc"] == ["query", query.partition("=")[0]]


async def test_following_the_links_shows_every_product_once(client: Client) -> None:
    for number in range(7):
        await create(client, sku=str(number), price_cents=number % 3)

    seen, path = [], "/v1/products?limit=3&sort=-price_cents&in_stock=true"
    while path:
        response = await client.get(path)
        assert response.status_code == 200
        seen.append([item["sku"] for item in response.json()["items"]])
        path = response.links.get("next", {}).get("url", "")

    assert seen == [["5", "2", "4"], ["1", "6", "3"], ["0"]]
