"""Types that a feature, or another package, has made."""

from enum import StrEnum

from sqlalchemy import ARRAY, Column, Enum, Integer, TypeDecorator

from tests.chassis.database.migrations.changing import begin, checks, migrate
from tests.chassis.database.migrations.own_types import Document, Money, Point, Price
from tests.chassis.database.migrations.project import Project


class Status(TypeDecorator[StrEnum]):
    impl = Enum("open", "done", name="status", native_enum=False, create_constraint=True)
    cache_ok = True


def test_a_decorated_type_is_what_it_stores(project: Project) -> None:
    """The migration still runs when the class has moved."""
    project.model(
        Column("cents", Money("EUR")),
        Column("prices", ARRAY(Price("EUR"))),
        Column("document", Document()),
        Column("status", Status()),
    )

    text = migrate(project)

    assert 'sa.Column("cents", sa.Numeric(precision=12, scale=2), nullable=True)' in text
    assert 'sa.Column("prices", sa.ARRAY(sa.Numeric(precision=12, scale=2)), nullable=True)' in text
    assert 'sa.Column("document", postgresql.JSONB(astext_type=sa.Text()), nullable=True)' in text
    assert "own_types" not in text
    assert checks(project) == {"ck_tasks_status"}


def test_a_type_with_sql_of_its_own_is_imported(project: Project) -> None:
    project.model(Column("place", Point(3)))

    text = migrate(project)

    assert f"\nimport {Point.__module__}\n" in text
    assert f"{Point.__module__}.Point(precision=3)" in text


def test_a_column_may_change_to_either(project: Project) -> None:
    project.model(Column("cents", Integer), Column("place", Point()))
    begin(project)
    project.model(Column("cents", Money("EUR")), Column("place", Point()), Column("new", Point()))

    migrate(project)
