"""What every repository can do. A feature's repository adds its own queries and nothing else.

A repository flushes, so that errors appear where they belong, and never commits: the transaction
belongs to the request or the job.
"""

from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, TypeVar, TypeVarTuple
from uuid import UUID

from sqlalchemy import Row, Select, bindparam, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.sql.base import ExecutableOption

from chassis.database.bulk import Bulk
from chassis.database.guards import WriteRefusedError
from chassis.database.model import Entity
from chassis.database.paging.keyset import Order, Page
from chassis.database.paging.sorting import Sorts, check_sorts
from chassis.database.quick.insertion import store
from chassis.database.reader import Reader

Model = TypeVar("Model", bound=Entity)
Columns = TypeVarTuple("Columns")


class Repository(Bulk[Model]):
    """A subclass names its `model`; and, when it needs them, what to load along and how to sort."""

    model: type[Model]
    load: Sequence[ExecutableOption] = ()
    sorts: Sorts = MappingProxyType({})

    def __init_subclass__(cls) -> None:
        check_sorts(cls.model, cls.sorts)
        cls._select = select(cls.model).options(*cls.load)
        cls._select_by_id = cls._select.where(cls.model.id == bindparam("id"))
        cls._pages = {}

    # Built once: building a statement costs as much as running it.
    _select: Select[Any]
    _select_by_id: Select[Any]
    _pages: dict[tuple[str, bool], Select[Any]]

    def __init__(self, session: AsyncSession | Reader) -> None:
        self._session = session

    @property
    def session(self) -> AsyncSession:
        """The transaction. Raises WriteRefusedError for a repository of reads."""
        if isinstance(self._session, Reader):
            message = f"this {type(self).__name__} is for reads; ask for the one in a transaction"
            raise WriteRefusedError(message)
        return self._session

    async def get(self, key: UUID) -> Model:
        """Raises NotFound."""
        if (entity := await self.find(key)) is None:
            raise self.missing(key)
        return entity

    async def find(self, key: UUID) -> Model | None:
        found = await self.entities(self._select_by_id, {"id": key})
        return found[0] if found else None

    async def get_many(self, keys: Iterable[UUID]) -> dict[UUID, Model]:
        """By key; raises NotFound when one is missing."""
        return await self._by_keys(self._session, self._select, keys)

    async def lock_many(self, keys: Iterable[UUID]) -> dict[UUID, Model]:
        """Lock rows until the transaction ends, always in the same order: no two callers deadlock.

        Raises NotFound when one is missing.
        """
        # Alone: PostgreSQL refuses to lock what an outer join of `load` may not find.
        statement = self._select.order_by(self.model.id).with_for_update(of=self.model)
        return await self._by_keys(self.session, statement, keys)

    async def _by_keys(
        self, session: AsyncSession | Reader, statement: Select[Any], keys: Iterable[UUID]
    ) -> dict[UUID, Model]:
        wanted = list(dict.fromkeys(keys))
        rows = await session.scalars(
            statement.where(self.model.id.in_(wanted)),
            execution_options={"populate_existing": True},
        )
        entities = {row.id: row for row in rows}
        for key in wanted:
            if key not in entities:
                raise self.missing(key)
        return entities

    async def page(
        self, *, sort: str, limit: int, cursor: str | None, where: Sequence[Any] = ()
    ) -> Page[Model]:
        """Raises InvalidRequest for a column not to be sorted by, NotFound for a foreign cursor."""
        order = Order.parse(sort, self.model.id, self.sorts)
        values = order.values(cursor, limit + 1)
        rows = await self.entities(self._page_statement(order, cursor, where), values)
        more = len(rows) > limit
        return Page(rows[:limit], order.cursor_after(rows[limit - 1]) if more else None)

    def _page_statement(
        self, order: Order, cursor: str | None, where: Sequence[Any]
    ) -> Select[Any]:
        which = (order.parameter, cursor is not None)
        if (statement := self._pages.get(which)) is None:
            statement = order.page_of(self._select, later=cursor is not None)
            self._pages[which] = statement
        return statement.where(*where) if where else statement

    async def entities(
        self, statement: Select[Any], values: Mapping[str, Any] = MappingProxyType({})
    ) -> Sequence[Model]:
        """What a SELECT of the model finds."""
        if isinstance(self._session, Reader):
            return await self._session.entities(self.model, statement, values)
        return (await self._session.scalars(statement, values)).all()

    async def rows(
        self, statement: Select[*Columns], values: Mapping[str, Any] = MappingProxyType({})
    ) -> Sequence[Row[*Columns]]:
        """What a SELECT of columns finds, such as sums by group."""
        return (await self._session.execute(statement, values)).all()

    async def create(self, entity: Model) -> Model:
        await self.session.run_sync(store, entity)
        return entity

    async def update(self, entity: Model, changes: Mapping[str, Any]) -> Model:
        for name, value in changes.items():
            setattr(entity, name, value)
        await self.session.flush()
        return entity

    async def delete(self, entity: Model) -> None:
        await self.session.delete(entity)
        await self.session.flush()
