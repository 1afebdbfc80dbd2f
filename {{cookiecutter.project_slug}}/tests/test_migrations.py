"""Migrations: they follow the models, go back, and may be started by every replica at once."""

import asyncio
import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import asyncpg
import pytest
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from alembic.util import CommandError

from chassis.database.migrations.differences import differences
from tests.composition import make_settings
from tests.support.composition import PROJECT
from tools.postgres import Server, running

PATIENCE = 120
# Four processes; that they come from one saves importing everything four times.
REPLICAS = """
import os, sys
from alembic import command
from alembic.config import Config
import chassis.database.connections.engine, app.models

children = []
for _ in range(4):
    if (child := os.fork()) == 0:
        command.upgrade(Config(sys.argv[1]), "head")
        os._exit(0)
    children.append(child)
print(*[os.waitpid(child, 0)[1] for child in children])
"""
CONCURRENTLY = """
from alembic import op

revision, down_revision = "9002", "9001"


def upgrade() -> None:
    with op.get_context().autocommit_block():
        op.execute("CREATE INDEX CONCURRENTLY ix_slow_number ON slow (number)")
"""
BEFORE_IT = """
from alembic import op

revision, down_revision = "9001", None


def upgrade() -> None:
    op.execute("CREATE TABLE slow AS SELECT 1 AS number")
"""


@pytest.fixture(scope="module")
def migrated_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with running(tmp_path_factory.mktemp("postgres"), throwaway=True) as server:
        yield server


@pytest.fixture
def url(migrated_server: Server) -> str:
    """The URL of an empty database."""
    name = f"empty_{uuid4().hex}"
    migrated_server.create_database(name)
    return migrated_server.url(name)


def config_for(url: str, project: Path = PROJECT) -> Config:
    config = Config(project / "alembic.ini")
    config.attributes["settings"] = make_settings(database={"url": url})
    return config


def run(*arguments: str, url: str) -> "subprocess.CompletedProcess[str]":
    """Run Python as a replica does: the database is named by the environment."""
    given = {"DATABASE_URL": url, "DATABASE_CONNECT_TIMEOUT": "60", "ENVIRONMENT": "test"}
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=PROJECT,
        env=os.environ | given,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=PATIENCE,
        check=False,
    )


async def ask(url: str, query: str) -> Any:
    connection = await asyncpg.connect(url)
    try:
        return await connection.fetchval(query)
    finally:
        await connection.close()


async def revision(url: str) -> str | None:
    version = await ask(url, "SELECT min(version_num) FROM alembic_version")
    return None if version is None else str(version)


def test_migrations_and_models_say_the_same(url: str) -> None:
    command.upgrade(config_for(url), "head")

    assert differences(config_for(url)) == []


def test_migrations_can_be_undone_and_done_again(url: str) -> None:
    for go, target in (
        (command.upgrade, "head"),
        (command.downgrade, "base"),
        (command.upgrade, "head"),
    ):
        go(config_for(url), target)

    assert differences(config_for(url)) == []


def test_migrations_are_one_line(url: str) -> None:
    assert len(ScriptDirectory.from_config(config_for(url)).get_heads()) <= 1


async def test_replicas_that_start_at_once_all_succeed(url: str) -> None:
    done = run("-c", REPLICAS, str(PROJECT / "alembic.ini"), url=url)

    assert done.stdout.endswith("\n0 0 0 0\n"), done.stdout
    if head := ScriptDirectory.from_config(config_for(url)).get_current_head():
        assert await revision(url) == head


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Our way of migrating, with migrations of the test's own."""
    shutil.copytree(
        PROJECT / "migrations",
        tmp_path / "migrations",
        ignore=shutil.ignore_patterns("versions", "__pycache__"),
    )
    (tmp_path / "migrations/versions").mkdir()
    shutil.copy(PROJECT / "alembic.ini", tmp_path)
    return tmp_path


async def test_so_do_they_when_an_index_is_built_concurrently(url: str, project: Path) -> None:
    """It waits for every older transaction, and so for anybody who waits for it in one."""
    (project / "migrations/versions/9001.py").write_text(BEFORE_IT)
    (project / "migrations/versions/9002.py").write_text(CONCURRENTLY)

    done = run("-c", REPLICAS, str(project / "alembic.ini"), url=url)

    assert done.stdout.endswith("\n0 0 0 0\n"), done.stdout
    assert await revision(url) == "9002"
    assert await ask(url, "SELECT indisvalid FROM pg_index WHERE indrelid = 'slow'::regclass")


def test_a_failed_migration_leaves_the_one_before_it(url: str, project: Path) -> None:
    (project / "migrations/versions/9001.py").write_text(BEFORE_IT)
    broken = CONCURRENTLY.replace("CONCURRENTLY ", "").replace("(number)", "(missing)")
    (project / "migrations/versions/9002.py").write_text(broken)

    with pytest.raises(CommandError, match=r'9002.py, line 9: column "missing" does not exist\.'):
        command.upgrade(config_for(url, project), "head")

    assert asyncio.run(revision(url)) == "9001"


def test_a_project_without_migrations_can_be_upgraded(url: str, project: Path) -> None:
    (project / "migrations/versions").rmdir()

    command.upgrade(config_for(url, project), "head")


def test_a_password_may_hold_any_character(url: str, migrated_server: Server) -> None:
    password = "100%d@/:#"
    asyncio.run(ask(url, f"CREATE ROLE percent SUPERUSER LOGIN PASSWORD '{password}'"))
    raw = url.replace(f"postgres:{migrated_server.password}", f"percent:{password}")

    command.upgrade(config_for(raw), "head")


def test_a_migration_may_take_longer_than_a_request(url: str, project: Path) -> None:
    (project / "migrations/versions/9001.py").write_text(
        BEFORE_IT.replace("1 AS number", "1 AS number FROM pg_sleep(0.3)")
    )
    config = config_for(url, project)
    database = {"url": url, "statement_timeout": 0.1}
    config.attributes["settings"] = make_settings(database=database)

    command.upgrade(config, "head")


def test_an_unreachable_database_is_told_without_the_password() -> None:
    with socket.socket() as taken:  # so that nobody listens there
        taken.bind(("127.0.0.1", 0))
        url = f"postgresql://shop:hunter2@127.0.0.1:{taken.getsockname()[1]}/shop"
        done = run("-m", "alembic", "upgrade", "head", url=url)

    assert done.returncode == 1
    assert done.stdout.startswith("Cannot connect: ConnectionRefusedError")
    assert done.stdout.endswith("Check that the server runs, and host and port in DATABASE_URL.\n")
    assert len(done.stdout.splitlines()) == 1
    assert "hunter2" not in done.stdout


def test_wrong_settings_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "mysql://shop:hunter2@127.0.0.1/shop")

    with pytest.raises(CommandError, match="DATABASE_URL: must start with postgresql://"):
        command.upgrade(Config(PROJECT / "alembic.ini"), "head")


def test_through_pgbouncer_they_are_refused(url: str) -> None:
    config = config_for(url)
    config.attributes["settings"] = make_settings(database={"url": url, "pgbouncer": True})

    with pytest.raises(CommandError, match="with DATABASE_PGBOUNCER=false and its DATABASE_URL"):
        command.upgrade(config, "head")
