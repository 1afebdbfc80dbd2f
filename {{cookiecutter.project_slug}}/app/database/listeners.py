"""Who listens to what the ORM does: nothing goes past it that somebody would not hear of.

Asked each time, for a listener may come at any time.
"""

from collections.abc import Collection, Sequence
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


def listeners_to_reading(events: Any) -> Sequence[Collection[Any]]:
    """Who listens to what every session does when it reads; collections that stay up to date.

    `events` is the `dispatch` of a session that nobody else knows.
    """
    return [getattr(events, name).parent_listeners for name in READING]


def tells_of_writing(events: Any, mapper: Mapper[Any]) -> bool:
    return (
        any(_writing(events))
        or bool(mapper.dispatch.before_insert or mapper.dispatch.after_insert)
        or bool(mapper.class_manager.dispatch.refresh_flush)
    )


def sends_plainly(engine: Engine) -> bool:
    """Nobody listens to what is sent, and no option says how."""
    events = engine.dialect.dispatch
    return not (
        engine._has_events  # noqa: SLF001  it has no public name
        or engine.get_execution_options()
        or events.do_execute
        or len(events.handle_error) > 1  # one is our own
    )


def takes_text(connection: Connection) -> bool:
    """Nobody listens for statements that are not text yet, and schemas keep their names."""
    events = connection.engine.dispatch
    return not (
        events.before_execute
        or events.after_execute
        or "schema_translate_map" in connection.get_execution_options()
    )
