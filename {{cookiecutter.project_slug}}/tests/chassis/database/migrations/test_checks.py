"""CHECK constraints: what models and database say is the same, in the end."""

import pytest
from alembic.util import CommandError
from sqlalchemy import Column, Enum, Integer, Numeric, Text
from sqlalchemy.dialects.postgresql import CITEXT, DOMAIN

from tests.chassis.database.migrations.changing import begin, checks, migrate, named, state
from tests.chassis.database.migrations.project import Project


def test_a_member_more_of_an_enum_reaches_the_database(project: Project) -> None:
    project.model(state("open", "done"))
    begin(project)
    project.model(state("open", "done", "lost"))
    with pytest.raises(CommandError, match="New upgrade operations detected"):
        project.check()

    text = migrate(project)

    project.sql("INSERT INTO tasks VALUES (1, 'lost')")
    _, upgrade, downgrade = text.split("\ndef ")
    assert "\"state IN ('open', 'done', 'lost')\"" in upgrade
    assert "\"state IN ('open', 'done')\"" in downgrade


def test_a_longer_member_makes_the_column_longer_too(project: Project) -> None:
    project.model(state("open", "done"))
    begin(project)
    project.sql("INSERT INTO tasks VALUES (1, 'done')")
    project.model(state("open", "done", "forgotten"))

    migrate(project)

    project.sql("INSERT INTO tasks VALUES (2, 'forgotten')")


def test_a_member_less_takes_room_and_rule_away(project: Project) -> None:
    project.model(state("open", "forgotten"))
    begin(project)
    project.sql("INSERT INTO tasks VALUES (1, 'open')")
    project.model(state("open"))

    migrate(project)

    with pytest.raises(Exception, match="too long"):
        project.sql("INSERT INTO tasks VALUES (2, 'forgotten')")


def test_text_becomes_an_enum_and_an_enum_text(project: Project) -> None:
    project.model(state("open"), Column("other", Text))
    begin(project)
    project.model(Column("state", Text), state("open", "shut", name="other"))

    migrate(project)

    project.sql("INSERT INTO tasks VALUES (1, 'anything', 'shut')")
    with pytest.raises(Exception, match="ck_tasks_state"):
        project.sql("INSERT INTO tasks VALUES (2, 'anything', 'else')")


def test_constraints_written_by_hand_are_compared(project: Project) -> None:
    count = Column("count", Integer)
    project.model(count._copy(), named("small", "count < 10"), named("even", "count % 2 = 0"))
    begin(project)
    project.model(count._copy(), named("small", "count < 100"), named("positive", "count > 0"))

    migrate(project)

    assert checks(project) == {"ck_tasks_small", "ck_tasks_positive"}
    project.sql("INSERT INTO tasks VALUES (1, 99)")


def test_columns_come_and_go_with_their_constraints(project: Project) -> None:
    project.model(state("open", name="old"), Column("count", Integer), named("few", "count < 9"))
    begin(project)
    project.sql("INSERT INTO tasks VALUES (1, 'open', 1)")
    size = Column("size", Numeric(4, 1), named("positive", "size > 0"))
    project.model(state("open", "done", name="new"), size)

    migrate(project)

    assert checks(project) == {"ck_tasks_state", "ck_tasks_positive"}
    project.sql("INSERT INTO tasks VALUES (2, 'done', 2.5)")


def test_a_table_that_was_renamed_by_hand_gets_the_names_of_its_new_one(project: Project) -> None:
    project.model(state("open"), named("some", "id > 0"))
    begin(project)
    head = project.sql("SELECT version_num FROM alembic_version")[0]
    project.by_hand("renamed", "op.rename_table('tasks', 'jobs')", after=head)
    project.upgrade()
    project.model(state("open"), named("some", "id > 0"), name="jobs")

    migrate(project)

    assert checks(project, "jobs") == {"ck_jobs_state", "ck_jobs_some"}


def test_a_column_changes_its_type_beneath_a_constraint(project: Project) -> None:
    some = named("some", "count > 0")
    project.model(Column("count", Numeric(9, 2)), some)
    begin(project)
    project.sql("INSERT INTO tasks VALUES (1, 2)")
    project.model(Column("count", Integer), named("some", "count > 0"))

    migrate(project)


# A dump holds what PostgreSQL printed, and once restored that is printed in another way again.
DUMPED = """CHECK (((state)::text = ANY
    ((ARRAY['open'::character varying, 'done'::character varying])::text[])))"""


@pytest.mark.parametrize("statement", [DUMPED, "CHECK (state IN ('open', 'done')) NOT VALID"])
def test_what_means_the_same_is_no_change(project: Project, statement: str) -> None:
    project.model(state("open", "done"))
    begin(project)
    project.sql("ALTER TABLE tasks DROP CONSTRAINT ck_tasks_state")
    project.sql(f"ALTER TABLE tasks ADD CONSTRAINT ck_tasks_state {statement}")

    project.check()


def test_text_is_written_so_that_alembic_reads_it(project: Project) -> None:
    """It takes `:b` for a value that is to come."""
    project.model(Column("name", Text), named("first", r"name ~ '^a(?\:b|c)$'"))
    begin_by_hand = 'op.execute("CREATE TABLE tasks (id serial PRIMARY KEY, name text)")'
    project.by_hand("begin", begin_by_hand)
    project.upgrade()

    migrate(project)

    project.sql("INSERT INTO tasks VALUES (1, 'ab')")


def test_long_conditions_and_odd_names_pass(project: Project) -> None:
    odd = Column("Odd one", Text)
    project.model(odd._copy(), name="Odd tasks")
    begin(project)
    values = ", ".join(f"'{number:030}'" for number in range(5))
    project.model(odd._copy(), named("of five", f'"Odd one" IN ({values})'), name="Odd tasks")

    migrate(project)

    assert checks(project, '"Odd tasks"') == {"ck_Odd tasks_of five"}


def test_what_another_has_is_left_alone(project: Project) -> None:
    """A domain has its own constraint, a parent the one that a table inherits."""
    project.sql("CREATE DOMAIN short AS text CONSTRAINT short_one CHECK (length(VALUE) < 9)")
    project.sql("CREATE TABLE parents (id int, CONSTRAINT positive CHECK (id > 0))")
    project.sql("CREATE TABLE tasks (id serial PRIMARY KEY, name short) INHERITS (parents)")
    short = DOMAIN("short", Text(), create_type=False)
    project.model(Column("name", short))

    project.check()


def test_a_native_enum_needs_none(project: Project) -> None:
    kind = Enum("a", "b", name="kind", create_constraint=True)
    project.sql("CREATE TYPE kind AS ENUM ('a', 'b')")
    project.sql("CREATE TABLE tasks (id serial PRIMARY KEY, kind kind)")
    project.model(Column("kind", kind))

    project.check()


def test_where_postgresql_cannot_tell_names_are_compared(project: Project) -> None:
    """A type that a migration has yet to make, or a role that may make no temporary table."""
    project.model(Column("count", Integer), named("few", "count < 9"), named("old", "count > 0"))
    begin(project)
    missing = Column("name", CITEXT)
    project.model(
        Column("count", Integer), missing, named("few", "count < 8"), named("new", "count > 0")
    )

    text = project.migration()

    assert "ck_tasks_few" not in text
    assert text.index('drop_constraint(op.f("ck_tasks_old")') < text.index("add_column")
    assert text.index("add_column") < text.index('create_check_constraint(op.f("ck_tasks_new")')
