"""Columns of one enum in one table: each keeps its own CHECK, and a table with one its name."""

from enum import StrEnum
from typing import Annotated

import pytest
from sqlalchemy import Column, Enum, MetaData, Table
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from sqlalchemy.schema import CreateTable

from chassis.database.model import NAMING_CONVENTION, text_enum
from tests.chassis.database.migrations.changing import begin, checks, migrate, state
from tests.chassis.database.migrations.project import Project


class State(StrEnum):
    OPEN = "open"
    DONE = "done"


OfState = Annotated[State, mapped_column(text_enum(State))]


def test_a_second_column_of_an_enum_leaves_the_first_its_constraint(project: Project) -> None:
    project.model(state("open", "done"))
    begin(project)
    project.sql("INSERT INTO tasks VALUES (1, 'open')")
    project.model(state("open", "done"), state("open", "done", name="before"))

    text = migrate(project)

    assert "drop_constraint" not in text
    assert checks(project) == {"ck_tasks_state", "ck_tasks_state_before"}
    project.sql("INSERT INTO tasks VALUES (2, 'open', 'done')")
    for values in ("3, 'else', 'done'", "4, 'open', 'else'"):
        with pytest.raises(Exception, match="violates check constraint"):
            project.sql(f"INSERT INTO tasks VALUES ({values})")


def test_a_table_may_begin_with_columns_of_one_enum(project: Project) -> None:
    project.model(state("open", "done"), state("open", "done", name="before"))

    migrate(project)

    assert checks(project) == {"ck_tasks_state", "ck_tasks_state_before"}


def test_a_column_written_before_the_first_takes_its_place(project: Project) -> None:
    project.model(state("open", "done"))
    begin(project)
    project.model(state("open", "done", name="before"), state("open", "done"))

    migrate(project)

    assert checks(project) == {"ck_tasks_state", "ck_tasks_state_state"}


def test_the_first_column_of_an_enum_may_go(project: Project) -> None:
    project.model(state("open", "done"), state("open", "done", name="before"))
    begin(project)
    project.model(state("open", "done", name="before"))

    migrate(project)

    assert checks(project) == {"ck_tasks_state"}


def test_a_constraint_that_a_second_column_once_took_comes_back(project: Project) -> None:
    """What migrations did before each column had a name of its own."""
    project.model(state("open"), state("open", name="before"))
    begin(project)
    project.sql("ALTER TABLE tasks DROP CONSTRAINT ck_tasks_state")
    project.sql("ALTER TABLE tasks RENAME CONSTRAINT ck_tasks_state_before TO ck_tasks_state")

    migrate(project)

    assert checks(project) == {"ck_tasks_state", "ck_tasks_state_before"}


def test_columns_that_share_a_type_have_a_constraint_each(project: Project) -> None:
    shared = text_enum(State)
    project.model(Column("now", shared), Column("before", shared))

    migrate(project)

    assert checks(project) == {"ck_tasks_state", "ck_tasks_state_before"}


def test_columns_annotated_alike_have_a_constraint_each(project: Project) -> None:
    class OwnBase(DeclarativeBase):
        metadata = MetaData(naming_convention=NAMING_CONVENTION)

    class Task(OwnBase):
        __tablename__ = "tasks"

        id: Mapped[int] = mapped_column(primary_key=True)
        now: Mapped[OfState]
        before: Mapped[OfState | None]
        planned: Mapped[OfState | None]

    project.models = OwnBase.metadata

    migrate(project)

    assert checks(project) == {"ck_tasks_state", "ck_tasks_state_before", "ck_tasks_state_planned"}
    assert Task.before.type.python_type is State


def test_tables_that_name_their_constraints_otherwise_keep_them_as_they_are() -> None:
    def choice() -> Enum:
        return Enum("x", "y", native_enum=False, create_constraint=True)

    table = Table("others", MetaData(), Column("a", choice()), Column("b", choice()))

    assert "CONSTRAINT" not in str(CreateTable(table))
