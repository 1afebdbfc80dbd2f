"""A server that the tests of the doctor may restrict and restart."""

from collections.abc import Iterator

import pytest
from alembic.config import Config
from alembic.script import ScriptDirectory

from tests.chassis.doctor.examining import PASSWORD, ROLE, Execute, run, url_of
from tests.support.composition import PROJECT
from tools.postgres import Server as PostgresServer
from tools.postgres import running


def migrated() -> Iterator[str]:
    """What leaves the mark of every migration; the tables themselves are another's matter."""
    yield "CREATE TABLE alembic_version (version_num text PRIMARY KEY)"
    for head in ScriptDirectory.from_config(Config(PROJECT / "alembic.ini")).get_heads():
        yield f"INSERT INTO alembic_version VALUES ('{head}')"


@pytest.fixture(scope="session")
def own_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PostgresServer]:
    """A server with 30 connections and a migrated database `shop` of an ordinary role."""
    with running(tmp_path_factory.mktemp("postgres"), throwaway=True) as server:
        server.create_database("shop")
        run(server.url("shop"), f"CREATE ROLE {ROLE} LOGIN PASSWORD '{PASSWORD}'")
        run(server.url("shop"), f"ALTER DATABASE shop OWNER TO {ROLE}")
        run(server.url("shop"), "ALTER SYSTEM SET max_connections = 30")
        server.restart()
        run(url_of(server), *migrated())
        yield server


@pytest.fixture
def as_superuser(own_server: PostgresServer) -> Iterator[Execute]:
    """Run statements; limits of the role and the database are lifted again afterwards."""

    def execute(*statements: str) -> None:
        run(own_server.url("shop"), *statements)

    yield execute
    execute(
        f"ALTER ROLE {ROLE} CONNECTION LIMIT -1",
        "ALTER DATABASE shop CONNECTION LIMIT -1",
        f"ALTER TABLE IF EXISTS alembic_version OWNER TO {ROLE}",
    )
