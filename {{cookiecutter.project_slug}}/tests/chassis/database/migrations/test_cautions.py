"""A migration that would fail where rows are, or keep others waiting, says so at once."""

from enum import StrEnum

import pytest
from alembic.util import CommandError
from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Computed,
    ForeignKey,
    Identity,
    Index,
    Integer,
    Numeric,
    String,
    Text,
    func,
    text,
)

from chassis.database.model import text_enum
from tests.chassis.database.migrations.changing import begin, cautions, named, state
from tests.chassis.database.migrations.project import Project

EQUAL = "fails where rows are equal in it, and nobody may"
NOTHING = "fails where a row refers to nothing, and nobody may"
BROKEN = "fails where a row breaks it, and nobody may"


class Kind(StrEnum):
    A = "a"
    B = "b"


@pytest.fixture
def tasks(project: Project) -> Project:
    project.model(
        Column("name", String(20)),
        Column("count", Integer),
        Column("price", Numeric(8, 2)),
        Column("other_id", Integer),
        Column("gone", Integer),
        state("open", "done"),
    )
    project.also(name="others")
    begin(project)
    return project


def test_what_does_no_harm_says_nothing(tasks: Project, capsys: pytest.CaptureFixture[str]) -> None:
    tasks.model(
        Column("name", String(40)),
        Column("count", Integer, server_default="1"),
        Column("price", Numeric(12, 2)),
        Column("other_id", Integer),
        Column("gone", Integer),
        state("open", "done"),
        Column("nullable", Text),
        Column("constant", Integer, server_default="7", nullable=False),
        Column("stamp", Text, server_default=func.now(), nullable=False),
        Column("kind", text_enum(Kind)),
        Column("parent_id", ForeignKey("tasks.id", postgresql_not_valid=True)),
        Index("by_name", "name", postgresql_concurrently=True),
        CheckConstraint("count < 9", name="small", postgresql_not_valid=True),
    )
    tasks.also(Column("name", Text, unique=True, index=True, nullable=False), name="more")
    tasks.also(name="others")

    written = tasks.migration()

    assert "CAUTION" not in written
    assert "Think of" not in capsys.readouterr().err


def test_what_fails_on_rows_or_keeps_others_waiting_is_told(
    tasks: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    tasks.model(
        Column("name", Integer, nullable=False),
        Column("count", BigInteger, unique=True),
        Column("price", Numeric(8, 2), index=True),
        Column("other_id", ForeignKey("others.id")),
        Column("gone", Integer),
        state("open", "done", "lost"),
        Column("weight", Integer, nullable=False),
        Column("lot", Integer, server_default=text("random()")),
        Column("number", Integer, Identity()),
        Column("double", Numeric, Computed("price * 2", persisted=True)),
        Column("code", Text, unique=True),
        Column("positive", Integer, named("positive", "positive > 0")),
        Column("parent_id", ForeignKey("tasks.id")),
        Index("uq_tasks_gone_price", "gone", "price", unique=True),
        named("small", "count < 9"),
    )
    tasks.also(name="others")

    written = tasks.migration()

    found = cautions(written)
    assert {it.partition(". ")[0] for it in found} == {
        "tasks.weight: fails where tasks has rows, which have no value for it",
        "tasks.lot: is computed for every row, and nobody may read or write tasks meanwhile",
        "tasks.number: is computed for every row, and nobody may read or write tasks meanwhile",
        "tasks.double: is computed for every row, and nobody may read or write tasks meanwhile",
        "tasks.name: fails where a row has NULL in it",
        "tasks.name: PostgreSQL does not make the new values of the old ones by itself",
        "tasks.count: every row is written anew, and nobody may read or write tasks meanwhile",
        "ix_tasks_price: nobody may write tasks while it is built",
        f"uq_tasks_gone_price: {EQUAL} write tasks while it is built",
        f"uq_tasks_count: {EQUAL} read or write tasks while its index is built",
        "uq_tasks_code: nobody may read or write tasks while its index is built",
        f"fk_tasks_other_id: {NOTHING} write tasks or others while every row is looked up",
        "fk_tasks_parent_id: nobody may write tasks while every row is looked up",
        "ck_tasks_positive: nobody may read or write tasks while every row is looked at",
        f"ck_tasks_small: {BROKEN} read or write tasks while every row is looked at",
        "ck_tasks_state: nobody may read or write tasks while every row is looked at",
    }
    assert any("Give it a server_default, in the model too;" in it for it in found)
    said = capsys.readouterr().err
    assert said.splitlines() == ["Think of what is there already:", *(f"- {it}" for it in found)]
    assert "CAUTION" not in written.partition("def downgrade")[2]


def test_an_enum_that_loses_a_member_may_fail(project: Project) -> None:
    project.sql("CREATE SCHEMA billing")
    project.model(state("open", "done"), schema="billing")
    begin(project)
    project.model(state("open"), schema="billing")

    (found,) = cautions(project.migration())

    assert found.startswith("ck_tasks_state: fails where a row breaks it, and nobody may read or")
    assert "`ALTER TABLE billing.tasks VALIDATE CONSTRAINT ck_tasks_state`" in found


def test_a_table_of_a_schema_that_refers_to_itself_is_named_once(project: Project) -> None:
    project.sql("CREATE SCHEMA billing")
    project.model(schema="billing")
    begin(project)
    project.model(Column("parent_id", ForeignKey("billing.tasks.id")), schema="billing")

    (found,) = cautions(project.migration())

    assert "nobody may write billing.tasks while every row is looked up" in found


def test_comparing_alone_says_nothing(tasks: Project) -> None:
    tasks.model(Column("weight", Integer, nullable=False))

    with pytest.raises(CommandError) as differ:
        tasks.check()

    assert "Caution" not in str(differ.value)
