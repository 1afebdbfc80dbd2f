"""A soak of the shop: whatever fails, stock and orders agree."""

from typing import Any

import pytest

from tests.features.callers import ENV
from tests.features.orders.shop import PRODUCTS, STOCK, Shop
from tests.support.serving import SERVICE, serving
from tests.support.soaking import POOL, soak

COUNTS = """
SELECT (SELECT count(*) FROM orders) AS orders,
    (SELECT sum(quantity) FROM order_lines) AS ordered,
    (SELECT count(*) FROM products) AS products,
    (SELECT sum(stock) FROM products) AS stock
"""


async def test_a_soak_of_the_shop_loses_nothing(
    sql: Any, database_url: str, pytestconfig: pytest.Config
) -> None:
    env = {"DATABASE_URL": database_url, "DATABASE_POOL_SIZE": str(POOL), "LOG_FORMAT": "json"}
    env |= ENV
    shop = Shop()
    with serving(SERVICE, env=env) as served:
        await shop.open(served.url)
        told = await soak(
            served,
            sql,
            pytestconfig.getoption("soak"),
            *(shop.read, shop.list_products, shop.list_orders),
            *(shop.create, shop.change, shop.order),
            besides={412},
        )

    now = await sql.fetchrow(COUNTS)
    ordered, created = told.succeeded("order"), told.succeeded("create")
    assert ordered <= now["orders"] <= ordered + told.unknown()
    assert created + PRODUCTS <= now["products"] <= created + PRODUCTS + told.unknown()
    assert now["ordered"] == 3 * now["orders"]
    assert now["stock"] == STOCK * now["products"] - now["ordered"]
