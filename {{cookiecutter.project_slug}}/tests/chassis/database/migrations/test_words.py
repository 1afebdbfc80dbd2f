"""Whatever fails is told in a sentence or two, with status 1, and whole when that is asked for."""

import socket
from argparse import Namespace
from collections.abc import Callable
from threading import Thread
from uuid import uuid4

import pytest
from alembic import command
from alembic.config import Config
from alembic.util import CommandError
from sqlalchemy import make_url

from chassis.database.migrations.running import LOCK
from tests.chassis.database.migrations.project import Project
from tests.support.serving import until

LAST_ASKED = """SELECT query_start FROM pg_stat_activity
                WHERE datname = current_database() AND pid <> pg_backend_pid()
                  AND query LIKE '%pg_try_advisory_lock%'"""

WHOLE = "\nThe traceback: `alembic --raiseerr ...`, or `make migrate ARGS=--raiseerr`."


def as_typed(project: Project, *, raiseerr: bool = False) -> Config:
    config = project.config
    config.cmd_opts = Namespace(raiseerr=raiseerr, x=None)
    return config


def told(project: Project, run: Callable[[Config], object]) -> str:
    """What a person reads who typed it."""
    with pytest.raises(SystemExit) as ended:
        run(as_typed(project))
    return str(ended.value.code)


def upgrade(config: Config) -> None:
    command.upgrade(config, "head")


@pytest.fixture
def filled(project: Project) -> Project:
    project.sql("CREATE TABLE tasks (id int, name text)")
    project.sql("INSERT INTO tasks VALUES (1, 'a long one'), (1, NULL)")
    return project


FAILURES = {
    "ADD COLUMN weight int NOT NULL": (
        'column "weight" of relation "tasks" contains null values.'
        " Rows that exist have no value for it: give a server_default (in the model too), or fill"
        " it first."
    ),
    "ADD UNIQUE (id)": (
        'could not create unique index "tasks_id_key".'
        " Rows that exist are equal there: change them first."
    ),
    "ALTER name TYPE varchar(3)": (
        "value too long for type character varying(3)."
        " Rows that exist are longer: shorten them first."
    ),
    "DROP COLUMN nothing": 'column "nothing" of relation "tasks" does not exist.',
}


@pytest.mark.parametrize(("statement", "expected"), FAILURES.items())
def test_a_migration_that_fails_is_named_with_its_line(
    filled: Project, statement: str, expected: str
) -> None:
    filled.by_hand("one", f'op.execute("ALTER TABLE tasks {statement}")')

    assert told(filled, upgrade) == f"migrations/versions/one.py, line 8: {expected}{WHOLE}"


def test_so_is_one_that_is_wrong_in_itself(project: Project) -> None:
    path = project.by_hand("one", "sa.nothing()")
    expected = "migrations/versions/one.py, line 8: NameError: name 'sa' is not defined."
    assert told(project, upgrade) == expected + WHOLE

    path.write_text("revision = \n")

    assert told(project, upgrade).startswith("migrations/versions/one.py, line 1: SyntaxError: ")


def test_the_whole_is_shown_to_who_asks(filled: Project) -> None:
    filled.by_hand("one", "op.execute('SELECT 1 / 0')")

    with pytest.raises(CommandError, match="division by zero") as failed:
        upgrade(as_typed(filled, raiseerr=True))

    assert "op.execute('SELECT 1 / 0')" in str(failed.getrepr(chain=True))


def test_a_program_gets_an_exception(filled: Project) -> None:
    filled.by_hand("one", "op.execute('SELECT 1 / 0')")

    with pytest.raises(CommandError, match=r"one\.py, line 8: division by zero\.$"):
        filled.upgrade()


def test_a_lock_that_another_holds_is_told(filled: Project) -> None:
    filled.by_hand("one", "op.execute('ALTER TABLE tasks ADD COLUMN weight int')")

    filled.database["lock_timeout"] = 0.1

    with filled.connected() as ask:
        ask("BEGIN")
        ask("LOCK TABLE tasks")
        sentence = told(filled, upgrade)

    assert "canceling statement due to lock timeout. Another transaction holds" in sentence


def test_two_heads_are_told_by_name(project: Project) -> None:
    for name in ("one", "two"):
        project.by_hand(name, "pass")

    sentence = told(project, upgrade)

    assert sentence.startswith("The migrations end in one and two: two branches were merged. `alem")
    assert len(sentence.splitlines()) == 1


def test_a_revision_that_is_not_here_is_told(project: Project) -> None:
    path = project.by_hand("one", "pass")
    project.upgrade()
    path.unlink()

    assert told(project, upgrade).startswith("There is no migration 'one' here. If the database is")


def test_a_role_that_may_not_is_told(project: Project) -> None:
    """Before any migration: Alembic keeps its own table."""
    role = f"guest_{uuid4().hex}"
    project.sql(f"CREATE ROLE {role} LOGIN PASSWORD 'guest'")
    project.sql("REVOKE CREATE ON SCHEMA public FROM PUBLIC")
    project.by_hand("one", "pass")
    address = make_url(project.url).set(username=role, password="guest")
    project.database["url"] = address.render_as_string(hide_password=False)

    sentence = told(project, upgrade)

    expected = "permission denied for schema public. Migrate as the role that owns the tables."
    assert sentence == expected + WHOLE
    project.sql(f"DROP ROLE {role}")


def test_what_alembic_says_is_kept(project: Project) -> None:
    project.model()
    project.by_hand("one", "pass")

    sentence = told(project, lambda config: command.revision(config, "two", autogenerate=True))

    assert sentence == "Target database is not up to date."


def test_a_defect_of_the_program_keeps_its_traceback(project: Project) -> None:
    env = project.directory / "migrations/env.py"
    env.write_text(env.read_text().replace("context.run_migrations()", "1 / 0"))

    with pytest.raises(ZeroDivisionError):
        upgrade(as_typed(project))


def test_a_database_that_cannot_be_reached_is_told_without_the_password(project: Project) -> None:
    with socket.socket() as taken:  # so that nobody listens there
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        project.database["url"] = f"postgresql://shop:hunter2@127.0.0.1:{port}/shop"
        sentence = told(project, upgrade)

    assert sentence.startswith("Cannot connect: ConnectionRefusedError: ")
    assert sentence.endswith(". Check that the server runs, and host and port in DATABASE_URL.")
    assert "hunter2" not in sentence


def test_through_pgbouncer_they_are_refused(project: Project) -> None:
    project.database["pgbouncer"] = True

    assert told(project, upgrade).endswith("with DATABASE_PGBOUNCER=false and its DATABASE_URL.")


def test_settings_that_cannot_be_used_are_listed(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", "mysql://shop:hunter2@127.0.0.1/shop")

    def unprepared(config: Config) -> None:
        del config.attributes["settings"]
        upgrade(config)

    assert "DATABASE_URL: must start with postgresql://" in told(project, unprepared)


def test_who_waits_for_another_process_says_so(
    project: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    project.by_hand("one", "op.execute('CREATE TABLE tasks ()')")
    waiting = Thread(target=project.upgrade)
    log: list[str] = []

    def seen() -> str:
        log.append(capsys.readouterr().out)
        return "".join(log)

    with project.connected() as ask:
        ask(f"SELECT pg_advisory_lock({LOCK})")
        waiting.start()
        assert until(lambda: "waiting, another process migrates" in seen())
        first = ask(LAST_ASKED)
        assert until(lambda: ask(LAST_ASKED) > first)
        assert ask("SELECT to_regclass('tasks')")[0][0] is None
    waiting.join()

    assert project.sql("SELECT to_regclass('tasks')::text") == ["tasks"]
    assert seen().count("waiting") == 1


def test_what_the_server_warns_of_is_told_and_its_notices_are_not(
    project: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    said = "DO $$ BEGIN RAISE WARNING 'mind the gap'; RAISE NOTICE 'so what'; END $$"
    project.by_hand("telling", f"op.execute({said!r})")

    project.upgrade()

    told = capsys.readouterr().out
    assert ("mind the gap" in told, "so what" in told) == (True, False)
