"""Which column of a model counts its versions."""

from functools import cache
from typing import Any

from sqlalchemy import inspect


@cache
def version_attribute(model: type[Any]) -> str:
    """What tells one state of a row from the next: `version`, or what a model has in its place."""
    mapper: Any = inspect(model)
    return str(mapper.get_property_by_column(mapper.version_id_col).key)
