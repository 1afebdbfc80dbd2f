"""What is known of entities that were read or made in two ways."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import chain
from typing import Any

from sqlalchemy import Table, inspect, null, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import object_session

from chassis.database.session import Database
from tests.chassis.database.quick.plain_models import Case, Compared

NEVER_TWICE_THE_SAME = {"id", "created_at", "updated_at", "told_at", "number"}


async def create_tables(database: Database, *cases: Case) -> None:
    models = chain.from_iterable((case.model, *case.needs) for case in cases)
    tables = set(chain.from_iterable(_with_referred(model) for model in models))
    async with database.engine.begin() as connection:
        await connection.run_sync(Compared.metadata.create_all, tables=[*tables])


def _with_referred(model: type[Compared]) -> Iterator[Table]:
    for table in inspect(model).tables:
        if isinstance(table, Table):
            yield table
            yield from (key.column.table for key in table.foreign_keys)


def known_of(entities: Sequence[Any]) -> dict[str, Any]:
    """Values with their types, what is not loaded and what asking for it gives, and the state."""
    return {
        "one of several": [[one is other for other in entities] for one in entities],
        "entities": [_known(entity) for entity in entities],
    }


def _known(entity: Any) -> dict[str, Any]:
    state: Any = inspect(entity)
    return {
        "type": type(entity),
        "values": {
            name: typed(value)
            for name, value in vars(entity).items()
            if name != "_sa_instance_state"
        },
        "unloaded": {name: _failure(entity, name) for name in state.unloaded},
        "expired": (state.expired, state.expired_attributes),
        "modified": (state.modified, state.committed_state, state.callables),
        "key": (state.key, state.identity_token, state.load_options),
        "state": (state.transient, state.pending, state.persistent, state.detached, state.deleted),
        "session": object_session(entity),
    }


def _failure(entity: Any, name: str) -> object:
    try:
        return getattr(entity, name)
    except SQLAlchemyError as error:
        return type(error)


def typed(value: Any) -> Any:
    """The value, and what type it is of and all that it holds."""
    if isinstance(value, dict):
        return type(value), [(key, typed(part)) for key, part in value.items()]
    if isinstance(value, list | tuple):
        return type(value), [typed(part) for part in value]
    if hasattr(value, "_sa_instance_state"):
        return _known(value)
    return type(value), repr(value) if isinstance(value, float) else value


def comparable(values: Mapping[str, Any]) -> dict[str, Any]:
    """What two entities, or rows, can have alike."""
    return {
        name: type(value) if name in NEVER_TWICE_THE_SAME else typed(value)
        for name, value in values.items()
        if name != "_sa_instance_state"
    }


async def rows_of(session: AsyncSession, entity: Any) -> list[dict[str, Any]]:
    """As they are in the database; in JSON, nothing and null are two."""
    rows = []
    for table in inspect(type(entity)).tables:
        nothing = [column.is_(null()).label(f"no {column.name}") for column in table.c]
        found = await session.execute(select(table, *nothing).where(table.c.id == entity.id))
        rows.append(comparable(dict(found.mappings().one())))
    return rows
