"""A migration that takes away rows says so, and names the new name that may have been meant."""

import pytest
from sqlalchemy import Column, Integer, String

from tests.chassis.database.migrations.changing import begin, cautions
from tests.chassis.database.migrations.project import Project

LOST = "what is in it is lost, and a version that still runs may use it"


def found(project: Project) -> list[str]:
    return [it for it in cautions(project.migration()) if LOST in it]


def test_a_column_that_goes_is_told(project: Project, capsys: pytest.CaptureFixture[str]) -> None:
    project.model(Column("carrier", String(20)))
    begin(project)
    project.model(Column("weight", Integer))

    (caution,) = found(project)

    assert caution == f"tasks.carrier: {LOST}. Drop it in a later release, when none does."
    assert f"- {caution}\n" in capsys.readouterr().err


@pytest.mark.parametrize("schema", [None, "billing"])
def test_a_column_with_a_new_name_is_told_how_to_keep_what_is_in_it(
    project: Project, schema: str | None
) -> None:
    project.sql("CREATE SCHEMA billing")
    project.model(Column("carrier", String(20)), schema=schema)
    begin(project)
    project.model(Column("courier", String(20)), Column("weight", Integer), schema=schema)

    (caution,) = found(project)

    more = ', schema="billing"' if schema else ""
    assert f'`op.alter_column("tasks", "carrier", new_column_name="courier"{more})`' in caution
    assert caution.startswith("billing.tasks.carrier: " if schema else "tasks.carrier: ")


def test_so_is_a_table(project: Project) -> None:
    project.model(Column("name", String(20)))
    project.also(Column("other", Integer), name="more")
    begin(project)
    project.model(Column("name", String(20)), name="jobs")

    written = sorted(found(project))

    assert [it.partition(".")[0] for it in written] == [f"more: {LOST}", f"tasks: {LOST}"]
    assert ["rename_table" in it for it in written] == [False, True]
    assert '`op.rename_table("tasks", "jobs")`' in written[1]
