"""The doctor's examination: what is told when there is no connection."""

import pytest

from chassis.doctor.examination import examine
from chassis.doctor.facts import Facts
from chassis.doctor.report import Finding, ok
from chassis.settings import Settings
from tests.chassis.doctor.examining import (
    AWAY,
    PASSWORD,
    ROLE,
    Execute,
    examined,
    settings_for,
    url_of,
)
from tools.postgres import Server as PostgresServer


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


async def test_a_part_adds_what_it_examines() -> None:
    settings = settings_for(AWAY)

    async def of_a_part(given: Settings) -> dict[str, Finding]:
        return {"broker": ok(f"{given.database.pool_size} of them")}

    findings = (await examine(settings, further=[of_a_part])).findings

    assert findings["broker"].message == f"{settings.database.pool_size} of them"


@pytest.mark.parametrize(
    ("failure", "message"),
    [
        (TimeoutError(), "TimeoutError"),
        (ValueError(f"no\n such {PASSWORD}."), "No such ***"),
        (
            ValueError("no redis://:hunter3@cache, token=hunter3"),
            "No redis://:***@cache, token=***",
        ),
    ],
)
def test_any_failure_is_one_line_without_the_password(
    monkeypatch: pytest.MonkeyPatch, failure: Exception, message: str
) -> None:
    async def fail(_: Settings) -> Facts:
        raise failure

    monkeypatch.setattr("chassis.doctor.examination.gather", fail)

    found = examined(AWAY).findings["connection"]

    assert found.message == message


def test_a_login_without_password_has_nothing_to_hide() -> None:
    found = examined("postgresql://shop@127.0.0.1:1/shop").findings["connection"]

    assert "***" not in found.message
