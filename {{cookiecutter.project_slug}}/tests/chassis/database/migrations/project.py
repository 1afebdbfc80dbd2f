"""A project of a test's own: models, migrations that Alembic writes for them, and a database."""

import asyncio
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import asyncpg
from alembic import command
from alembic.config import Config
from alembic.script import Script
from sqlalchemy import Column, Integer, MetaData, Table
from sqlalchemy.schema import SchemaItem

from chassis.database.model import NAMING_CONVENTION
from tests.support.composition import PROJECT
from tests.support.settings import make_settings

ENV = """
from alembic import context
from chassis.database.migrations.autogenerate import options
from chassis.database.migrations.running import run
from chassis.settings import Settings


def compare_and_run(connection):
    context.configure(**options(connection, context.config.attributes["models"], context.config))
    with context.begin_transaction():
        context.run_migrations()


run(compare_and_run, context.config, Settings)
"""
BY_HAND = """
from alembic import op

revision, down_revision = {name!r}, {after!r}


def upgrade():
    {upgrade}


def downgrade():
    pass
"""


class Project:
    """Its models are those given last; its commands are Alembic's, in this process."""

    def __init__(self, directory: Path, url: str) -> None:
        self.directory = directory
        self.url = url
        self.database: dict[str, Any] = {"url": url}
        self.models = MetaData(naming_convention=NAMING_CONVENTION)
        self.versions = directory / "migrations/versions"
        self.versions.mkdir(parents=True)
        (directory / "migrations/env.py").write_text(ENV)
        for name in ("alembic.ini", "pyproject.toml", "migrations/script.py.mako"):
            shutil.copy(PROJECT / name, directory / name)

    @property
    def config(self) -> Config:
        config = Config(self.directory / "alembic.ini")
        config.attributes["settings"] = make_settings(database=self.database)
        config.attributes["models"] = self.models
        return config

    def model(self, *items: SchemaItem, name: str = "tasks", schema: str | None = None) -> Table:
        """The table and nothing else is what the models say from now on."""
        self.models = MetaData(naming_convention=NAMING_CONVENTION)
        return self.also(*items, name=name, schema=schema)

    def also(self, *items: SchemaItem, name: str, schema: str | None = None) -> Table:
        key = Column("id", Integer, primary_key=True)
        return Table(name, self.models, key, *items, schema=schema)

    def migration(self, message: str = "change") -> str:
        """The text of a migration that Alembic writes; it passes lint."""
        script = command.revision(self.config, message, autogenerate=True)
        assert isinstance(script, Script)
        lint = [sys.executable, "-m", "ruff", "check", "--quiet", "--no-cache", script.path]
        done = subprocess.run(lint, cwd=self.directory, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout
        return Path(script.path).read_text()

    def by_hand(self, name: str, upgrade: str, after: str | None = None) -> Path:
        """A migration that a person wrote; returns its file."""
        path = self.versions / f"{name}.py"
        path.write_text(BY_HAND.format(name=name, after=after, upgrade=upgrade))
        return path

    def upgrade(self) -> None:
        command.upgrade(self.config, "head")

    def downgrade(self, revision: str = "-1") -> None:
        command.downgrade(self.config, revision)

    def check(self) -> None:
        """Raises CommandError when models and database differ."""
        command.check(self.config)

    def sql(self, query: str) -> list[Any]:
        """The rows, of a single column their values."""
        with self.connected() as ask:
            rows = ask(query)
        return [row[0] if len(row) == 1 else tuple(row) for row in rows]

    @contextmanager
    def connected(self) -> Iterator[Callable[[str], list[Any]]]:
        """A connection of its own, while Alembic has another."""
        with asyncio.Runner() as runner:
            connection = runner.run(asyncpg.connect(self.url))
            try:
                yield lambda query: runner.run(connection.fetch(query))
            finally:
                runner.run(connection.close())
