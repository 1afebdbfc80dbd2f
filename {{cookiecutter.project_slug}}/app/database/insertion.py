"""A new entity by an INSERT of its own, where the unit of work would send nothing else.

The unit of work sorts, groups and compares all that a session has to write. For a single new row
that takes longer than the row. See docs/decisions/0024-one-new-row-is-one-insert.md.
"""

from functools import cache
from typing import Any

from sqlalchemy import ClauseElement, Column, CursorResult, Table, inspect
from sqlalchemy.orm import Mapper, Session
from sqlalchemy.orm.attributes import instance_state

from app.database.model import Entity

STATE = "_sa_instance_state"
ADDING = ("before_attach", "after_attach", "transient_to_pending", "pending_to_persistent")
FLUSHING = ("before_flush", "after_flush", "after_flush_postexec")


def store(session: Session, entity: Entity) -> None:
    """What `add` and `flush` do, for less where one plain row is all there is to write."""
    insertion = insertion_of(type(entity))
    if insertion is not None and insertion.suffices(session, entity):
        insertion.run(session, entity)
    else:
        session.add(entity)
        session.flush()


@cache
def insertion_of(model: type[Entity]) -> "Insertion | None":
    """None for a model whose rows take more than an INSERT into its table."""
    mapper = inspect(model)
    plain = (
        isinstance(mapper.local_table, Table)
        and mapper.local_table.implicit_returning
        and mapper.inherits is None
        and mapper.polymorphic_on is None
        and mapper.eager_defaults == "auto"
        and mapper.version_id_col is not None
        and mapper.version_id_generator is not False
        and not mapper._delete_orphans  # noqa: SLF001  it has no public name
        and all(isinstance(a.columns[0], Column) for a in mapper.column_attrs)
    )
    return Insertion(mapper) if plain else None


class Insertion:
    """How entities of one model become rows, worked out once."""

    def __init__(self, mapper: Mapper[Any]) -> None:
        table: Any = mapper.local_table
        columns: dict[str, Any] = {a.key: a.columns[0] for a in mapper.column_attrs}
        self._mapper: Any = mapper
        self._columns = {name: column.key for name, column in columns.items()}
        self._names = {column.key: name for name, column in columns.items()}
        self._keeping_none = {n for n, c in columns.items() if c.type.should_evaluate_none}
        self._nulls = {c.key: None for c in columns.values() if _is_null_by_itself(c)}
        self._statement = table.insert().return_defaults(*filter(_is_made_by_the_server, table.c))

    def suffices(self, session: Session, entity: Entity) -> bool:
        """Nothing else waits to be written, these are plain values, and nobody listens."""
        mapper = self._mapper
        return (
            instance_state(entity).transient
            and session._is_clean()  # noqa: SLF001  `new`, `dirty`, `deleted` make a set each
            and all(map(self._is_plain, vars(entity).items()))
            and not mapper.dispatch.before_insert
            and not mapper.dispatch.after_insert
            and not mapper.class_manager.dispatch.refresh_flush
            and not any(getattr(session.dispatch, event) for event in ADDING + FLUSHING)
        )

    def _is_plain(self, item: tuple[str, Any]) -> bool:
        name, value = item
        if name in self._columns:
            return not (isinstance(value, ClauseElement) or hasattr(value, "__clause_element__"))
        return name == STATE

    def run(self, session: Session, entity: Entity) -> None:
        values = vars(entity)
        parameters = self._parameters(values)
        connection = session.connection(bind_arguments={"mapper": self._mapper})
        try:
            self._take(values, connection.execute(self._statement, parameters))
            session.add(entity)
            session._register_persistent({instance_state(entity)})  # noqa: SLF001  as a flush does
        except BaseException:
            current: Any = session.get_nested_transaction() or session.get_transaction()
            current._begin().rollback(_capture_exception=True)  # noqa: SLF001  as a flush does
            raise

    def _parameters(self, values: dict[str, Any]) -> dict[str, Any]:
        """As the unit of work has them: None leaves a column to its default."""
        given = {
            self._columns[name]: value
            for name, value in values.items()
            if name != STATE and (value is not None or name in self._keeping_none)
        }
        version = self._mapper.version_id_generator(None)
        return {**self._nulls, **given, self._mapper.version_id_col.key: version}

    def _take(self, values: dict[str, Any], result: CursorResult[Any]) -> None:
        """What the row got besides: defaults of ours and of the server, and its version."""
        sent: Any = result.last_inserted_params()
        for column in (*(result.prefetch_cols() or ()), self._mapper.version_id_col):
            values[self._names[column.key]] = sent[column.key]
        if (made := result.returned_defaults) is not None:
            values.update((self._names[key], value) for key, value in made._asdict().items())


def _is_null_by_itself(column: Column[Any]) -> bool:
    default = column.default or column.server_default
    return not (default or column.primary_key or column.type.should_evaluate_none)


def _is_made_by_the_server(column: Column[Any]) -> bool:
    by_expression = column.default is not None and column.default.is_clause_element
    return column.server_default is not None or by_expression
