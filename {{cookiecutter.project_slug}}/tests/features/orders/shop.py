"""Clients of a shop: they look round, order, change prices, and add products."""

import random
from uuid import uuid4

import httpx

from tests.features.callers import writer
from tests.support.serving import PATIENCE

PRODUCTS = 20
STOCK = 100_000


class Shop:
    """The requests of its clients; those that change something are told by their names."""

    def __init__(self) -> None:
        self.products: list[str] = []
        self._headers = writer()

    async def open(self, url: str) -> None:
        async with httpx.AsyncClient(base_url=url, timeout=PATIENCE) as client:
            for _ in range(PRODUCTS):
                self.products.append((await self.create(client)).json()["id"])

    def any(self) -> str:
        return random.choice(self.products)  # noqa: S311  no secret

    async def create(self, client: httpx.AsyncClient) -> httpx.Response:
        body = {"sku": uuid4().hex, "name": "Lamp", "price_cents": 100, "stock": STOCK}
        return await client.post("/v1/products", json=body, headers=self._headers)

    async def read(self, client: httpx.AsyncClient) -> httpx.Response:
        return await client.get(f"/v1/products/{self.any()}")

    async def list_products(self, client: httpx.AsyncClient) -> httpx.Response:
        return await client.get("/v1/products?sort=-price_cents&limit=20")

    async def list_orders(self, client: httpx.AsyncClient) -> httpx.Response:
        return await client.get("/v1/orders?status=placed&limit=20")

    async def change(self, client: httpx.AsyncClient) -> httpx.Response:
        """Under the condition that nobody else has."""
        path = f"/v1/products/{self.any()}"
        read = await client.get(path)
        if not read.is_success:
            return read
        body = {"price_cents": read.json()["price_cents"] + 1}
        headers = {"If-Match": read.headers["etag"], **self._headers}
        return await client.patch(path, json=body, headers=headers)

    async def order(self, client: httpx.AsyncClient) -> httpx.Response:
        lines = [{"product_id": self.any(), "quantity": 1} for _ in range(3)]
        return await client.post("/v1/orders", json={"lines": lines}, headers=self._headers)
