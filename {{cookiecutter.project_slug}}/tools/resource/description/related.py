"""What a resource refers to."""

from collections.abc import Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True, kw_only=True)
class Row:
    """Of another table, for a test to refer to."""

    name: str
    model: str
    module: str
    values: dict[str, str] = field(default_factory=dict)
    """Source text by column."""


@dataclass(frozen=True, kw_only=True)
class Parent:
    """A feature that a field refers to."""

    field: str
    model: str
    module: str
    rows: Sequence[Row]
    """To be added in this order; the last is the one referred to."""
    deletable: bool
    """Whether its API has DELETE."""
    path: str
