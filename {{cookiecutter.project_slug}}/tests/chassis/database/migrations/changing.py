"""What tests of written migrations do again and again."""

import re
from enum import StrEnum
from typing import Any, cast

from sqlalchemy import CheckConstraint, Column

from chassis.database.model import text_enum
from tests.chassis.database.migrations.project import Project


def state(*members: str, name: str = "state", **options: Any) -> Column[Any]:
    """A column with an enum of the service's kind."""
    kind = cast("type[StrEnum]", StrEnum("State", list(members)))
    return Column(name, text_enum(kind), **options)


def named(name: str, condition: str) -> CheckConstraint:
    return CheckConstraint(condition, name=name)


def checks(project: Project, table: str = "tasks") -> set[str]:
    names = (
        f"SELECT conname FROM pg_constraint WHERE contype = 'c' AND conrelid = '{table}'::regclass"
    )
    return set(project.sql(names))


def begin(project: Project) -> None:
    """The database as the models say now."""
    project.migration("begin")
    project.upgrade()


def cautions(migration: str) -> list[str]:
    """Each as one line."""
    found = re.findall(r"^ *# CAUTION: (.+\n(?: *#   .+\n)*)", migration, re.MULTILINE)
    return [re.sub(r"\n *#   ", " ", it).strip() for it in found]


def migrate(project: Project) -> str:
    """Write a migration and go up, down and up again, and models and database agree."""
    text = project.migration()
    project.upgrade()
    project.check()
    project.downgrade()
    project.upgrade()
    project.check()
    return text
