"""Types of columns that are no SQLAlchemy's, as a feature or another package has them."""

from typing import Any

from sqlalchemy import Dialect, Numeric, String, TypeDecorator
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.types import TypeEngine, UserDefinedType


class Money(TypeDecorator[Any]):
    """Its arguments are not those of what it stores."""

    impl = Numeric(12, 2)
    cache_ok = True

    def __init__(self, currency: str) -> None:
        super().__init__()
        self.currency = currency


class Document(TypeDecorator[Any]):
    """What it stores depends on the database."""

    impl = String
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return dialect.type_descriptor(JSONB())


class Price(TypeDecorator[Any]):
    impl = Money
    cache_ok = True


class Point(UserDefinedType[Any]):
    """SQL of its own."""

    cache_ok = True

    def __init__(self, precision: int = 0) -> None:
        self.precision = precision

    def get_col_spec(self, **_: Any) -> str:
        return "point"
