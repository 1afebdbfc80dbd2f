"""What the subjects answer: the same bodies as the service."""

from datetime import datetime
from uuid import UUID

from pydantic import BaseModel, ConfigDict


class Health(BaseModel):
    status: str


class ProductCreate(BaseModel):
    sku: str
    name: str
    description: str | None = None
    price_cents: int
    stock: int = 0


class Product(BaseModel):
    model_config = ConfigDict(from_attributes=True)

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
    model_config = ConfigDict(from_attributes=True)

    items: list[Product]
    next_cursor: str | None


class LineCreate(BaseModel):
    product_id: UUID
    quantity: int


class OrderCreate(BaseModel):
    lines: list[LineCreate]


class Line(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    product_id: UUID
    quantity: int
    price_cents: int


class Order(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: UUID
    status: str
    total_cents: int
    lines: list[Line]
    version: int
    created_at: datetime
    updated_at: datetime
