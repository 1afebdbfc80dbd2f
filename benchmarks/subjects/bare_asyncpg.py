"""The limit for a FastAPI service on PostgreSQL: FastAPI and asyncpg alone."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from os import environ
from uuid import UUID, uuid4

import asyncpg
from fastapi import FastAPI, Request
from schemas import Page, Product, ProductCreate

INSERT = """
INSERT INTO products (id, sku, name, description, price_cents, stock)
VALUES ($1, $2, $3, $4, $5, $6) RETURNING *
"""


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    async with asyncpg.create_pool(environ["DATABASE_URL"], max_size=10) as pool:
        app.state.pool = pool
        yield


app = FastAPI(lifespan=lifespan)


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


@app.post("/v1/products", status_code=201)
async def create_product(body: ProductCreate, request: Request) -> Product:
    async with request.app.state.pool.acquire() as connection, connection.transaction():
        values = body.model_dump().values()
        return Product(**await connection.fetchrow(INSERT, uuid4(), *values))
