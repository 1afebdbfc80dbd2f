"""Orders wait for others a little longer than the database does."""

import asyncio
from typing import Any

import pytest
from fastapi import FastAPI

from tests.composition import make_settings
from tests.features.callers import writer
from tests.support.callers import with_keys
from tests.support.clients import Client, client_of
from tests.support.composition import ReadLog, StartApp
from tests.support.eventually import eventually


@pytest.fixture
async def app(start_app: StartApp, database_url: str) -> FastAPI:
    started: FastAPI = await start_app(
        with_keys(make_settings(database={"url": database_url, "lock_timeout": 0.5}))
    )
    return started


async def test_an_order_is_placed_although_its_product_was_locked_for_a_while(
    app: FastAPI, sql: Any, read_log: ReadLog
) -> None:
    async with client_of(app) as client:
        client.headers.update(writer())
        product = await create(client)
        body = {"lines": [{"product_id": product, "quantity": 1}]}
        async with sql.transaction():
            await sql.execute("SELECT * FROM products FOR UPDATE")
            refused = await client.patch(f"/v1/products/{product}", json={"stock": 9})
            placing = asyncio.create_task(client.post("/v1/orders", json=body))
            await eventually(lambda: read_log("trying again"))
        placed = await placing

    assert placed.status_code == 201
    assert (refused.status_code, refused.headers["retry-after"]) == (503, "0")


async def create(client: Client) -> str:
    body = {"sku": "lamp", "name": "Lamp", "price_cents": 100, "stock": 5}
    return str((await client.post("/v1/products", json=body)).json()["id"])
