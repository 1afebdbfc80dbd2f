"""What differs between models and database is a sentence; so is that nothing does."""

import os
import subprocess
import sys
from argparse import Namespace

import pytest
from alembic import command
from sqlalchemy import Column, ForeignKey, Index, Integer, String, Text
from sqlalchemy import text as sql

from chassis.database.migrations.differences import differences, in_sentences
from tests.chassis.database.migrations.changing import begin, named
from tests.chassis.database.migrations.project import Project
from tests.support.composition import PROJECT

MERGE = ("merge", "heads", "-m", "merge")


@pytest.fixture
def changed(project: Project) -> Project:
    """A project whose models have changed since its last migration."""
    project.model(
        Column("weight", Integer, server_default="7", nullable=False),
        Column("name", Text),
        Column("gone", Text),
        Index("by_name", "name"),
    )
    project.also(name="old")
    begin(project)
    project.model(
        Column("weight", Integer, nullable=False),
        Column("name", String(20), nullable=False, server_default="x"),
        Column("code", Text, unique=True),
        Column("parent_id", ForeignKey("tasks.id")),
        Index("by_lower", sql("lower(name)")),
        named("light", "weight < 9"),
    )
    project.also(name="new")
    return project


KEY = "fk_tasks_parent_id FOREIGN KEY(parent_id)"
SENTENCES = {
    "tasks.weight: server_default is None in the model and 7 in the database.",
    "tasks.name: server_default is 'x' in the model and None in the database.",
    "tasks.name: type is VARCHAR(20) in the model and TEXT in the database.",
    "tasks.name: nullable is False in the model and True in the database.",
    "tasks.gone: the database has this column, the models have not.",
    "tasks.code: the models have this column, the database has not.",
    "tasks.parent_id: the models have this column, the database has not.",
    "tasks: the database has `CREATE INDEX by_name ON tasks (name)`, the models have not.",
    "tasks: the models have `CREATE INDEX by_lower ON tasks (lower(name))`, the database has not.",
    "tasks: the models have `CONSTRAINT uq_tasks_code UNIQUE (code)`, the database has not.",
    f"tasks: the models have `CONSTRAINT {KEY} REFERENCES tasks (id)`, the database has not.",
    "tasks: the models have `CONSTRAINT ck_tasks_light CHECK (weight < 9)`, the database has not.",
    "old: the database has this table, the models have not.",
    "new: the models have this table, the database has not.",
}


def test_each_is_told_with_what_either_says(changed: Project) -> None:
    assert set(differences(changed.config)) == SENTENCES


def test_alembic_check_tells_them_too(changed: Project) -> None:
    config = changed.config
    config.cmd_opts = Namespace(raiseerr=False, x=None, cmd=(command.check, [], []))

    with pytest.raises(SystemExit) as ended:
        command.check(config)

    title, *told = str(ended.value.code).split("\n- ")
    assert title == "Models and database differ:"
    assert set(told) == SENTENCES


def test_a_comparison_that_is_not_known_is_told_as_it_is() -> None:
    assert [*in_sentences([("add_trigger", "audit")])] == ["add trigger: ['audit']"]


def test_where_nothing_differs_the_migration_is_empty_for_sql_of_ones_own(
    project: Project, capfd: pytest.CaptureFixture[str]
) -> None:
    project.model()
    begin(project)
    begun = capfd.readouterr().out
    assert differences(project.config) == []

    project.migration()

    told = capfd.readouterr().out
    assert "\nModels and database agree.\n" in told
    assert "\nIt is empty. SQL of your own may go in" in told
    assert "\nRead it, then `make migrate`.\n" in begun
    assert "Read it" not in told
    assert not [line for line in told.splitlines() if "fixed" in line or "reformatted" in line]


def test_a_migration_without_a_comparison_says_nothing_of_the_models(
    changed: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    capsys.readouterr()

    command.revision(changed.config, "by hand")

    told = capsys.readouterr().out
    assert "It is empty." in told
    assert "agree" not in told


def test_heads_are_merged_as_the_advice_says(project: Project) -> None:
    """In a process of its own, which has compared nothing before."""
    for name in ("one", "two"):
        project.by_hand(name, "pass")
    env = project.directory / "migrations/env.py"
    text = env.read_text().replace('context.config.attributes["models"]', "MetaData()")
    env.write_text(f"from sqlalchemy import MetaData\n{text}")

    done = subprocess.run(
        [sys.executable, "-m", "alembic", "-c", env.parent.with_name("alembic.ini"), *MERGE],
        cwd=PROJECT,
        env=os.environ | {"DATABASE_URL": project.url, "ENVIRONMENT": "test"},
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stdout + done.stderr
    project.upgrade()
