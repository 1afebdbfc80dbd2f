"""The products table."""

from sqlalchemy import CheckConstraint, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from chassis.database.model import Entity


class Product(Entity):
    __tablename__ = "products"
    __table_args__ = (
        CheckConstraint("price_cents >= 0", name="price_cents_not_negative"),
        CheckConstraint("stock >= 0", name="stock_not_negative"),
        Index(None, "name", "id"),
        Index(None, "price_cents", "id"),
    )

    sku: Mapped[str] = mapped_column(String(64), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    description: Mapped[str | None]
    price_cents: Mapped[int]
    stock: Mapped[int]
