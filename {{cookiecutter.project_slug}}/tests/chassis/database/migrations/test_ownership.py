"""Tables that are no model's."""

from sqlalchemy import Column, ForeignKey, Integer, Text

from tests.chassis.database.migrations.changing import begin, migrate
from tests.chassis.database.migrations.project import Project


def test_a_table_that_no_model_knows_is_left_alone(project: Project) -> None:
    """An extension's, a person's, another service's; in this schema or another."""
    project.model(Column("name", Text))
    begin(project)
    project.sql("CREATE TABLE spatial_ref_sys (srid int PRIMARY KEY)")
    project.sql("CREATE SCHEMA others")
    project.sql("CREATE TABLE others.tasks (id int)")
    project.sql("CREATE TABLE measured (at date) PARTITION BY RANGE (at)")
    project.sql("CREATE TABLE measured_2026 PARTITION OF measured DEFAULT")

    project.check()


def test_the_table_of_a_model_that_was_taken_out_is_dropped(project: Project) -> None:
    project.model(Column("name", Text))
    project.also(Column("task_id", ForeignKey("tasks.id")), name="notes")
    begin(project)
    project.model(Column("name", Text))

    text = migrate(project)

    assert 'op.drop_table("notes")' in text


def test_so_is_one_that_got_its_name_from_a_migration(project: Project) -> None:
    project.model(name="jobs")
    begin(project)
    head = project.sql("SELECT version_num FROM alembic_version")[0]
    project.by_hand("renamed", "op.rename_table('jobs', 'tasks')", after=head)
    project.upgrade()
    project.model(name="other")

    text = migrate(project)

    assert 'op.drop_table("tasks")' in text


def test_a_name_that_a_migration_computes_is_nobodys(project: Project) -> None:
    project.by_hand("first", "[op.create_table(name) for name in ('one', 'two')]; op.f('x')")
    project.upgrade()

    project.check()


def test_columns_and_indexes_that_a_model_lost_are_dropped(project: Project) -> None:
    """Of a table that has a model the model says everything."""
    project.model(Column("name", Text))
    begin(project)
    project.sql("ALTER TABLE tasks ADD COLUMN other text")
    project.sql("CREATE INDEX by_hand ON tasks (name)")

    text = migrate(project)

    assert 'op.drop_column("tasks", "other")' in text
    assert 'op.drop_index(op.f("by_hand")' in text


def test_a_model_in_a_schema_of_its_own_is_compared_there(project: Project) -> None:
    project.sql("CREATE SCHEMA billing")
    project.model(Column("cents", Integer), schema="billing")
    project.also(Column("cents", Integer), name="open", schema="public")
    begin(project)
    project.check()
    project.sql("CREATE TABLE billing.of_others (id int)")
    project.model(Column("cents", Integer), Column("name", Text), schema="billing")
    project.also(Column("cents", Integer), name="open", schema="public")

    text = migrate(project)

    assert "op.add_column(" in text
    assert "of_others" not in text
