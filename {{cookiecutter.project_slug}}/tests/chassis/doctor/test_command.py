"""`python -m app doctor`: its text, its JSON and its status."""

import json

import pytest

from chassis.doctor.checks import CHECKS
from tests.chassis.broken_app import UNSETTLED
from tests.chassis.doctor.examining import AWAY, PASSWORD, Execute, doctor, url_of
from tools.postgres import Server as PostgresServer

NAMES = ["settings", "connection", *CHECKS]


def test_all_is_well_on_a_migrated_database(own_server: PostgresServer) -> None:
    status, output = doctor(DATABASE_URL=url_of(own_server))

    lines = [line.split()[:2] for line in output.splitlines()]
    assert status == 0
    lines[NAMES.index("latency")][0] = "ok"  # a busy machine may be slow
    assert lines == [["ok", name] for name in NAMES]
    assert PASSWORD not in output


def test_of_several_servers_it_examines_the_one_that_the_service_would_use(
    own_server: PostgresServer,
) -> None:
    both = url_of(own_server).replace("@127.0.0.1", "@127.0.0.1:1,127.0.0.1")

    status, output = doctor(DATABASE_URL=f"{both}?target_session_attrs=read-write")
    assert status == 0, output
    assert "Connected to database shop" in output

    status, output = doctor(DATABASE_URL=f"{both}?target_session_attrs=standby")
    assert status == 1
    assert "127.0.0.1:1: ConnectionRefusedError" in output
    assert "it is not what target_session_attrs asks for" in output
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
        if it["name"] == "latency":  # no two are alike, and a busy machine may be slow
            continue
        assert f"{it['status']:<8} {it['name']:<12}" in text
        assert it["change"] in text
        assert it["message"] in text
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


def test_what_routes_need_of_the_settings_is_told() -> None:
    factory = "tests.chassis.broken_app:create_unsettled_app"

    status, output = doctor(factory=factory, DATABASE_URL=AWAY)

    settings, connection, *_ = output.splitlines()
    assert status == 1
    assert settings == f"error    settings     {UNSETTLED}. Correct these and try again."
    assert connection.startswith("error    connection   Cannot connect")


def test_a_name_near_a_settings_is_an_error_and_one_like_it_a_warning() -> None:
    status, refused = doctor("--json", DATABASE_URL=AWAY, DATABASE_POOLSIZE="50")
    _, read = doctor(DATABASE_URL=AWAY, DATABASE_COLOUR="red", SERVER_NAME="x")

    assert status == 1
    settings, *_ = json.loads(refused)["checks"]
    assert (settings["status"], settings["message"]) == (
        "error",
        "DATABASE_POOLSIZE is no setting; write DATABASE_POOL_SIZE",
    )
    assert read.startswith(
        "warning  settings     Nothing here reads DATABASE_COLOUR, SERVER_NAME. README.md lists all"
    )


def test_half_a_load_is_refused() -> None:
    status, output = doctor("--rps", "500", DATABASE_URL=AWAY)

    assert status == 2
    assert "--rps and --query-ms go together" in output
