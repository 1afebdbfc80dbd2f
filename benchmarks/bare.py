"""What the service is measured against: FastAPI and asyncpg alone, nothing around them."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from os import environ
from uuid import UUID

import asyncpg
from fastapi import FastAPI, Request
from pydantic import BaseModel


class Health(BaseModel):
    status: str


class Product(BaseModel):
    id: UUID
    sku: str
    name: str
    description: str | None
    price_cents: int
    stock: int
    version: int
    created_at: datetime
    updated_at: datetime


class Page(BaseModel):
    items: list[Product]
    next_cursor: str | None


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    async with asyncpg.create_pool(environ["DATABASE_URL"], max_size=10) as pool:
        app.state.pool = pool
        yield


app = FastAPI(lifespan=lifespan)


@app.get("/health/live")
async def live() -> Health:
    return Health(status="ok")


@app.get("/v1/products")
async def list_products(limit: int, request: Request) -> Page:
    rows = await request.app.state.pool.fetch(
        "SELECT * FROM products ORDER BY id LIMIT $1", limit + 1
    )
    return Page(items=[Product(**row) for row in rows[:limit]], next_cursor=None)


@app.get("/v1/products/{product_id}")
async def get_product(product_id: UUID, request: Request) -> Product:
    row = await request.app.state.pool.fetchrow("SELECT * FROM products WHERE id = $1", product_id)
    return Product(**row)
