"""What an upstream has answered, read to its end and no further than the limit."""

from collections.abc import Mapping
from functools import cache
from typing import Any, NamedTuple, TypeVar

from pydantic import TypeAdapter

Kind = TypeVar("Kind")


class Answer(NamedTuple):
    status: int
    headers: Mapping[str, str]
    """By their names in any case of letters."""
    body: bytes
    """Decompressed."""

    def read_as(self, kind: type[Kind]) -> Kind:
        """Raises pydantic.ValidationError."""
        hashable: Any = kind
        found: Kind = _adapter(hashable).validate_json(self.body)
        return found


@cache
def _adapter(kind: Any) -> TypeAdapter[Any]:
    return TypeAdapter(kind)
