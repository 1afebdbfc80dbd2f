"""What of a resource goes into a CSV file and comes out of it: one cell for each column."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from functools import cached_property
from typing import Annotated, Any

from pydantic import BaseModel, Field, create_model
from sqlalchemy import ARRAY, JSON, BigInteger, Column, Integer, inspect

from chassis.database.model import Entity
from chassis.database.quick.plainness import is_values_alone
from chassis.web.types import Bool, Finite, Instant, Int32, Int53, Int64, Json, Text

Version = Annotated[Int53, Field(ge=1)]
"""Counted from 1, and sent to clients, who send it back."""
NUMBERS = (bool, int, float, Decimal)


class Resource:
    """A table and the schema that guards it: what the API refuses, a file may not bring either.

    Columns that are no business of the API's clients, such as `id` and `version`, may be in a file
    too, so that what was exported comes back as it was. Without them they are made as usual.
    """

    def __init__(self, name: str, model: type[Entity], create: type[BaseModel]) -> None:
        """Raises TypeError for a model of a family, or a field of the schema that is no column."""
        if not is_values_alone(inspect(model)):
            message = f"{model.__name__} cannot be lines of a file: it is more than a row of values"
            raise TypeError(message)
        self.name = name
        self.model = model
        self.create = create
        if nested := create.model_fields.keys() - self.columns.keys():
            fields = ", ".join(sorted(nested))
            message = f"{create.__name__} cannot be a line of a file: {fields} is no column"
            raise TypeError(message)

    @cached_property
    def columns(self) -> Mapping[str, Column[Any]]:
        """What the model calculates, `column_property`, is none; nor what PostgreSQL makes."""
        mapper = inspect(self.model)
        stored = {*mapper.local_table.c}
        columns = [(name, it) for name, it in mapper.columns.items() if it in stored]
        return {name: it for name, it in columns if it.computed is None and not it.system}

    @cached_property
    def row(self) -> type[BaseModel]:
        """The schema of a line: of the API, and the columns that it does not know."""
        counted = inspect(self.model).version_id_col
        own: dict[str, Any] = {
            name: ((Version if column is counted else _kind(column)) | None, None)
            for name, column in self.columns.items()
            if name not in self.create.model_fields
        }
        return create_model(f"{self.create.__name__}Line", __base__=self.create, **own)

    @cached_property
    def required(self) -> list[str]:
        """Columns that every file has."""
        fields = self.create.model_fields.items()
        return [name for name, field in fields if field.is_required()]


def holds_json(column: Column[Any]) -> bool:
    return isinstance(column.type, JSON | ARRAY)


def holds_text(column: Column[Any]) -> bool:
    return column.type.python_type is str


def may_be_formula(column: Column[Any]) -> bool:
    """Whether a spreadsheet might run what stands in it."""
    return not holds_json(column) and column.type.python_type not in NUMBERS


def _kind(column: Column[Any]) -> Any:
    if holds_json(column):
        return Json
    if isinstance(column.type, Integer) and not isinstance(column.type, BigInteger):
        return Int32
    python_type = column.type.python_type
    return _KINDS.get(python_type, python_type)


_KINDS: dict[type, Any] = {str: Text, int: Int64, bool: Bool, float: Finite, datetime: Instant}
