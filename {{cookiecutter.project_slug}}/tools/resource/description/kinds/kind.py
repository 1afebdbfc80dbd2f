"""What is said of a type."""

from collections.abc import Callable
from dataclasses import dataclass

from tools.resource.description.kinds.scale import Scale


@dataclass(frozen=True, kw_only=True)
class Kind:
    """Source text, where nothing else is said."""

    python: str
    """In models and answers."""
    body: str
    """In a request."""
    query: str = ""
    """As a parameter, where that differs: everything is text there."""
    column: str = ""
    """For `mapped_column`, where `python` does not say it all."""
    examples: tuple[str, str, str]
    """In ascending order, as JSON."""
    wrong: tuple[str, ...]
    """What is refused, as JSON."""
    indexable: bool = True
    unique: bool = True
    has_case: bool = False
    """Whether two values may differ in their case alone."""
    sortable: bool = False
    ranged: bool = False
    """Whether lists can be narrowed by a least and a greatest value."""
    default: Callable[[str], str] | None = None
    """From what a person writes; raises ValueError."""
    scale: Scale | None = None
    """Where a least and a greatest value make sense."""
    checks: tuple[tuple[str, str], ...] = ()
    """What the database holds it to, each with its name: `("min", ">= 0")`."""
    members: tuple[str, ...] = ()
    """Of an enum."""
    refers_to: str = ""
