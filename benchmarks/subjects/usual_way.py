"""The same endpoints as services usually have them, with what the template avoids.

BaseHTTPMiddleware, a commit after the response, pool_pre_ping, and ORJSONResponse for everything.
"""

import logging
import warnings
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated
from uuid import UUID

import schemas
from fastapi import Depends, FastAPI, HTTPException
from fastapi.responses import ORJSONResponse
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker
from table import Order, OrderLine, Product, create_engine
from usual_middleware import LoggingMiddleware, RequestIDMiddleware, TimingMiddleware

warnings.simplefilter("ignore")  # ORJSONResponse is deprecated, and says so each time
logging.basicConfig(level=logging.INFO)
engine = create_engine(pre_ping=True)
sessions = async_sessionmaker(engine, expire_on_commit=False)


@asynccontextmanager
async def lifespan(_: FastAPI) -> AsyncIterator[None]:
    yield
    await engine.dispose()


async def get_session() -> AsyncIterator[AsyncSession]:
    async with sessions() as session:
        try:
            yield session
            await session.commit()
        except Exception:
            await session.rollback()
            raise


Session = Annotated[AsyncSession, Depends(get_session)]
app = FastAPI(lifespan=lifespan, default_response_class=ORJSONResponse)
for each in (LoggingMiddleware, TimingMiddleware, RequestIDMiddleware):  # the last is outermost
    app.add_middleware(each)


@app.get("/health/live", response_model=schemas.Health)
async def live() -> dict[str, str]:
    return {"status": "ok"}


@app.get("/v1/products", response_model=schemas.Page)
async def list_products(limit: int, session: Session) -> object:
    found = await session.execute(select(Product).order_by(Product.id).limit(limit))
    return {"items": found.scalars().all(), "next_cursor": None}


@app.get("/v1/products/{product_id}", response_model=schemas.Product)
async def get_product(product_id: UUID, session: Session) -> Product:
    found = await session.execute(select(Product).where(Product.id == product_id))
    product = found.scalar_one_or_none()
    if product is None:
        raise HTTPException(404, "Product not found")
    return product


@app.post("/v1/products", status_code=201, response_model=schemas.Product)
async def create_product(body: schemas.ProductCreate, session: Session) -> Product:
    product = Product(**body.model_dump())
    session.add(product)
    await session.flush()
    await session.refresh(product)
    return product


@app.post("/v1/orders", status_code=201, response_model=schemas.Order)
async def place_order(body: schemas.OrderCreate, session: Session) -> Order:
    order = Order(total_cents=0, lines=[])
    for position, line in enumerate(body.lines, start=1):
        wanted = select(Product).where(Product.id == line.product_id).with_for_update()
        product = (await session.execute(wanted)).scalar_one_or_none()
        if product is None:
            raise HTTPException(404, "Product not found")
        if product.stock < line.quantity:
            raise HTTPException(409, "Out of stock")
        product.stock -= line.quantity
        order.total_cents += line.quantity * product.price_cents
        values = line.model_dump()
        order.lines.append(OrderLine(position=position, price_cents=product.price_cents, **values))
    session.add(order)
    await session.flush()
    await session.refresh(order, ["id", "status", "version", "created_at", "updated_at", "lines"])
    return order
