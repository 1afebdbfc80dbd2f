"""What clients send and get."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from app.features.orders.models import OrderStatus
from chassis.web.pagination import PageQuery
from chassis.web.types import Input, Int32, Output


class LineCreate(Input):
    product_id: UUID
    quantity: Annotated[Int32, Field(ge=1, le=10_000)]


class OrderCreate(Input):
    lines: Annotated[list[LineCreate], Field(min_length=1, max_length=100)]
    """Lines of the same product add up."""


class LineRead(Output):
    product_id: UUID
    quantity: int
    price_cents: int
    """Of one piece, when it was ordered."""


class OrderRead(Output):
    id: UUID
    status: OrderStatus
    total_cents: int
    lines: list[LineRead]
    version: int
    created_at: datetime
    updated_at: datetime


class BestSeller(Output, frozen=True):
    product_id: UUID
    name: str
    units: int


class BestSellers(Output, frozen=True):
    products: tuple[BestSeller, ...]


class OrderQuery(PageQuery):
    sort: Literal["id", "-id"] = "-id"
    """`id` is the order of creation; a minus turns it round."""
    status: OrderStatus | None = None
