"""The last units of a product, wanted by many at once over real sockets."""

import asyncio
from collections import Counter
from typing import Any

import httpx
import pytest

from tests.composition import make_environment
from tests.features.callers import ENV, writer
from tests.support.serving import PATIENCE, SERVICE, serving


@pytest.mark.usefixtures("clean_database")
async def test_the_last_ten_units_are_sold_ten_times(database_url: str, sql: Any) -> None:
    env = make_environment(DATABASE_URL=database_url, **ENV)
    body = {"sku": "lamp", "name": "Lamp", "price_cents": 100, "stock": 10}
    limits = httpx.Limits(max_connections=64)

    with serving(SERVICE, env=env, workers=2) as served:
        asked: dict[str, Any] = {"base_url": served.url, "headers": writer(), "limits": limits}
        async with httpx.AsyncClient(**asked, timeout=PATIENCE) as shop:
            product = (await shop.post("/v1/products", json=body)).json()["id"]
            line = {"product_id": product, "quantity": 1}
            order = {"lines": [line]}
            answers = await asyncio.gather(
                *(shop.post("/v1/orders", json=order) for _ in range(64))
            )

    assert Counter(answer.status_code for answer in answers) == {201: 10, 409: 54}
    refused = {answer.json().get("type") for answer in answers if answer.status_code == 409}
    assert refused == {"/problems/out-of-stock"}
    assert await sql.fetchval("SELECT stock FROM products") == 0
    assert await sql.fetchval("SELECT count(*) FROM orders") == 10
