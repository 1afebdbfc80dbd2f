"""What clients send and get."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from chassis.web.pagination import PageQuery
from chassis.web.types import Input, Int32, Name, Output, Text, omitted

Sku = Annotated[Name, Field(max_length=64, examples=["pen-1"])]
ProductName = Annotated[Name, Field(max_length=200, examples=["Pen"])]
Description = Annotated[Text, Field(max_length=10_000, examples=["Writes blue."])]
NotNegative = Annotated[Int32, Field(ge=0)]


class ProductCreate(Input):
    sku: Sku
    """Unique among all products."""
    name: ProductName
    description: Description | None = None
    price_cents: NotNegative
    stock: NotNegative = 0


class ProductUpdate(Input):
    """What is left out stays as it is."""

    sku: Sku = omitted()
    name: ProductName = omitted()
    description: Description | None = omitted()
    price_cents: NotNegative = omitted()
    stock: NotNegative = omitted()


class ProductRead(Output):
    id: UUID
    sku: str
    name: str
    description: str | None
    price_cents: int
    stock: int
    version: int
    created_at: datetime
    updated_at: datetime


class ProductQuery(PageQuery):
    sort: Literal["id", "-id", "name", "-name", "price_cents", "-price_cents"] = "id"
    """`id` is the order of creation; a minus turns it round."""
    sku: Sku | None = None
    name: Annotated[Name, Field(max_length=200)] | None = None
    """Part of the name, in any case."""
    min_price_cents: Annotated[int, Field(ge=0, le=2**31 - 1)] | None = None
    max_price_cents: Annotated[int, Field(ge=0, le=2**31 - 1)] | None = None
    in_stock: bool | None = None
