"""The doctor: what it finds on real servers, how it says so, and the warning at start."""

import asyncio
import json
import socket
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import quote

import asyncpg
import pytest
import structlog
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory

from app.database.budget import Capacity, Load
from app.doctor import start as starting
from app.doctor.checks import CHECKS
from app.doctor.examination import examine
from app.doctor.facts import Facts, Server
from app.doctor.report import Finding, Report, error, ok, skipped, warning
from app.doctor.sizing import advise
from app.settings import Settings
from tests.conftest import make_settings
from tests.serving import Served, serving, start, until
from tools.postgres import Server as PostgresServer
from tools.postgres import running

PROJECT = Path(__file__).parent.parent
NAMES = ["settings", "connection", *CHECKS]
ROLE = "shop"
PASSWORD = "hunter2%/@ü"
AWAY = f"postgresql://{ROLE}:{quote(PASSWORD, safe='')}@127.0.0.1:1/shop"
FACTS = Facts(
    server=Server("16.4", 16, "UTF8", "UTC", in_recovery=False),
    capacity=Capacity(100, 3, role_limit=None, database_limit=None, others=0),
    latency=0.001,
    clock_lead=0.1,
    revisions=frozenset(),
)
Execute = Callable[..., None]


@pytest.fixture(scope="module")
def own_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PostgresServer]:
    """A server with 30 connections and a migrated database `shop` of an ordinary role."""
    with running(tmp_path_factory.mktemp("postgres"), throwaway=True) as server:
        server.create_database("shop")
        run(server.url("shop"), f"CREATE ROLE {ROLE} LOGIN PASSWORD '{PASSWORD}'")
        run(server.url("shop"), f"ALTER DATABASE shop OWNER TO {ROLE}")
        run(server.url("shop"), "ALTER SYSTEM SET max_connections = 30")
        server.restart()
        config = Config(PROJECT / "alembic.ini")
        config.attributes["settings"] = make_settings(database={"url": url_of(server)})
        command.upgrade(config, "head")
        yield server


def url_of(server: PostgresServer, database: str = "shop", password: str = PASSWORD) -> str:
    return f"postgresql://{ROLE}:{quote(password, safe='')}@127.0.0.1:{server.port}/{database}"


def run(url: str, *statements: str) -> None:
    async def execute() -> None:
        connection = await asyncpg.connect(url)
        try:
            for statement in statements:
                await connection.execute(statement)
        finally:
            await connection.close()

    asyncio.run(execute())


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


def settings_for(url: str, **groups: Any) -> Settings:
    return make_settings(**{"database": {"url": url, **groups.pop("database", {})}, **groups})


def examined(url: str, load: Load | None = None, **groups: Any) -> Report:
    return asyncio.run(examine(settings_for(url, **groups), load))


def check(name: str, facts: Facts = FACTS, **groups: Any) -> Finding:
    return CHECKS[name](settings_for(AWAY, **groups), facts)


def doctor(*arguments: str, **env: str) -> tuple[int, str]:
    with start("-m", "app", "doctor", *arguments, env=env) as process:
        output, _ = process.communicate()
    assert "Traceback" not in output
    return process.returncode, output


# The command


def test_all_is_well_on_a_migrated_database(own_server: PostgresServer) -> None:
    status, output = doctor(DATABASE_URL=url_of(own_server))

    lines = output.splitlines()
    assert status == 0
    assert [line.split()[:2] for line in lines] == [["ok", name] for name in NAMES]
    assert PASSWORD not in output


def test_warnings_alone_are_no_failure(own_server: PostgresServer, as_superuser: Execute) -> None:
    as_superuser(
        "CREATE TABLE IF NOT EXISTS alembic_version (version_num text)",  # without migrations
        "ALTER TABLE alembic_version OWNER TO postgres",
    )

    status, output = doctor(DATABASE_URL=url_of(own_server))

    assert status == 0
    assert "warning  migrations   The role may not read alembic_version. GRANT SELECT" in output


def test_json_has_the_same_content(own_server: PostgresServer) -> None:
    env = {"DATABASE_URL": url_of(own_server), "DATABASE_POOL_SIZE": "30"}
    arguments = ("--rps", "500", "--query-ms", "20")
    status, output = doctor("--json", *arguments, **env)
    _, text = doctor(*arguments, **env)

    found = json.loads(output)
    assert (status, found["status"]) == (1, "error")
    assert [it["name"] for it in found["checks"]] == NAMES
    for it in found["checks"]:
        assert f"{it['status']:<8} {it['name']:<12}" in text
        assert it["change"] in text
        assert it["message"] in text or it["name"] == "latency"
    assert "\n".join(found["advice"]) in text


@pytest.mark.parametrize("arguments", [(), ("--rps", "500", "--query-ms", "20")])
def test_without_a_database_the_reason_is_told_and_the_rest_is_skipped(
    arguments: tuple[str, ...],
) -> None:
    status, output = doctor(*arguments, DATABASE_URL=AWAY)

    settings, connection, *rest = output.splitlines()
    assert status == 1
    assert settings.startswith("ok ")
    assert connection.startswith("error    connection   Cannot connect: ConnectionRefusedError")
    assert connection.endswith("Check that the server runs, and host and port in DATABASE_URL.")
    skipped = [line.split()[:2] for line in rest[: len(CHECKS)]]
    assert skipped == [["skipped", name] for name in CHECKS]
    assert ("how many it grants is not known" in output) is bool(arguments)
    assert PASSWORD not in output


@pytest.mark.parametrize("arguments", [(), ("--json",)])
def test_every_wrong_setting_is_told(arguments: tuple[str, ...]) -> None:
    status, output = doctor(*arguments, SERVER_PORT="99999", LOG_LEVEL="loud")

    assert status == 1
    for name in ("SERVER_PORT", "DATABASE_URL is missing", "LOG_LEVEL"):
        assert name in output
    if arguments:
        settings, *rest = json.loads(output)["checks"]
        assert (settings["name"], settings["status"]) == ("settings", "error")
        assert {it["status"] for it in rest} == {"skipped"}


def test_half_a_load_is_refused() -> None:
    status, output = doctor("--rps", "500", DATABASE_URL=AWAY)

    assert status == 2
    assert "--rps and --query-ms go together" in output


# The connection


@pytest.mark.parametrize(
    ("database", "password", "message", "change"),
    [
        ("shop", "wrong-one", "Password authentication failed for user", "user and password"),
        ("nowhere", PASSWORD, 'Database "nowhere" does not exist', "Create the database"),
    ],
)
def test_the_reason_says_what_to_do(
    own_server: PostgresServer, database: str, password: str, message: str, change: str
) -> None:
    found = examined(url_of(own_server, database, password)).findings["connection"]

    assert message in found.message
    assert change in found.change
    assert password not in found.message


def test_no_connection_left_is_told(own_server: PostgresServer, as_superuser: Execute) -> None:
    as_superuser(f"ALTER ROLE {ROLE} CONNECTION LIMIT 0")

    found = examined(url_of(own_server)).findings["connection"]

    assert "Too many connections for role" in found.message
    assert "raise" in found.change


@pytest.mark.parametrize(
    ("failure", "message"),
    [
        (TimeoutError(), "TimeoutError"),
        (ValueError(f"no\n such {PASSWORD}."), "No such ***"),
    ],
)
def test_any_failure_is_one_line_without_the_password(
    monkeypatch: pytest.MonkeyPatch, failure: Exception, message: str
) -> None:
    async def fail(_: Settings) -> Facts:
        raise failure

    monkeypatch.setattr("app.doctor.examination.gather", fail)

    found = examined(AWAY).findings["connection"]

    assert found.message == message


def test_a_login_without_password_has_nothing_to_hide() -> None:
    found = examined("postgresql://shop@127.0.0.1:1/shop").findings["connection"]

    assert "***" not in found.message


# What is asked


def test_reserved_connections_are_subtracted(own_server: PostgresServer) -> None:
    run(own_server.url("shop"), "ALTER SYSTEM SET superuser_reserved_connections = 5")
    own_server.restart()
    try:
        found = examined(url_of(own_server)).findings["connections"]
    finally:
        run(own_server.url("shop"), "ALTER SYSTEM RESET superuser_reserved_connections")
        own_server.restart()

    assert "the server has 30 - 5 reserved = 25," in found.message


async def test_connections_of_others_are_counted_whosever_they_are(
    own_server: PostgresServer,
) -> None:
    settings = settings_for(url_of(own_server), service={"name": "n" * 70})
    ours = [("n" * 63), ("n" * 70 + " probe")[:63]]
    names = [(own_server.url("shop"), "psql"), (own_server.url("postgres"), "")]
    names += [(url_of(own_server), name) for name in (*ours, "worker")]
    connections = [
        await asyncpg.connect(url, server_settings={"application_name": name})
        for url, name in names
    ]

    try:
        found = (await examine(settings)).findings["connections"]
    finally:
        for connection in connections:
            await connection.close()

    assert found.message.endswith("of which others use 3 now")


def test_limits_of_role_and_database_are_found(
    own_server: PostgresServer, as_superuser: Execute
) -> None:
    as_superuser(f"ALTER ROLE {ROLE} CONNECTION LIMIT 9", "ALTER DATABASE shop CONNECTION LIMIT 12")

    found = examined(url_of(own_server)).findings["limits"]

    assert found == error(
        "Of the 11 connections of the service, the role may have 9 and the database may have 12",
        "Lower DATABASE_POOL_SIZE + DATABASE_MAX_OVERFLOW to 8, or raise CONNECTION LIMIT to 11.",
    )


def test_limits_do_not_hold_for_a_superuser(
    own_server: PostgresServer, as_superuser: Execute
) -> None:
    as_superuser("ALTER DATABASE shop CONNECTION LIMIT 1")

    assert examined(own_server.url("shop")).findings["limits"].status == "ok"


def test_an_encoding_that_cannot_hold_every_text_is_an_error(own_server: PostgresServer) -> None:
    run(
        own_server.url("shop"),
        "CREATE DATABASE latin ENCODING 'LATIN1' TEMPLATE template0 LOCALE 'C'",
    )

    report = examined(own_server.url("latin"))

    assert report.findings["encoding"].message == "The database stores text as LATIN1"
    assert report.findings["encoding"].status == "error"


def test_a_standby_is_told(own_server: PostgresServer) -> None:
    signal = own_server.data / "standby.signal"
    own_server.stop()
    signal.touch()
    signal.chmod(0o666)
    own_server.start()
    try:
        found = examined(url_of(own_server)).findings["writable"]
    finally:
        own_server.stop()
        signal.unlink()
        own_server.start()

    assert found.status == "warning"
    assert "primary" in found.change


@pytest.mark.parametrize(
    ("shift", "message"),
    [(-60, "The server's clock is 60.0 s ahead of"), (60, "The server's clock is 60.0 s behind")],
)
def test_a_clock_that_is_wrong_is_told(
    own_server: PostgresServer, monkeypatch: pytest.MonkeyPatch, shift: int, message: str
) -> None:
    wrong = SimpleNamespace(time=lambda: time.time() + shift, perf_counter=time.perf_counter)
    monkeypatch.setattr("app.doctor.facts.time", wrong)

    found = examined(url_of(own_server)).findings["clock"]

    assert found.status == "warning"
    assert found.message.startswith(message)


# What is judged


@pytest.mark.parametrize(
    ("name", "server"),
    [
        ("version", {"version": "13.22", "major": 13}),
        ("encoding", {"encoding": "SQL_ASCII"}),
    ],
)
def test_a_server_that_will_not_do_is_an_error(name: str, server: dict[str, Any]) -> None:
    assert check(name).status == "ok"
    assert check(name, replace(FACTS, server=replace(FACTS.server, **server))).status == "error"


def test_the_oldest_server_that_will_do() -> None:
    server = replace(FACTS.server, version="14.0", major=14)

    assert check("version", replace(FACTS, server=server)) == ok("PostgreSQL 14.0")


def test_a_session_that_is_not_in_utc_is_told() -> None:
    server = replace(FACTS.server, timezone="Europe/Berlin")

    assert check("timezone", replace(FACTS, server=server)).status == "warning"


@pytest.mark.parametrize(("seconds", "status"), [(0.0001, "ok"), (0.010, "ok"), (0.011, "warning")])
def test_a_distant_database_is_told(seconds: float, status: str) -> None:
    found = check("latency", replace(FACTS, latency=seconds))

    assert found.status == status
    assert f"{seconds * 1000:.2f} ms" in found.message


@pytest.mark.parametrize("lead", [-1, 0, 1])
def test_clocks_may_differ_a_little(lead: float) -> None:
    assert check("clock", replace(FACTS, clock_lead=lead)).status == "ok"


@pytest.mark.parametrize(
    ("pool", "workers", "replicas", "others", "status", "change"),
    [
        (11, 4, 2, 1, "ok", ""),
        (11, 4, 2, 2, "warning", "to 10, or raise max_connections by 1."),
        (12, 4, 2, 0, "error", "to 11, or raise max_connections to 107."),
        (1, 7, 7, 0, "error", "Run fewer workers or replicas, or raise max_connections to 101."),
    ],
)
def test_the_budget_counts_every_process(
    pool: int, workers: int, replicas: int, others: int, status: str, change: str
) -> None:
    found = check(
        "connections",
        replace(FACTS, capacity=replace(FACTS.capacity, others=others)),
        database={"pool_size": pool - 1, "max_overflow": 1} if pool > 1 else {"pool_size": 1},
        server={"workers": workers, "replicas": replicas},
    )

    assert found.status == status
    assert found.change.endswith(change)
    assert f"x {workers} workers x {replicas} replicas = " in found.message


@pytest.mark.parametrize(("limit", "status"), [(11, "ok"), (10, "error")])
@pytest.mark.parametrize("name", ["role", "database"])
def test_a_limit_must_leave_room_for_all(name: str, limit: int, status: str) -> None:
    capacity = replace(FACTS.capacity, **{f"{name}_limit": limit})

    found = check("limits", replace(FACTS, capacity=capacity))

    assert found.status == status
    assert f"the {name} may have {limit}" in found.message


# Migrations


def test_migrations_are_counted_from_where_the_database_is(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "migrations/versions").mkdir(parents=True)
    (tmp_path / "alembic.ini").write_text("[alembic]\nscript_location = %(here)s/migrations\n")
    for name, before in (("first", None), ("second", "first")):
        text = f"revision = {name!r}\ndown_revision = {before!r}\n"
        (tmp_path / f"migrations/versions/{name}.py").write_text(text)
    monkeypatch.setattr("app.doctor.migrations.PROJECT_FILE", tmp_path / "pyproject.toml")

    def found(*applied: str) -> Finding:
        return check("migrations", replace(FACTS, revisions=frozenset(applied)))

    advice = "Run `make migrate` (`alembic upgrade head`)."
    assert found() == error("2 migrations pending", advice)
    assert found("first") == error("1 migration pending", advice)
    assert found("second").status == "ok"


def test_a_database_ahead_of_the_code_is_told() -> None:
    found = check("migrations", replace(FACTS, revisions=frozenset({"abc"})))

    assert found.status == "error"
    assert found.message == "The database is at abc, which this code does not know"


def test_two_heads_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ScriptDirectory, "get_heads", lambda _: ["abc", "def"])

    assert check("migrations") == error(
        "The migrations end in 2 heads", "Run `alembic merge heads`."
    )


def test_migrations_left_out_of_the_image_are_told(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("app.doctor.migrations.PROJECT_FILE", tmp_path / "pyproject.toml")

    found = check("migrations")

    assert found.status == "error"
    assert found.message.startswith("The migrations cannot be read: No 'script_location'")


# The report


def test_an_error_outweighs_a_warning() -> None:
    findings = {"a": ok("Fine"), "b": skipped("Not now"), "c": warning("Hm", "Look.")}

    assert (Report(findings).status, Report(findings).exit_status) == ("warning", 0)
    findings["d"] = error("No", "Stop.")
    assert (Report(findings).status, Report(findings).exit_status) == ("error", 1)
    assert Report({"a": ok("Fine")}).status == "ok"


# Advice


def advice(load: Load, capacity: Capacity = FACTS.capacity, **groups: Any) -> list[str]:
    return advise(settings_for(AWAY, **groups), load, capacity)


def test_advice_shows_its_arithmetic() -> None:
    *lines, last = advice(Load(500, 0.020), server={"workers": 2, "replicas": 1})

    assert lines == [
        "Advice for 500 requests/s that hold a connection for 20 ms each:",
        "  busy         500 requests/s x 0.02 s = 10 connections in use on average (Little's law)",
        "  per process  10 / (2 workers x 1 replica) = 5",
        "  headroom     the larger of 5 / 0.7 = 7.14 and 5 + 2 x sqrt(5) = 9.47, rounded up: 10",
        "  settings     DATABASE_POOL_SIZE=10 + DATABASE_MAX_OVERFLOW=0: enough",
    ]
    assert last == (
        "  server       (10 + 1 for the probe) x 2 = 22 of 97 connections that it grants"
        " beside others: it fits"
    )


@pytest.mark.parametrize(
    ("size", "overflow", "verdict"),
    [
        (17, 0, "enough"),
        (10, 7, "enough, at the price of new connections; DATABASE_POOL_SIZE=17 has none"),
        (10, 6, "too little, set DATABASE_POOL_SIZE=17"),
    ],
)
def test_advice_compares_with_the_settings(size: int, overflow: int, verdict: str) -> None:
    lines = advice(Load(500, 0.020), database={"pool_size": size, "max_overflow": overflow})

    assert lines[4].endswith(f"={size} + DATABASE_MAX_OVERFLOW={overflow}: {verdict}")


@pytest.mark.parametrize(
    ("capacity", "numbers", "verdict"),
    [
        (replace(FACTS.capacity, others=79), "18 of 18", "it fits"),
        (replace(FACTS.capacity, others=80), "18 of 17", "1 too many"),
        (replace(FACTS.capacity, role_limit=5), "18 of 5", "13 too many"),
        (replace(FACTS.capacity, others=99), "18 of 0", "18 too many"),
    ],
)
def test_advice_compares_with_the_server(capacity: Capacity, numbers: str, verdict: str) -> None:
    line = advice(Load(500, 0.020), capacity)[5]

    assert line.endswith(f"{numbers} connections that it grants beside others: {verdict}")


def test_advice_writes_small_and_large_numbers_out() -> None:
    lines = advice(Load(0.001, 0.001))
    assert "0.001 requests/s x 0.001 s = 0.000001 connections" in lines[1]
    assert "1000000000 requests/s" in advice(Load(1e9, 0.001))[0]


# The warning at start

TOLD = "too many connections"


def test_the_service_warns_once_however_many_workers(
    own_server: PostgresServer, as_superuser: Execute
) -> None:
    as_superuser(f"ALTER ROLE {ROLE} CONNECTION LIMIT 5")
    env = {"DATABASE_URL": url_of(own_server), "DATABASE_POOL_SIZE": "2", "LOG_FORMAT": "json"}
    # Not `serving`: uvicorn ends workers that a busy machine starts too slowly.
    with start("-m", "app", "serve", "--port=0", "--workers=2", env=env) as process:
        served = Served(process)
        assert until(lambda: served.lines(TOLD))
        time.sleep(starting.AFTER + 0.5)

    (line,) = served.lines(TOLD)
    assert line["level"] == "warning"
    assert line["reason"] == (
        "The service may open (pool 2 + overflow 0 + 1 for the probe) x 2 workers x 1 replica"
        " = 6 connections, the server grants 5. Lower DATABASE_POOL_SIZE + DATABASE_MAX_OVERFLOW"
        " to 1; `python -m app doctor` says more."
    )


def warned(settings: Settings, monkeypatch: pytest.MonkeyPatch, workers: int = 1) -> bool:
    """Whether the warning came; without waiting for the service to have started."""
    monkeypatch.setattr(starting, "AFTER", 0)
    with structlog.testing.capture_logs() as lines:
        thread = starting.warn_in_background(settings, workers)
        thread.join(30)
    assert thread.daemon
    assert not thread.is_alive()
    return [line["event"] for line in lines] == [TOLD]


@pytest.mark.parametrize(("workers", "expected"), [(2, False), (3, True)])
def test_it_warns_when_the_budget_does_not_fit_and_only_then(
    own_server: PostgresServer, monkeypatch: pytest.MonkeyPatch, workers: int, expected: bool
) -> None:
    settings = settings_for(url_of(own_server), database={"pool_size": 12})

    assert warned(settings, monkeypatch, workers) is expected


def test_it_is_silent_when_the_database_is_away(monkeypatch: pytest.MonkeyPatch) -> None:
    assert not warned(settings_for(AWAY), monkeypatch)


def test_a_database_that_does_not_answer_delays_nothing() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        env = {"DATABASE_URL": f"postgresql://shop@127.0.0.1:{port}/shop"}
        with serving(env=env | {"DATABASE_CONNECT_TIMEOUT": "60"}) as served:
            time.sleep(starting.AFTER + 0.5)
            begun = time.monotonic()
            served.stop()
            assert time.monotonic() - begun < 5

    assert "Traceback" not in served.log()
    assert TOLD not in served.log()
