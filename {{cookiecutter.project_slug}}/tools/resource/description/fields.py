"""A field of a resource: what was said of it, and what follows for lists."""

from collections.abc import Iterator
from dataclasses import dataclass

from tools.resource.description.bounds import Bounds
from tools.resource.description.kinds.kind import Kind


@dataclass(frozen=True, kw_only=True)
class Field:
    name: str
    kind: Kind
    unique: bool = False
    in_any_case: bool = False
    """Whether values that differ in their case alone are the same, where it is unique."""
    index: bool = False
    optional: bool = False
    default: str | None = None
    """Source text, of what a client may leave out; of an enum the value."""
    bounds: Bounds | None = None

    @property
    def required(self) -> bool:
        return not self.optional and self.default is None

    @property
    def sortable(self) -> bool:
        return self.index and not self.optional and self.kind.sortable

    @property
    def ranged(self) -> bool:
        return self.index and self.kind.ranged

    @property
    def filtered(self) -> bool:
        """Whether lists can be narrowed to one value."""
        among_few = self.kind.python == "bool" or self.kind.members or self.kind.refers_to
        return self.unique or bool(among_few) or (self.index and not self.kind.ranged)

    @property
    def indexed(self) -> bool:
        """Whether a list by this column, then by age, has an index of its own."""
        return self.index or bool(self.kind.members or self.kind.refers_to)

    @property
    def checks(self) -> Iterator[tuple[str, str]]:
        """Name and condition of each."""
        for word, condition in self.kind.checks:
            yield f"{self.name}_{word}", f"{self.name} {condition}"

    @property
    def parameters(self) -> Iterator[str]:
        """Of a list."""
        yield from [self.name] if self.filtered else []
        yield from [f"min_{self.name}", f"max_{self.name}"] if self.ranged else []
