"""What the shop does, whatever framework serves it: a table, a repository, and two pieces of work.

Nothing here knows a framework. `python products.py` creates the table; a service of yours has
migrations.
"""

import asyncio
from typing import Any
from uuid import UUID

from chassis.database.model import Base, Entity
from chassis.database.opening import open_database
from chassis.database.reader import Reader
from chassis.database.repository import Repository
from chassis.problems import InvalidRequest
from chassis.settings import Settings
from pydantic import BaseModel, Field, ValidationError
from sqlalchemy import UniqueConstraint
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped


class Product(Entity):
    __tablename__ = "products"
    # Deferred, so that the second of two equal ones is refused by COMMIT and not before.
    __table_args__ = (UniqueConstraint("sku", deferrable=True, initially="DEFERRED"),)

    sku: Mapped[str]
    name: Mapped[str]


class ProductRepository(Repository[Product]):
    model = Product


class ProductCreate(BaseModel):
    sku: str = Field(min_length=1, max_length=40)
    name: str = Field(min_length=1)


async def create_product(session: AsyncSession, given: ProductCreate) -> Product:
    return await ProductRepository(session).create(Product(**given.model_dump()))


async def get_product(session: AsyncSession | Reader, key: UUID) -> Product:
    """Raises NotFound."""
    return await ProductRepository(session).get(key)


def product_in(body: bytes) -> ProductCreate:
    """Raises InvalidRequest."""
    try:
        return ProductCreate.model_validate_json(body)
    except ValidationError as error:
        told = error.errors(include_url=False, include_context=False, include_input=False)
        raise InvalidRequest("This is no product.", errors=told) from error


def shown(product: Product) -> dict[str, Any]:
    return {"id": str(product.id), "sku": product.sku, "name": product.name}


async def create_table() -> None:
    async with (
        open_database(Settings().database, "create") as opened,
        opened.database.engine.begin() as connection,
    ):
        await connection.run_sync(Base.metadata.create_all, tables=[Product.__table__])


if __name__ == "__main__":
    asyncio.run(create_table())
