"""FastAPI and a SQLAlchemy session for each request, nothing around them."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated
from uuid import UUID

import schemas
from fastapi import Depends, FastAPI, HTTPException, Request
from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker
from table import Order, OrderLine, Product, create_engine


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    engine = create_engine()
    app.state.sessions = async_sessionmaker(engine, expire_on_commit=False)
    yield
    await engine.dispose()


async def session(request: Request) -> AsyncIterator[AsyncSession]:
    async with request.app.state.sessions.begin() as opened:
        yield opened


Session = Annotated[AsyncSession, Depends(session, scope="function")]
app = FastAPI(lifespan=lifespan)


@app.get("/health/ready")
async def ready(session: Session) -> schemas.Health:
    await session.execute(text("SELECT 1"))
    return schemas.Health(status="ok")


@app.get("/v1/products")
async def list_products(limit: int, session: Session) -> schemas.Page:
    found = await session.scalars(select(Product).order_by(Product.id).limit(limit + 1))
    items = [schemas.Product.model_validate(row) for row in found.all()[:limit]]
    return schemas.Page(items=items, next_cursor=None)


@app.get("/v1/products/{product_id}", response_model=schemas.Product)
async def get_product(product_id: UUID, session: Session) -> Product | None:
    return await session.get(Product, product_id)


@app.post("/v1/products", status_code=201, response_model=schemas.Product)
async def create_product(body: schemas.ProductCreate, session: Session) -> Product:
    product = Product(**body.model_dump())
    session.add(product)
    await session.flush()
    return product


@app.post("/v1/orders", status_code=201, response_model=schemas.Order)
async def place_order(body: schemas.OrderCreate, session: Session) -> Order:
    keys = [line.product_id for line in body.lines]
    locked = select(Product).where(Product.id.in_(keys)).order_by(Product.id).with_for_update()
    products = {product.id: product for product in await session.scalars(locked)}
    lines = []
    for position, line in enumerate(body.lines, start=1):
        product = products[line.product_id]
        if product.stock < line.quantity:
            raise HTTPException(409, "Out of stock")
        product.stock -= line.quantity
        values = line.model_dump()
        lines.append(OrderLine(position=position, price_cents=product.price_cents, **values))
    order = Order(lines=lines, total_cents=sum(it.quantity * it.price_cents for it in lines))
    session.add(order)
    await session.flush()
    return order
