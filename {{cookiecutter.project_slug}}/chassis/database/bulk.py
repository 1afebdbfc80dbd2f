"""Many rows in one statement: what a repository can do without loading an entity for each.

It goes past what the session has loaded. Such an entity keeps its old values, and a change of it
afterwards is a StaleDataError, as if somebody else had been first. What a model does in Python when
an attribute is set, such as `@validates`, is not done.
"""

from abc import ABC, abstractmethod
from collections.abc import AsyncIterable, Collection, Iterable, Mapping, Sequence
from typing import Any, Generic, TypeVar, cast
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    CursorResult,
    Delete,
    Integer,
    Update,
    any_,
    bindparam,
    delete,
    func,
    insert,
    inspect,
    literal,
    select,
    update,
)
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.types import TypeEngine

from chassis.database.copying import copy
from chassis.database.model import Entity, utc_now
from chassis.database.quick.plainness import has_one_table
from chassis.database.versions import version_attribute
from chassis.problems import NotFound

Model = TypeVar("Model", bound=Entity)
Row = Mapping[str, Any]


class Bulk(ABC, Generic[Model]):
    """The part of every repository that works on many rows."""

    model: type[Model]

    @property
    @abstractmethod
    def session(self) -> AsyncSession: ...

    async def create_many(self, rows: Sequence[Row]) -> Sequence[Model]:
        """The entities come back in the order of the rows.

        SQLAlchemy makes of it as many INSERTs as asyncpg's 32,767 parameters ask for.
        """
        if not rows:
            return []
        statement = insert(self.model).returning(self.model, sort_by_parameter_order=True)
        return (await self.session.scalars(statement, rows)).all()

    async def copy(self, chunks: AsyncIterable[Sequence[Row]]) -> int:
        """Create rows by COPY, for so many that nobody wants them back; returns how many.

        Holds one chunk at a time. Some thousand rows make a good one.
        """
        return sum([await copy(self.session, self.model, chunk) async for chunk in chunks])

    async def update_where(self, *where: ColumnElement[bool], **changes: Any) -> int:
        """Change all these rows; returns how many. `true()` as the condition means every row."""
        statement = update(self.model).where(*_some(where)).values(self._counted(changes))
        return await self._affected(statement)

    async def update_many(self, rows: Collection[Row]) -> int:
        """Change rows by their `id`, each to values of its own; all rows name the same columns.

        Raises NotFound when one is missing. One array for each column, so that no number of rows
        is too large: measured, twice as fast as a statement for each row.
        """
        if not rows:
            return 0
        self._refuse_several_tables()
        given = self._as_table(rows)
        types = inspect(self.model).columns
        changes = {n: _sent(c, types[n].type) for n, c in given.c.items() if n != "id"}
        statement = update(self.model).where(self.model.id == given.c.id)
        counted = statement.values(self._counted(changes)).returning(self.model.id)
        changed = await self.session.scalars(counted, execution_options=_PAST_ENTITIES)
        for missing in {row["id"] for row in rows}.difference(changed):
            raise self.missing(missing)
        return len(rows)

    async def delete_where(self, *where: ColumnElement[bool]) -> int:
        """Delete all these rows; returns how many. `true()` as the condition means every row."""
        return await self._affected(delete(self.model).where(*_some(where)))

    async def delete_many(self, keys: Iterable[UUID]) -> int:
        """Delete rows by their `id`; returns how many there were."""
        wanted = literal(list(keys), ARRAY(inspect(self.model).columns.id.type))
        return await self.delete_where(self.model.id == any_(wanted))

    def missing(self, key: UUID) -> NotFound:
        return NotFound(f"{self.model.__name__} {key} does not exist.")

    def _refuse_several_tables(self) -> None:
        """Of which a statement would change one: a row that is deleted would be half there."""
        if not has_one_table(inspect(self.model)):
            name = self.model.__name__
            message = f"a {name} is in several tables: change and delete entities, one by one"
            raise TypeError(message)

    async def _affected(self, statement: Update | Delete) -> int:
        self._refuse_several_tables()
        result = await self.session.execute(statement, execution_options=_PAST_ENTITIES)
        return cast("CursorResult[Any]", result).rowcount

    def _counted(self, changes: Mapping[str, Any]) -> dict[str, Any]:
        return {**changes, **self._next_version(changes), "updated_at": utc_now()}

    def _next_version(self, changes: Mapping[str, Any]) -> dict[str, Any]:
        """Empty where PostgreSQL counts."""
        name, mapper = version_attribute(self.model), inspect(self.model)
        if mapper.version_id_generator is False:
            return {}
        if isinstance(mapper.columns[name].type, Integer):
            return {name: getattr(self.model, name) + 1}
        if name not in changes:
            message = f"{name} is no number to add 1 to: say what it is for the rows as changed"
            raise TypeError(message)
        return {}

    def _as_table(self, rows: Collection[Row]) -> Any:
        names = next(iter(rows)).keys()
        if any(row.keys() != names for row in rows):
            message = "the rows do not all name the same columns"
            raise ValueError(message)
        if len({row["id"] for row in rows}) < len(rows):
            message = "an id appears twice: which of its rows should win?"
            raise ValueError(message)
        types = {name: column.type for name, column in inspect(self.model).columns.items()}
        if arrays := [name for name in names if isinstance(types[name], ARRAY)]:
            message = f"{', '.join(arrays)} cannot be in an array of arrays: use update_where"
            raise TypeError(message)
        columns = {n: bindparam(n, [row[n] for row in rows], ARRAY(types[n])) for n in names}
        return select(*(func.unnest(c).label(n) for n, c in columns.items())).subquery("given")


_PAST_ENTITIES = {"synchronize_session": False}


def _sent(column: Any, kind: TypeEngine[Any]) -> ColumnElement[Any]:
    """As a type sends its values, such as within a function that encrypts them."""
    sent: ColumnElement[Any] | None = kind.bind_expression(column)
    return column if sent is None else sent


def _some(where: Sequence[ColumnElement[bool]]) -> Sequence[ColumnElement[bool]]:
    if not where:
        message = "no condition: say true() when every row is meant"
        raise ValueError(message)
    return where
