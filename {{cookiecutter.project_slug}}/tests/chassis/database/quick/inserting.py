"""The two ways to a new row, and what each leaves behind."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import event, inspect
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import object_session

from chassis.database.quick.insertion import store
from tests.chassis.database.quick.comparing import comparable


async def by_insertion(session: AsyncSession, entity: Any) -> None:
    with flushes(session) as flushed:
        await session.run_sync(store, entity)
    assert flushed == []


async def by_unit_of_work(session: AsyncSession, entity: Any) -> None:
    with flushes(session) as flushed:
        session.add(entity)
        await session.flush()
    assert len(flushed) == 1


@contextmanager
def flushes(session: AsyncSession) -> Iterator[list[Any]]:
    """What the unit of work did: each flush is a transaction within the session's."""
    flushed = []

    def note(_: Any, transaction: Any) -> None:
        if transaction.parent is not None and not transaction.nested:
            flushed.append(transaction)

    event.listen(session.sync_session, "after_transaction_create", note)
    yield flushed
    event.remove(session.sync_session, "after_transaction_create", note)


def left_of(entity: Any) -> dict[str, Any]:
    """All that is known of an entity, as far as two of them can be the same."""
    state: Any = inspect(entity)
    session: Any = object_session(entity)
    return {
        "values": comparable(vars(entity)),
        "unloaded": state.unloaded,
        "expired": state.expired_attributes,
        "modified": (state.modified, state.committed_state),
        "key": state.key
        and (state.key[0], state.key[1] == state.mapper.primary_key_from_instance(entity)),
        "state": (state.transient, state.pending, state.persistent, state.detached),
        "in the session": session
        and (session.identity_map.get(state.key) is entity, session._is_clean()),
        "undone with": session
        and state in (session.get_nested_transaction() or session.get_transaction())._new,
    }
