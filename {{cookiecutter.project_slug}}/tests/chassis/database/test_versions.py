"""A lost update is seen, whatever else a model tells its mapper."""

from typing import Any

import pytest
from fastapi import Response
from sqlalchemy import MetaData, inspect, literal, true
from sqlalchemy.orm import column_property
from sqlalchemy.orm.exc import StaleDataError

from chassis.database.model import Entity
from chassis.database.repository import Repository
from chassis.database.session import Database
from chassis.database.versions import version_attribute
from chassis.web.conditional import tagged
from tests.chassis.database.versioned import (
    BY_ANOTHER,
    BY_VERSION,
    CountedByPostgres,
    Named,
    Numbered,
    Stamped,
    Vehicle,
    Versioned,
)

EVERY_MODEL = pytest.mark.parametrize(
    "model", [*BY_VERSION, *BY_ANOTHER], ids=lambda model: model.__name__
)


def repository_of(model: type[Named]) -> type[Repository[Any]]:
    kind: Any = type("R", (Repository,), {"model": model})
    made: type[Repository[Any]] = kind
    return made


@pytest.fixture
async def tables(scratch: Any, database: Database) -> None:
    assert scratch
    async with database.engine.begin() as connection:
        await connection.run_sync(Versioned.metadata.create_all)


async def created(database: Database, model: type[Named]) -> Any:
    async with database.transaction() as session:
        return await repository_of(model)(session).create(model())


@pytest.mark.parametrize("model", BY_VERSION, ids=lambda model: model.__name__)
def test_every_model_is_counted_by_its_version(model: type[Named]) -> None:
    assert version_attribute(model) == "version"


@EVERY_MODEL
@pytest.mark.usefixtures("tables")
async def test_of_two_changes_of_one_state_the_second_is_refused(
    database: Database, model: type[Named]
) -> None:
    entity = await created(database, model)
    repository = repository_of(model)
    async with database.transaction() as one, database.transaction() as other:
        mine = await repository(one).get(entity.id)
        theirs = await repository(other).get(entity.id)
        await repository(other).update(theirs, {"name": "desk"})
        await other.commit()

        with pytest.raises(StaleDataError):
            await repository(one).update(mine, {"name": "chair"})

        await one.rollback()


@EVERY_MODEL
@pytest.mark.usefixtures("tables")
async def test_a_changed_row_has_another_entity_tag(database: Database, model: type[Named]) -> None:
    entity = await created(database, model)
    first = tagged(entity, before := Response())
    async with database.transaction() as session:
        changed = await repository_of(model)(session).get(first.id)
        await repository_of(model)(session).update(changed, {"name": "desk"})

    tagged(changed, after := Response())
    assert before.headers["ETag"] != after.headers["ETag"]


@pytest.mark.parametrize("model", [Numbered, CountedByPostgres])
@pytest.mark.usefixtures("tables")
async def test_a_change_of_many_rows_moves_the_version_that_a_model_has(
    database: Database, model: type[Named]
) -> None:
    entity = await created(database, model)
    async with database.transaction() as session:
        mine = await repository_of(model)(session).get(entity.id)
        async with database.transaction() as other:
            assert await repository_of(model)(other).update_where(true(), name="desk") == 1

        with pytest.raises(StaleDataError):
            await repository_of(model)(session).update(mine, {"name": "chair"})

        await session.rollback()


@pytest.mark.usefixtures("tables")
async def test_a_version_that_is_no_number_is_told_where_many_rows_change(
    database: Database,
) -> None:
    entity = await created(database, Stamped)
    async with database.transaction() as session:
        stamped = repository_of(Stamped)(session)
        with pytest.raises(TypeError, match="stamp is no number to add 1 to: say what it is"):
            await stamped.update_where(true(), name="desk")

        assert await stamped.update_where(true(), name="desk", stamp="another") == 1
        assert (await stamped.get(entity.id)).stamp == "another"


def test_a_subclass_takes_the_version_of_its_family() -> None:
    (car,) = (it for it in inspect(Vehicle).self_and_descendants if it.class_.__name__ == "Car")

    assert car.version_id_col is inspect(Vehicle).version_id_col


@pytest.mark.parametrize(
    ("name", "what"), [("Without", None), ("Calculated", column_property(literal(1)))]
)
def test_a_model_of_which_nothing_is_counted_is_refused_when_it_is_defined(
    name: str, what: Any
) -> None:
    with pytest.raises(TypeError, match=f"{name} has no column `version`, so a lost update"):
        type(name, (Entity,), {"__tablename__": name, "metadata": MetaData(), "version": what})
