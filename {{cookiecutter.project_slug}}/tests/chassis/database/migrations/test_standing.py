"""A service whose database lacks migrations says so, and is ready without them only if it may."""

import asyncio
import socket
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from fastapi import FastAPI
from sqlalchemy import make_url

from chassis.database.migrations import history, standing
from chassis.settings import Settings
from tests.support.clients import client_of
from tests.support.composition import ReadLog, StartApp
from tests.support.eventually import eventually
from tests.support.settings import make_settings

HEALTH = ["/health/ready", "/health"]
REQUIRED = {"require_migrations": True}


@pytest.fixture(autouse=True)
def versions(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two migrations of this code, and the database that lacks them is asked again at once."""
    for name, follows in (("one", None), ("two", "one")):
        text = f"revision = {name!r}\ndown_revision = {follows!r}\n"
        (tmp_path / f"{name}.py").write_text(text)
    monkeypatch.setattr(history, "VERSIONS", tmp_path)
    monkeypatch.setattr(standing, "AGAIN", 0.0)
    return tmp_path


@pytest.fixture(autouse=True)
async def applied(sql: Any) -> AsyncIterator[Any]:
    """The database's own account, empty."""
    await sql.execute("CREATE TABLE alembic_version (version_num text)")
    yield sql
    await sql.execute("DROP TABLE alembic_version")


async def told(app: FastAPI, path: str) -> tuple[int, str, Any]:
    async with client_of(app) as client:
        answer = await client.get(path)
    return answer.status_code, answer.json()["status"], answer.json().get("pending_migrations")


def settings_for(url: str, **database: Any) -> Settings:
    return make_settings(database={"url": url, **database})


@pytest.mark.parametrize("path", HEALTH)
async def test_who_requires_them_is_ready_once_they_are_there(
    start_app: StartApp, database_url: str, applied: Any, path: str
) -> None:
    app = await start_app(settings_for(database_url, **REQUIRED))
    assert (await told(app, path))[:2] == (503, "unavailable")

    await applied.execute("INSERT INTO alembic_version VALUES ('two')")

    assert (await told(app, path))[:2] == (200, "ok")
    assert (await told(app, "/health"))[2] == 0


async def test_who_does_not_is_ready_and_says_what_is_missing(
    app: FastAPI, read_log: ReadLog, applied: Any
) -> None:
    await applied.execute("INSERT INTO alembic_version VALUES ('one')")
    assert await told(app, "/health") == (200, "ok", 1)
    assert (await told(app, "/health/ready"))[0] == 200
    await applied.execute("UPDATE alembic_version SET version_num = 'two'")
    assert await told(app, "/health") == (200, "ok", 0)

    (line,) = read_log("migrations are pending")
    assert (line["level"], line["pending"], line["ready"]) == ("warning", 1, True)
    assert line["do"] == "Run `make migrate` (`alembic upgrade head`)."
    assert len(read_log("the database has all migrations")) == 1


async def test_once_it_has_them_nobody_is_asked_again(app: FastAPI, applied: Any) -> None:
    await applied.execute("INSERT INTO alembic_version VALUES ('two')")
    assert await told(app, "/health") == (200, "ok", 0)

    await applied.execute("UPDATE alembic_version SET version_num = 'one'")

    assert await told(app, "/health") == (200, "ok", 0)


async def test_a_start_that_opens_connections_tells_without_a_probe(
    start_app: StartApp,
    database_url: str,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # Once: asyncpg leaves an error to the loop when a connection is given up while it is made.
    monkeypatch.setattr(standing, "AGAIN", 3_600.0)
    await start_app(settings_for(database_url, warm_up=1))
    said: list[str] = []

    def seen() -> str:
        said.append(capsys.readouterr().out)
        return "".join(said)

    await eventually(seen, lambda text: "migrations are pending" in text)


async def test_who_follows_the_start_ends_when_all_are_there(app: FastAPI, applied: Any) -> None:
    await applied.execute("INSERT INTO alembic_version VALUES ('two')")
    found, opened = standing.Standing(app.state.probe, required=True), asyncio.Event()
    opened.set()

    await found.follow(opened)

    assert found.pending == 0


@pytest.mark.parametrize("options", [REQUIRED, {**REQUIRED, "pgbouncer": True}])
async def test_a_database_ahead_of_the_code_is_fine(
    start_app: StartApp, database_url: str, applied: Any, options: dict[str, Any]
) -> None:
    """The old version still runs while the new one starts."""
    await applied.execute("INSERT INTO alembic_version VALUES ('three')")
    app = await start_app(settings_for(database_url, **options))

    assert await told(app, "/health") == (200, "ok", 0)


async def test_a_database_that_nobody_ever_migrated_lacks_all(
    start_app: StartApp, database_url: str, applied: Any
) -> None:
    await applied.execute("ALTER TABLE alembic_version RENAME TO elsewhere")
    app = await start_app(settings_for(database_url, **REQUIRED))

    assert await told(app, "/health") == (503, "unavailable", 2)
    await applied.execute("ALTER TABLE elsewhere RENAME TO alembic_version")


async def test_where_migrations_are_not_shipped_nothing_is_said(
    start_app: StartApp, database_url: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(history, "VERSIONS", tmp_path / "not there")
    app = await start_app(settings_for(database_url, **REQUIRED))

    assert await told(app, "/health") == (200, "ok", None)


async def test_a_role_that_may_not_read_what_was_done_is_ready(
    start_app: StartApp, database_url: str, applied: Any
) -> None:
    role = f"guest_{uuid4().hex}"
    await applied.execute(f"CREATE ROLE {role} LOGIN PASSWORD 'guest'")
    address = make_url(database_url).set(username=role, password="guest")
    app = await start_app(settings_for(address.render_as_string(hide_password=False), **REQUIRED))

    assert await told(app, "/health") == (200, "ok", None)

    await applied.execute(
        f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = '{role}'"
    )
    await applied.execute(f"DROP ROLE {role}")


async def test_a_database_that_is_away_at_start_is_asked_when_it_is_there(
    start_app: StartApp, database_url: str, applied: Any
) -> None:
    await applied.execute("INSERT INTO alembic_version VALUES ('two')")
    app = await start_app(settings_for(database_url, **REQUIRED))
    line = app.state.probe._line
    there = line._settings
    with socket.socket() as taken:  # so that nobody listens there
        taken.bind(("127.0.0.1", 0))
        away = f"postgresql://a@127.0.0.1:{taken.getsockname()[1]}/b"
        line._settings = settings_for(away).database
        assert (await told(app, "/health/ready"))[0] == 503

    line._settings = there

    await eventually(lambda: told(app, "/health"), lambda answer: answer == (200, "ok", 0))
