"""The order of a type's values, for `min` and `max`."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

PLAIN = "{}"


@dataclass(frozen=True, kw_only=True)
class Scale:
    read: Callable[[str], Any]
    """From what a person writes; raises ValueError."""
    least: Any
    """Of all that the type holds."""
    most: Any
    unit: Any
    """What is between two examples, where there is room."""
    half: Callable[[Any], Any]
    """Of what is between two values."""
    below: Callable[[Any], Any]
    """The next value."""
    above: Callable[[Any], Any]
    text: Callable[[Any], str]
    """As a person writes it."""
    python: Callable[[Any], str]
    """As source text of a schema."""
    sql: str = PLAIN
    """Around the text."""
    json: str = PLAIN
