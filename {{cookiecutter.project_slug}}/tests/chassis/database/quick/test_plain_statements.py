"""A statement finds what a session finds with it, past the ORM or not."""

from typing import Any

import pytest
from sqlalchemy import (
    LABEL_STYLE_TABLENAME_PLUS_COL,
    Select,
    bindparam,
    func,
    insert,
    literal_column,
    select,
    text,
    true,
)
from sqlalchemy.orm import (
    Query,
    aliased,
    defer,
    joinedload,
    load_only,
    selectinload,
    undefer,
    with_loader_criteria,
)

from chassis.database.guards import WriteRefusedError
from chassis.database.reader import Reader
from chassis.database.session import Database
from tests.chassis.database.quick.comparing import known_of
from tests.chassis.database.quick.other_models import Deferring
from tests.chassis.database.things import Thing, create_things

OTHER = aliased(Thing)
THINGS = select(Thing)
EVERYONE = func.generate_series(1, 2)


PLAIN: dict[str, Select[Any]] = {
    "all": THINGS,
    "no options": THINGS.options(),
    "where": THINGS.where(Thing.name != "desk", Thing.size.between(0, 5)),
    "where, of others": THINGS.where(~select(OTHER).where(OTHER.owner_id == Thing.id).exists()),
    "where, of relatives": THINGS.where(~Thing.owner.has()),
    "where, as text": THINGS.where(text("name = 'lamp'")),
    "sorted": THINGS.order_by(Thing.size.desc().nulls_last(), Thing.name),
    "sorted no more": THINGS.order_by(Thing.size).order_by(None),
    "limit": THINGS.order_by(Thing.name).limit(2).offset(1),
}
OTHERS: dict[str, Select[Any]] = {
    "load_only": THINGS.options(load_only(Thing.name)),
    "defer": THINGS.options(defer(Thing.name)),
    "undefer": THINGS.options(undefer(Thing.name)),
    "selectinload": THINGS.options(selectinload(Thing.owner)),
    "joinedload": THINGS.options(joinedload(Thing.owner)),
    "criteria": THINGS.options(with_loader_criteria(Thing, Thing.name != "desk")),
    "join": THINGS.join(OTHER, OTHER.name == Thing.name),
    "join that multiplies": THINGS.join(OTHER, true()),
    "two tables": THINGS.where(OTHER.name != Thing.name),
    "select_from": THINGS.select_from(Thing),
    "alias": select(OTHER),
    "of a subquery": select(aliased(Thing, THINGS.limit(1).subquery())),
    "distinct": THINGS.distinct(),
    "grouped": THINGS.group_by(Thing.id),
    "having": THINGS.group_by(Thing.id).having(func.count() > 0),
    "repeated by its order": THINGS.order_by(EVERYONE, Thing.name),
    "repeated by a text": THINGS.order_by(literal_column("generate_series(1, 2)"), Thing.name),
    "fetch": THINGS.fetch(1, with_ties=True).order_by(Thing.size),
    "hint": THINGS.with_statement_hint("", "postgresql"),
    "prefix": THINGS.prefix_with("ALL"),
    "CTE": THINGS.add_cte(select(Thing.id).cte("keys")),
    "execution options": THINGS.execution_options(populate_existing=True),
    "labels": THINGS.set_label_style(LABEL_STYLE_TABLENAME_PLUS_COL),
    "from a Query": Query(Thing).enable_eagerloads(False).statement,  # type: ignore[dict-item]
    "in a list": THINGS.where(Thing.name.in_(["lamp"])),
}


REFUSED: dict[str, Select[Any]] = {
    "FOR UPDATE": THINGS.with_for_update(),
    "FOR UPDATE, as text": THINGS.order_by(Thing.name, text("name FOR UPDATE")),
    "lock within": THINGS.where(Thing.id.in_(select(OTHER.id).with_for_update())),
    "write within": THINGS.where(
        Thing.id.in_(select(insert(Thing).values(name="new").returning(Thing.id).cte()))
    ),
}


@pytest.mark.usefixtures("scratch")
@pytest.mark.parametrize(
    ("statement", "plain"),
    [
        *(pytest.param(statement, True, id=name) for name, statement in PLAIN.items()),
        *(pytest.param(statement, False, id=name) for name, statement in OTHERS.items()),
    ],
)
async def test_a_statement_finds_what_a_session_finds(
    database: Database, statement: Select[Any], plain: bool
) -> None:
    await create_things(database, "lamp", "desk", "chair")

    for _ in range(2):  # the second time it is known
        quick = await Reader(database).entities(Thing, statement, {})
        by_session = (await Reader(database).scalars(statement)).all()
        assert known_of(quick) == known_of(by_session)
        assert len(quick) > 0

    assert (database.direct.query(Thing, statement, {}) is not None) == plain


@pytest.mark.usefixtures("scratch")
@pytest.mark.parametrize("statement", REFUSED.values(), ids=REFUSED)
async def test_a_statement_that_writes_or_locks_is_refused(
    database: Database, statement: Select[Any]
) -> None:
    await create_things(database, "lamp")

    with pytest.raises(WriteRefusedError):
        await Reader(database).entities(Thing, statement, {})


@pytest.mark.usefixtures("scratch")
async def test_what_is_no_select_of_the_model_is_answered_by_the_session(
    database: Database,
) -> None:
    await create_things(database, "lamp")
    reader: Any = Reader(database)
    by_text = select(Thing).from_statement(text("SELECT * FROM scratch.things"))

    assert [thing.name for thing in await reader.entities(Thing, by_text, {})] == ["lamp"]
    assert await reader.entities(Thing, select(Thing.name, Thing.size), {}) == ["lamp"]
    assert await reader.entities(Thing, select(Thing.__table__.c.name), {}) == ["lamp"]
    assert await reader.entities(Deferring, select(Thing.name), {}) == ["lamp"]


@pytest.mark.usefixtures("scratch")
@pytest.mark.parametrize("values", [{}, {"name": "lamp"}])
async def test_a_statement_asked_for_another_model_spoils_nothing(
    database: Database, values: dict[str, str]
) -> None:
    await create_things(database, "lamp")
    statement = select(Thing).where(Thing.name == bindparam("name", "lamp"))

    for model in (Deferring, Thing):
        (thing,) = await Reader(database).entities(model, statement, values)
        assert isinstance(thing, Thing)
    assert database.direct.query(Thing, statement, values) is not None


@pytest.mark.usefixtures("scratch")
async def test_a_statement_that_a_session_has_compiled_is_plain_still(database: Database) -> None:
    await create_things(database, "lamp")
    statement = select(Thing).where(Thing.name == "lamp").limit(1)

    await Reader(database).scalars(statement)

    assert database.direct.query(Thing, statement, {}) is not None
