"""The limit for a FastAPI service on PostgreSQL: FastAPI and asyncpg alone."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from os import environ
from uuid import UUID, uuid4

import asyncpg
from fastapi import FastAPI, HTTPException, Request
from schemas import Line, Order, OrderCreate, Page, Product, ProductCreate

INSERT = """
INSERT INTO products (id, sku, name, description, price_cents, stock)
VALUES ($1, $2, $3, $4, $5, $6) RETURNING *
"""
LOCK = "SELECT * FROM products WHERE id = ANY($1) ORDER BY id FOR UPDATE"
TAKE = """
UPDATE products SET stock = stock - quantity, version = version + 1, updated_at = now()
FROM unnest($1::uuid[], $2::int[]) AS line (product_id, quantity) WHERE id = product_id
"""
PLACE = "INSERT INTO orders (id, status, total_cents) VALUES ($1, 'placed', $2) RETURNING *"
ADD_LINES = """
INSERT INTO order_lines (order_id, position, product_id, quantity, price_cents)
SELECT $1, * FROM unnest($2::int[], $3::uuid[], $4::int[], $5::int[])
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


@app.post("/v1/orders", status_code=201)
async def place_order(body: OrderCreate, request: Request) -> Order:
    keys = [line.product_id for line in body.lines]
    quantities = [line.quantity for line in body.lines]
    async with request.app.state.pool.acquire() as connection, connection.transaction():
        products = {row["id"]: row for row in await connection.fetch(LOCK, keys)}
        if any(products[line.product_id]["stock"] < line.quantity for line in body.lines):
            raise HTTPException(409, "Out of stock")
        await connection.execute(TAKE, keys, quantities)
        prices = [products[key]["price_cents"] for key in keys]
        total = sum(map(int.__mul__, quantities, prices))
        order = await connection.fetchrow(PLACE, uuid4(), total)
        places = list(range(1, len(keys) + 1))
        await connection.execute(ADD_LINES, order["id"], places, keys, quantities, prices)
    lines = [
        Line(product_id=key, quantity=quantity, price_cents=price)
        for key, quantity, price in zip(keys, quantities, prices, strict=True)
    ]
    return Order(**order, lines=lines)
