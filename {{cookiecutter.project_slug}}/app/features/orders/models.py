"""The orders and order_lines tables."""

from enum import StrEnum
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.features.products.models import Product
from chassis.database.model import Base, Entity, text_enum


class OrderStatus(StrEnum):
    PLACED = "placed"
    CANCELLED = "cancelled"


class Order(Entity):
    __tablename__ = "orders"
    __table_args__ = (Index(None, "status", "id"),)

    status: Mapped[OrderStatus] = mapped_column(text_enum(OrderStatus), default=OrderStatus.PLACED)
    total_cents: Mapped[int] = mapped_column(BigInteger)
    lines: Mapped[list["OrderLine"]] = relationship(
        lazy="raise", order_by="OrderLine.position", cascade="all, delete-orphan"
    )


class OrderLine(Base):
    """What was ordered, at the price of that moment."""

    __tablename__ = "order_lines"
    __table_args__ = (CheckConstraint("quantity > 0", name="quantity_positive"),)

    order_id: Mapped[UUID] = mapped_column(
        ForeignKey(Order.id, ondelete="CASCADE"), primary_key=True
    )
    position: Mapped[int] = mapped_column(primary_key=True)
    product_id: Mapped[UUID] = mapped_column(ForeignKey(Product.id), index=True)
    quantity: Mapped[int]
    price_cents: Mapped[int]
