"""What the templates ask about a resource."""

from collections.abc import Sequence
from dataclasses import dataclass

from tools.resource.description import words
from tools.resource.description.fields import Field
from tools.resource.description.related import Parent

LONGEST_IDENTIFIER = 63


@dataclass(frozen=True, kw_only=True)
class Resource:
    plural: str
    model: str
    fields: Sequence[Field]
    parents: Sequence[Parent] = ()

    @property
    def singular(self) -> str:
        return words.snake(self.model)

    @property
    def article(self) -> str:
        return "an" if self.singular[0] in "aeio" else "a"

    @property
    def alias(self) -> str:
        """Of the dependency that hands out its repository."""
        return words.camel(self.plural)

    @property
    def path(self) -> str:
        return f"/v1/{self.plural}"

    @property
    def enums(self) -> list[Field]:
        return [field for field in self.fields if field.kind.members]

    @property
    def named(self) -> list[Field]:
        """Fields whose type in a request is long enough to deserve a name."""
        return [field for field in self.fields if field.kind.body.startswith("Annotated[")]

    @property
    def unique(self) -> list[Field]:
        return [field for field in self.fields if field.unique]

    @property
    def unique_in_any_case(self) -> list[Field]:
        return [field for field in self.fields if field.in_any_case]

    @property
    def checks(self) -> list[tuple[str, str]]:
        """Name and condition of each, in the database."""
        return [check for field in self.fields for check in field.checks]

    @property
    def sortable(self) -> list[Field]:
        return [field for field in self.fields if field.sortable]

    @property
    def sorts(self) -> list[str]:
        """Values of the parameter `sort`."""
        names = ["id", *(field.name for field in self.sortable)]
        return [sort for name in names for sort in (name, f"-{name}")]

    @property
    def longest_identifier(self) -> str:
        """Of the database: indexes and constraints are named after table and column."""
        names = [f"ix_{self.plural}_{field.name}_id" for field in self.fields]
        names += [f"ck_{self.plural}_{self.type_name(field).lower()}" for field in self.enums]
        names += [f"ck_{self.plural}_{name}" for name, _ in self.checks]
        return max(names, key=len)

    @property
    def narrowing(self) -> int:
        """How many parameters narrow a list."""
        return sum(len(list(field.parameters)) for field in self.fields)

    def type_name(self, field: Field) -> str:
        return f"{self.model}{words.camel(field.name)}"

    def python(self, field: Field) -> str:
        """As an attribute of the model, and in an answer."""
        kind = self.type_name(field) if field.kind.members else field.kind.python
        return f"{kind} | None" if field.optional else kind

    def column(self, field: Field) -> str:
        """What `mapped_column` is given, or nothing where the annotation says it all."""
        parts = [field.kind.column]
        if field.kind.column == "JSONB" and field.optional:
            parts = ["JSONB(none_as_null=True)"]
        if field.kind.members:
            parts = [f"text_enum({self.type_name(field)})"]
        parts += [f"ForeignKey({p.model}.id)" for p in self.parents if p.field == field.name]
        parts += ["unique=True"] if field.unique and not field.in_any_case else []
        # Where None is a value too, SQLAlchemy would store the default in its place:
        # https://docs.sqlalchemy.org/en/20/orm/persistence_techniques.html#forcing-null-on-a-column-with-a-default
        parts += [] if field.optional or field.required else [f"default={self.default(field)}"]
        return ", ".join(part for part in parts if part)

    def body(self, field: Field) -> str:
        """In a request."""
        named = field.kind.members or field in self.named
        kind = self.type_name(field) if named else field.kind.body
        return f"{kind} | None" if field.optional else kind

    def promise(self, field: Field) -> str:
        """What a client reads of it."""
        many = self.plural.replace("_", " ")
        unique = f"Unique among all {many}{', in any case' if field.in_any_case else ''}."
        bounds = field.bounds.sentence if field.bounds else ""
        return " ".join(filter(None, [unique if field.unique else "", bounds]))

    def default(self, field: Field) -> str:
        """What a client may leave out is this."""
        if field.default is None:
            return "None" if field.optional else ""
        is_member = bool(field.kind.members)
        return f"{self.type_name(field)}.{field.default.upper()}" if is_member else field.default

    def query(self, field: Field) -> str:
        """As a parameter of a list."""
        named = field.kind.members or (field in self.named and not field.kind.query)
        return self.type_name(field) if named else field.kind.query or field.kind.body
