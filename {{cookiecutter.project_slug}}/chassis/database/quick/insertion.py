"""A new entity by an INSERT of its own, where the unit of work would send nothing else.

The unit of work sorts, groups and compares all that a session has to write. For a single new row
that takes longer than the row. See docs/decisions/0024-one-new-row-is-one-insert.md.
"""

from functools import cache
from typing import Any

from sqlalchemy import ClauseElement, Column, Connection, inspect
from sqlalchemy.orm import InstanceState, Mapper, Session
from sqlalchemy.orm.attributes import instance_state

from chassis.database.model import Entity
from chassis.database.quick.insert_statement import InsertStatement, Ready, Row
from chassis.database.quick.listeners import takes_text, tells_of_writing
from chassis.database.quick.plainness import takes_one_insert

STATE = "_sa_instance_state"


def store(session: Session, entity: Entity) -> None:
    """What `add` and `flush` do, for less where one plain row is all there is to write."""
    insertion = insertion_of(type(entity))
    if insertion is None or not insertion.run(session, entity):
        session.add(entity)
        session.flush()


@cache
def insertion_of(model: type[Entity]) -> "Insertion | None":
    """None for a model whose rows take more than an INSERT into its table."""
    mapper = inspect(model)
    return Insertion(mapper) if takes_one_insert(mapper) else None


class Insertion:
    """How entities of one model become rows, worked out once."""

    def __init__(self, mapper: Mapper[Any]) -> None:
        columns: dict[str, Any] = {a.key: a.columns[0] for a in mapper.column_attrs}
        version: Any = mapper.version_id_col
        self._mapper: Any = mapper
        self._version: str = version.key
        self._statement = InsertStatement(mapper.local_table)  # type: ignore[arg-type]  # is one
        self._attributes = {*columns, STATE}
        self._columns = {name: column.key for name, column in columns.items()}
        self._names = {column.key: name for name, column in columns.items()}
        self._keeping_none = {n for n, c in columns.items() if c.type.should_evaluate_none}
        self._nulls = {c.key: None for c in columns.values() if _is_null_by_itself(c)}

    def run(self, session: Session, entity: Entity) -> bool:
        """False where it takes more than this, and nothing was done."""
        if not self._suffices(session, entity):
            return False
        connection = session.connection(bind_arguments={"mapper": self._mapper})
        if not takes_text(connection):
            return False
        given = self._given(vars(entity))
        if (ready := self._ready(connection, given)) is None:
            return False
        try:
            self._take(vars(entity), given, ready.run(connection))
            self._register(session, instance_state(entity))
        except BaseException:
            current: Any = session.get_nested_transaction() or session.get_transaction()
            current._begin().rollback(_capture_exception=True)  # noqa: SLF001  as a flush does
            raise
        return True

    def _suffices(self, session: Session, entity: Entity) -> bool:
        """Nothing else waits to be written, these are plain values, and nobody listens."""
        return (
            instance_state(entity).transient
            and session._is_clean()  # noqa: SLF001  `new`, `dirty`, `deleted` make a set each
            and self._attributes.issuperset(vars(entity))
            and not any(map(is_clause, vars(entity).values()))
            and not tells_of_writing(session.dispatch, self._mapper)
        )

    def _ready(self, connection: Connection, given: Row) -> Ready | None:
        """None where a type or a default raises: a flush makes a StatementError of it."""
        try:
            return self._statement.ready(connection.dialect, given)
        except Exception:  # noqa: BLE001  whatever they raise
            return None

    def _take(self, values: Row, given: Row, made: Row) -> None:
        made[self._version] = given[self._version]
        for key, value in made.items():
            values[self._names[key]] = value

    def _register(self, session: Session, state: InstanceState[Any]) -> None:
        """As `add` does where there are no relatives, and as a flush does."""
        session._save_or_update_impl(state)  # noqa: SLF001
        session._register_persistent({state})  # noqa: SLF001

    def _given(self, values: dict[str, Any]) -> dict[str, Any]:
        """As the unit of work has them: None leaves a column to its default."""
        given = {
            self._columns[name]: value
            for name, value in values.items()
            if name != STATE and (value is not None or name in self._keeping_none)
        }
        first_version = self._mapper.version_id_generator(None)
        return {**self._nulls, **given, self._version: first_version}


def _is_null_by_itself(column: Column[Any]) -> bool:
    default = column.default or column.server_default
    return not (default or column.primary_key or column.type.should_evaluate_none)


def is_clause(value: object) -> bool:
    return isinstance(value, ClauseElement) or hasattr(value, "__clause_element__")
