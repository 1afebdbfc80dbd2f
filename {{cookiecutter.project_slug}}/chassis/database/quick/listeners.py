"""Who listens to what the ORM does: nothing goes past it that somebody would not hear of.

Asked each time, for a listener may come at any time.
"""

from collections.abc import Sequence
from operator import attrgetter
from typing import Any

from sqlalchemy import Connection, Engine
from sqlalchemy.orm import Mapper

READING = (
    *("do_orm_execute", "loaded_as_persistent", "persistent_to_detached"),
    *("after_transaction_create", "after_begin", "after_transaction_end"),
)
ADDING = ("before_attach", "after_attach", "transient_to_pending", "pending_to_persistent")
FLUSHING = ("before_flush", "after_flush", "after_flush_postexec")
"""What a session tells, by its names for it."""

_writing = attrgetter(*ADDING, *FLUSHING)


class ReadListeners:
    """Those who would hear of a read if a session did it.

    Looks at SQLAlchemy's collections of them: to ask each whether it is empty costs a read 3 %.
    """

    def __init__(self, engines: Sequence[Engine], session_events: Any) -> None:
        """`session_events` is the `dispatch` of a session that would read, and nobody else has."""
        self._to_sessions = [getattr(session_events, name).parent_listeners for name in READING]
        self._engines: list[Any] = [(engine, engine.dialect.dispatch) for engine in engines]

    def hear(self, model_events: Any) -> bool:
        """Also whether an engine has options, which a session would heed."""
        loading = model_events.load
        if any(self._to_sessions) or loading.listeners or loading.parent_listeners:
            return True
        for engine, events in self._engines:
            sending, failing = events.do_execute, events.handle_error
            if engine._has_events or engine.get_execution_options():  # noqa: SLF001  it has no public name
                return True
            if sending.listeners or sending.parent_listeners or failing.parent_listeners:
                return True
            if len(failing.listeners) > 1:  # one is our own
                return True
        return False


def tells_of_writing(events: Any, mapper: Mapper[Any]) -> bool:
    return (
        any(_writing(events))
        or bool(mapper.dispatch.before_insert or mapper.dispatch.after_insert)
        or bool(mapper.class_manager.dispatch.refresh_flush)
    )


def takes_text(connection: Connection) -> bool:
    """Nobody listens for statements that are not text yet, and schemas keep their names."""
    events = connection.engine.dispatch
    return not (
        events.before_execute
        or events.after_execute
        or "schema_translate_map" in connection.get_execution_options()
    )
